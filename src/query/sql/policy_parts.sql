-- The parts of a policy that was in force when older blocks were stored. Policies are of the whole server, not of a tenant. One that was in force
-- several times was told several times.
SELECT
statement AS part
FROM log_entries
WHERE type = 3
  AND JSONExtractString(closed, 'digest') = {digest:String}
ORDER BY JSONExtractUInt(closed, 'part')
LIMIT 1 BY JSONExtractUInt(closed, 'part')
LIMIT {limit:UInt32}

-- The parts of a policy that was in force when older blocks were stored. Policies are of the whole server, not of a tenant.
SELECT
statement AS part
FROM log_entries
WHERE type = 3
  AND JSONExtractString(closed, 'digest') = {digest:String}
ORDER BY index
LIMIT {limit:UInt32}

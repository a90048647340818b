-- What entries say, those of the reader's tenant and of none.
SELECT
  toString(index) AS entry,
  statement
FROM log_entries
WHERE index BETWEEN {first:UInt64} AND {last:UInt64}
  AND (tenant = {tenant:String} OR tenant = '')
ORDER BY index
LIMIT {limit:UInt32}

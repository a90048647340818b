-- What one entry says, if it is of the reader's tenant or of none.
SELECT
  tenant,
  statement,
  closed
FROM log_entries
WHERE index = {index:UInt64}
  AND (tenant = {tenant:String} OR tenant = '')
LIMIT 1

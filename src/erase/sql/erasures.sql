-- Digests of the keys of which the log says that they were destroyed, in all tenants, behind an entry.
SELECT
  toString(index) AS place,
  JSONExtractString(statement, 'digests') AS digests
FROM log_entries
WHERE type = {type:UInt8}
  AND toInt64(index) > {after:Int64}
ORDER BY index
LIMIT {limit:UInt32}

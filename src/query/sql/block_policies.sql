-- Under which policy blocks were made, as the log says.
SELECT
toString(block) AS blockId,
JSONExtractString(statement, 'policy') AS digest
FROM log_entries
WHERE type = 1
  AND tenant = {tenant:String}
  AND block IN {blocks:Array(UInt64)}
LIMIT {limit:UInt32}

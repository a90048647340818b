-- What the log says of blocks, and the roots of each 256 rows, which save reading whole blocks.
SELECT
toString(index) AS entryIndex,
toUnixTimestamp64Milli(time) AS entryTime,
block AS blockId,
rows AS blockRows,
statement AS statementText,
closed AS closedText,
base64Encode(groups) AS groupRoots
FROM log_entries
WHERE type = 1
  AND tenant = {tenant:String}
  AND block IN {blocks:Array(UInt64)}
LIMIT {limit:UInt32}

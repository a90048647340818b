-- Spans that started since a moment, in the order of the store, the newest first.
SELECT
/*span*/
FROM /*as seen*/spans
WHERE tenant = {tenant:String}
  AND day >= {day_min:Date}
  AND start >= {since:UInt64}
  AND block <= {from_block:UInt64}
  AND (block < {from_block:UInt64} OR row < {from_row:UInt32})
ORDER BY block DESC, row DESC
LIMIT {limit:UInt32}

-- Spans and errors per bucket of time. Columns of other sizes than attributes: a whole range is read.
SELECT
  toUInt32(intDiv(start - {start:UInt64}, {step:UInt64})) AS bucket,
  toString(count()) AS spanCount,
  toString(countIf(status_code = 2)) AS errorCount
FROM /*as seen*/spans
WHERE tenant = {tenant:String}
  AND day >= {day_min:Date}
  AND start BETWEEN {start:UInt64} AND {end:UInt64}
  AND /*conditions*/
GROUP BY bucket
LIMIT {limit:UInt32}
SETTINGS max_block_size = 16384

-- Spans that match within some blocks, in the order asked for. Few blocks at a time stop a search early; within them, all threads read.
SELECT
  lower(hex(trace_id)) AS traceId,
  /*position*/ AS position
FROM /*as seen*/spans
WHERE tenant = {tenant:String}
  AND day >= {day_min:Date}
  AND start BETWEEN {start:UInt64} AND {end:UInt64}
  AND /*blocks*/
  /*conditions*/
ORDER BY /*order*/
LIMIT {limit:UInt32}
SETTINGS optimize_read_in_order = 0

-- Spans that match within a window of blocks, in the order asked for. Windows stop a search early; inside one, all threads scan.
SELECT
  lower(hex(trace_id)) AS traceId,
  /*position*/ AS position
FROM spans
WHERE tenant = {tenant:String}
  AND day >= {day_min:Date}
  AND start BETWEEN {start:UInt64} AND {end:UInt64}
  AND block BETWEEN {block_min:UInt64} AND {block_max:UInt64}
  /*conditions*/
ORDER BY /*order*/
LIMIT {limit:UInt32}
SETTINGS optimize_read_in_order = 0

-- Traces with a matching span in these blocks, newest first.
SELECT
  lower(hex(trace_id)) AS traceId
FROM /*as seen*/spans
WHERE tenant = {tenant:String}
  AND day >= {day_min:Date}
  AND start BETWEEN {start:UInt64} AND {end:UInt64}
  AND block IN {blocks:Array(UInt64)}
  AND /*conditions*/
GROUP BY trace_id
ORDER BY max((block, row)) DESC
LIMIT {limit:UInt32}

-- Spans that match, one per trace, in the order asked for. With the order of the primary key the engine stops at the limit.
SELECT
  lower(hex(trace_id)) AS traceId,
  /*position*/ AS position
FROM spans
WHERE tenant = {tenant:String}
  AND day >= {day_min:Date}
  AND start BETWEEN {start:UInt64} AND {end:UInt64}
  /*conditions*/
ORDER BY /*order*/
LIMIT 1 BY trace_id
LIMIT {limit:UInt32}

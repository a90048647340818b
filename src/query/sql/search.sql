-- Spans that match, one per trace, in the order asked for. In the order of the primary key the engine stops at the limit;
-- buffering would read far beyond it, and virtual rows keep it from opening parts that come later in the order.
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
SETTINGS read_in_order_use_buffering = 0, read_in_order_use_virtual_row = 1

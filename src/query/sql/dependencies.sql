-- Calls between services: spans joined with their parents where these belong to another service. A window with more spans than
-- the join may hold is estimated from a share of its traces, the same for parents and children, chosen by the random half of the id.
WITH (
  SELECT greatest(1, intDiv(count() + {spans_max:UInt64} - 1, {spans_max:UInt64}))
  FROM spans
  WHERE tenant = {tenant:String}
    AND day >= {day_min:Date}
    AND start BETWEEN {start:UInt64} AND {end:UInt64}
) AS shares
SELECT
  toString(parents.service) AS parentService,
  toString(children.service) AS childService,
  toString(count() * any(shares)) AS callCount,
  toString(any(shares)) AS oneIn
FROM (
  SELECT trace_id, parent_span_id, service
  FROM spans
  WHERE tenant = {tenant:String}
    AND day >= {day_min:Date}
    AND start BETWEEN {start:UInt64} AND {end:UInt64}
    AND parent_span_id != toFixedString('', 8)
    AND reinterpretAsUInt64(substring(trace_id, 9, 8)) % shares = 0
) AS children
ANY LEFT JOIN (
  SELECT trace_id, span_id, service
  FROM spans
  WHERE tenant = {tenant:String}
    AND day >= {day_min:Date}
    AND start BETWEEN {parent_start:UInt64} AND {end:UInt64}
    AND reinterpretAsUInt64(substring(trace_id, 9, 8)) % shares = 0
) AS parents ON children.trace_id = parents.trace_id AND children.parent_span_id = parents.span_id
WHERE parents.service != '' AND parents.service != children.service
GROUP BY parents.service, children.service
ORDER BY parentService, childService
LIMIT {limit:UInt32}
SETTINGS max_block_size = 16384

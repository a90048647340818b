-- The spans of the traces that are kept for calls, and of those again a share.
SELECT trace, span_id, parent_span_id, service, start, duration, error
FROM /*as seen*/calls
WHERE tenant = {tenant:String}
  AND day >= {day_min:Date}
  AND roll <= {roll:UInt64}
  AND start BETWEEN {parent_start:UInt64} AND {end:UInt64}
  AND intDiv(trace, /*one_in*/) % {share:UInt64} = 0
UNION ALL
SELECT reinterpretAsUInt64(substring(trace_id, 9, 8)) AS trace, span_id, parent_span_id, service, start, duration, toUInt8(status_code = 2) AS error
FROM /*as seen*/spans
WHERE /*blocks*/
  AND tenant = {tenant:String}
  AND day >= {day_min:Date}
  AND start BETWEEN {parent_start:UInt64} AND {end:UInt64}
  AND trace % /*one_in*/ = 0
  AND intDiv(trace, /*one_in*/) % {share:UInt64} = 0

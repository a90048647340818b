-- All spans, for ranges that hold few.
SELECT reinterpretAsUInt64(substring(trace_id, 9, 8)) AS trace, span_id, parent_span_id, service, start, duration, toUInt8(status_code = 2) AS error
FROM /*as seen*/spans
WHERE tenant = {tenant:String}
  AND day >= {day_min:Date}
  AND start BETWEEN {parent_start:UInt64} AND {end:UInt64}

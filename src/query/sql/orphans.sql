-- Spans whose parent is not in their trace, by trace.
SELECT
  lower(hex(trace_id)) AS traceId,
  toUInt32(count()) AS orphanCount
FROM /*as seen*/spans
WHERE (block, row) IN (SELECT block, arrayJoin(range(first, last + 1)) FROM traces WHERE trace IN {traces:Array(UInt64)})
  AND tenant = {tenant:String}
  AND lower(hex(trace_id)) IN {trace_ids:Array(String)}
  AND parent_span_id != toFixedString('', 8)
  AND (trace_id, parent_span_id) NOT IN (
    SELECT trace_id, span_id
    FROM /*as seen*/spans
    WHERE (block, row) IN (SELECT block, arrayJoin(range(first, last + 1)) FROM traces WHERE trace IN {traces:Array(UInt64)})
      AND tenant = {tenant:String}
      AND lower(hex(trace_id)) IN {trace_ids:Array(String)}
  )
GROUP BY trace_id
LIMIT {limit:UInt32}

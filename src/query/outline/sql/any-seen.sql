-- Whether the reader sees any span of a trace.
SELECT toUInt8(count() > 0) AS isSeen
FROM (
  SELECT 1
  FROM /*as seen*/spans
  WHERE (block, row) IN (SELECT block, arrayJoin(range(first, last + 1)) FROM traces WHERE trace = {trace:UInt64})
    AND tenant = {tenant:String}
    AND trace_id = unhex({trace_id:String})
  LIMIT {limit:UInt32}
)

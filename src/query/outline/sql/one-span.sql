-- The spans of a trace that carry one id, in the order of the store: one of them, unless somebody sent it twice.
SELECT
/*span*/,
producer AS producerId
FROM /*as shown*/spans
WHERE (block, row) IN (SELECT block, arrayJoin(range(first, last + 1)) FROM traces WHERE trace = {trace:UInt64})
  AND tenant = {tenant:String}
  AND trace_id = unhex({trace_id:String})
  AND span_id = unhex({span_id:String})
ORDER BY block, row
LIMIT {limit:UInt32}

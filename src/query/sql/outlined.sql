-- How many spans of a trace are there as outlines; none for readers who see everything.
SELECT toUInt32(count()) AS outlineCount
FROM (
  SELECT 1
  FROM /*as shown*/spans
  WHERE (block, row) IN (SELECT block, arrayJoin(range(first, last + 1)) FROM traces WHERE trace = {trace:UInt64})
    AND tenant = {tenant:String}
    AND trace_id = unhex({trace_id:String})
    AND 0/*outlined: + outline*/ = 1
  LIMIT {limit:UInt32}
)

-- The spans of one trace from a row on, in the order of the store. `traces` leads to the exact rows, so that the primary key
-- (block, row) prunes to a few granules.
SELECT
/*span*/
FROM /*as shown*/spans
WHERE (block, row) IN (SELECT block, arrayJoin(range(first, last + 1)) FROM traces WHERE trace = {trace:UInt64})
  AND tenant = {tenant:String}
  AND trace_id = unhex({trace_id:String})
  AND block >= {from_block:UInt64}
  AND (block > {from_block:UInt64} OR row >= {from_row:UInt32})
ORDER BY block, row
LIMIT {limit:UInt32}

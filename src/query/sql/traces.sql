-- The spans of several traces from a row on, in the order of the store: as for one trace, but none of them waits for the others.
SELECT
/*span*/
FROM /*as shown*/spans
WHERE (block, row) IN (SELECT block, arrayJoin(range(first, last + 1)) FROM traces WHERE trace IN {traces:Array(UInt64)})
  AND tenant = {tenant:String}
  AND lower(hex(trace_id)) IN {trace_ids:Array(String)}
  AND block >= {from_block:UInt64}
  AND (block > {from_block:UInt64} OR row >= {from_row:UInt32})
ORDER BY block, row
LIMIT {limit:UInt32}

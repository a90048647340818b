-- As trace.sql, with the producer, and of one span only if it is asked for (all zeros: of all).
SELECT
/*span*/,
producer AS producerId,
arrayMap(k -> lower(hex(k)), `sealed.key`) AS sealedKeys,
arrayMap(t -> base64Encode(t), `sealed.text`) AS sealedTexts
FROM /*as stored*/spans
WHERE (block, row) IN (SELECT block, arrayJoin(range(first, last + 1)) FROM traces WHERE trace = {trace:UInt64})
  AND tenant = {tenant:String}
  AND trace_id = unhex({trace_id:String})
  AND ({span_id:String} = '' OR span_id = unhex({span_id:String}))
  AND block >= {from_block:UInt64}
  AND (block > {from_block:UInt64} OR row >= {from_row:UInt32})
ORDER BY block, row
LIMIT {limit:UInt32}

-- Spans of a person from a row on, in the order of the store, with what they have sealed. Values that the reader does not see stand as hidden, so that what was sealed of
-- them is left closed.
SELECT
/*span*/,
arrayMap(k -> lower(hex(k)), `sealed.key`) AS sealedKeys,
arrayMap(t -> base64Encode(t), `sealed.text`) AS sealedTexts,
'' AS environment
FROM /*as shown*/spans
WHERE tenant = {tenant:String}
  AND /*of subject*/
  AND block >= {from_block:UInt64}
  AND (block > {from_block:UInt64} OR row >= {from_row:UInt32})
ORDER BY block, row
LIMIT {limit:UInt32}

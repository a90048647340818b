-- These keys, with the days on which they were used: tokens of other fields that they closed are in the partitions of these days too.
SELECT DISTINCT
  toUInt16(day) AS day,
  lower(hex(key)) AS key
FROM sealed_tokens
WHERE tenant = {tenant:String}
  AND token = toFixedString(unhex({subject:String}), 16)

-- These keys.
SELECT DISTINCT lower(hex(key)) AS key
FROM sealed_tokens
WHERE tenant = {tenant:String}
  AND token = toFixedString(unhex({subject:String}), 16)

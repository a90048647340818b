-- By how many keys spans of a person are found, also by those that were destroyed.
SELECT uniqExact(key) AS keys
FROM sealed_tokens
WHERE tenant = {tenant:String}
  AND token = toFixedString(unhex({subject:String}), 16)

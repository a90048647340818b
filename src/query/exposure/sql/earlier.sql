-- Whether there was any span before the period.
SELECT toUInt8(count() > 0) AS isOlder
FROM (
  SELECT 1
  FROM (
/*counts*/
  )
  LIMIT {limit:UInt32}
)

-- When what was replaced was seen before: as it is remembered, and in spans that are not rolled yet.
SELECT service, place, value_kind, minute
FROM /*as seen*/first_seen
WHERE tenant = {tenant:String}
  AND /*conditions*/
UNION ALL
SELECT service, /*stated*/ AS place, kind_of_value AS value_kind, toUInt32(intDiv(min(start), 60000000000)) AS minute
FROM /*as seen*/spans
ARRAY JOIN minimized.place AS stated_place, minimized.kind AS kind_of_value
WHERE /*blocks*/
  AND tenant = {tenant:String}
  AND start < {start:UInt64}
  AND /*conditions*/
GROUP BY service, place, value_kind

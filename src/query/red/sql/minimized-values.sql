-- Values that minimization replaced. What a resource or scope had replaced stands at each of its spans and counts once for a block and minute.
SELECT minute, service, operation AS value_kind, count
FROM figures
WHERE what = 'minimized'
  AND tenant = {tenant:String}
  AND day >= {day_min:Date}
  AND roll <= {roll:UInt64}
  AND minute BETWEEN {minute_first:UInt32} AND {minute_last:UInt32}
UNION ALL
SELECT
  toUInt32(intDiv(start, 60000000000)) AS minute,
  service,
  kind_of_value AS value_kind,
  if(shared = '', sum(replaced), any(replaced)) AS count
FROM spans
ARRAY JOIN minimized.place AS place, minimized.kind AS kind_of_value, minimized.count AS replaced
WHERE /*blocks*/
  AND tenant = {tenant:String}
  AND day >= {day_min:Date}
  AND start BETWEEN {start:UInt64} AND {end:UInt64}
GROUP BY minute, service, value_kind, if(place LIKE 'resource.%' OR place LIKE 'scope.%', place, '') AS shared, if(shared = '', 0, block)

-- Values that minimization replaced. What a resource or scope had replaced stands at each of its spans and counts once for a block and minute.
SELECT minute, service, operation AS place, kind AS span_kind, environment, rest, value_kind, count
FROM /*as seen*/figures
WHERE what = 'minimized'
  AND tenant = {tenant:String}
  AND day >= {day_min:Date}
  AND roll <= {roll:UInt64}
  AND minute BETWEEN {minute_first:UInt32} AND {minute_last:UInt32}
  AND /*conditions*/
UNION ALL
SELECT
  toUInt32(intDiv(start, 60000000000)) AS minute,
  service,
  /*stated*/ AS place,
  if(shared = 0, kind, 0) AS span_kind,
  /*environment*/ AS environment,
  toUInt8(0) AS rest,
  kind_of_value AS value_kind,
  if(shared = 0, sum(replaced), any(replaced)) AS count
FROM /*as seen*/spans
ARRAY JOIN minimized.place AS stated_place, minimized.kind AS kind_of_value, minimized.count AS replaced
WHERE /*blocks*/
  AND tenant = {tenant:String}
  AND day >= {day_min:Date}
  AND start BETWEEN {start:UInt64} AND {end:UInt64}
  AND /*conditions*/
GROUP BY minute, service, place, span_kind, environment, value_kind, if(stated_place LIKE 'resource.%' OR stated_place LIKE 'scope.%', block, 0) AS shared

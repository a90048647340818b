-- Operations of a service that arrived since a day.
SELECT toString(name) AS spanName, kind AS spanKind, toString(count()) AS spanCount
FROM spans
WHERE tenant = {tenant:String}
  AND day >= {day_min:Date}
  AND service = {service:String}
GROUP BY name, kind
ORDER BY spanName, spanKind
LIMIT {limit:UInt32}

-- Services that sent spans since a day of arrival.
SELECT toString(service) AS serviceName, toString(count()) AS spanCount
FROM spans
WHERE tenant = {tenant:String}
  AND day >= {day_min:Date}
GROUP BY service
ORDER BY serviceName
LIMIT {limit:UInt32}

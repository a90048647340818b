-- Services whose spans arrived since a day.
SELECT toString(service) AS serviceName, toString(sum(count)) AS spanCount
FROM (
/*counts*/
)
WHERE rest = 0
GROUP BY service
ORDER BY serviceName
LIMIT {limit:UInt32}
SETTINGS max_block_size = 65536

-- Operations of a service whose spans arrived since a day.
SELECT toString(operation) AS spanName, kind AS spanKind, toString(sum(count)) AS spanCount
FROM (
/*counts*/
)
WHERE rest = 0
GROUP BY operation, kind
ORDER BY spanName, spanKind
LIMIT {limit:UInt32}
SETTINGS max_block_size = 65536

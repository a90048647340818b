-- Replaced values by service and kind.
SELECT toString(service) AS serviceName, toString(value_kind) AS valueKind, toFloat64(sum(count)) AS values
FROM (
/*values*/
)
GROUP BY service, value_kind
ORDER BY values DESC, serviceName, valueKind
LIMIT {limit:UInt32}
SETTINGS max_block_size = 65536

-- Entries by hour and type, of all tenants: when something of which kind was logged is not secret, and stands in the entries themselves.
SELECT
  toString(toUnixTimestamp(toStartOfHour(time, 'UTC'))) AS hour,
  type,
  toString(count()) AS entries
FROM log_entries
WHERE index >= {first:UInt64}
  AND time >= fromUnixTimestamp64Milli({since:Int64}, 'UTC')
GROUP BY hour, type
ORDER BY hour DESC, type
LIMIT {limit:UInt32}

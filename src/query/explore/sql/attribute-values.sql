-- The values of one key of spans or their events in a share of the granules, most frequent first.
SELECT toString(value) AS text, toString(count()) AS spanCount
FROM (
  SELECT arrayJoin(/*values*/) AS value
  FROM /*as seen*/spans
  /*first*/PREWHERE (cityHash64(_part) + intDiv(_part_offset, 4096)) % {one_in:UInt64} = 0
    AND tenant = {tenant:String}
    AND day >= {day_min:Date}
    AND start BETWEEN {start:UInt64} AND {end:UInt64}
    AND /*narrow*/
)
WHERE startsWith(value, {prefix:String})
GROUP BY value
ORDER BY count() DESC, value
LIMIT {limit:UInt32}
SETTINGS max_block_size = 16384

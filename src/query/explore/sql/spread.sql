-- How many spans match, how many of them failed, and the durations that only few exceed; from a share of the granules.
SELECT
  toString(count()) AS spanCount,
  toString(countIf(status_code = 2)) AS errorCount,
  arrayMap(d -> toString(toInt64(if(isFinite(d), least(greatest(d, -9e18), 9e18), 0))), quantiles(0.9, 0.99, 0.999, 0.9999, 0.99999)(duration)) AS durations
FROM /*as seen*/spans
/*first*/PREWHERE (cityHash64(_part) + intDiv(_part_offset, 4096)) % {one_in:UInt64} = 0
  AND tenant = {tenant:String}
  AND day >= {day_min:Date}
  AND start BETWEEN {start:UInt64} AND {end:UInt64}
  AND /*narrow*/
/*then*/WHERE /*conditions*/
LIMIT 1
SETTINGS max_block_size = 16384

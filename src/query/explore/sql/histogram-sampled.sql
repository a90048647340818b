-- Per bucket of time, how many spans of a share of the granules were looked at and how many of these match. Whole granules are
-- skipped, so the attributes of the others are never read.
SELECT
  toUInt32(intDiv(start - {start:UInt64}, {step:UInt64})) AS bucket,
  toString(count()) AS seenCount,
  toString(countIf(/*conditions*/)) AS spanCount,
  toString(countIf(status_code = 2 AND /*conditions*/)) AS errorCount
FROM /*as seen*/spans
/*first*/PREWHERE (cityHash64(_part) + intDiv(_part_offset, 4096)) % {one_in:UInt64} = 0
  AND tenant = {tenant:String}
  AND day >= {day_min:Date}
  AND start BETWEEN {start:UInt64} AND {end:UInt64}
  AND /*narrow*/
GROUP BY bucket
LIMIT {limit:UInt32}
SETTINGS max_block_size = 16384

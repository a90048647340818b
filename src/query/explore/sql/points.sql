-- Spans as points, thinned by a hash of their place in the store, so that the same ones are drawn again; what failed is thinned less, what
-- was slow is kept.
SELECT
  lower(hex(trace_id)) AS traceId,
  toString(service) AS serviceName,
  toString(start - {start:UInt64}) AS startOffset,
  toString(duration) AS durationNano,
  toUInt8(status_code = 2) AS failed
FROM /*as seen*/spans
/*first*/PREWHERE (cityHash64(_part) + intDiv(_part_offset, 4096)) % {one_in:UInt64} = 0
  AND tenant = {tenant:String}
  AND day >= {day_min:Date}
  AND start BETWEEN {start:UInt64} AND {end:UInt64}
  AND /*narrow*/
/*then*/WHERE /*conditions*/
  AND (cityHash64(block, row) % {thin:UInt64} = 0 OR duration >= {slow:Int64} OR (status_code = 2 AND cityHash64(block, row) % {thin_errors:UInt64} = 0))
ORDER BY status_code = 2 OR duration >= {slow:Int64} DESC, cityHash64(block, row)
LIMIT {limit:UInt32}
SETTINGS max_block_size = 16384

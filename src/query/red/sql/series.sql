-- Spans by group, slot of time and bucket of duration. Slot 0 is the period before, slot 1 the first one of the period asked for.
SELECT
  service_key,
  operation_key,
  kind_key,
  rest_key,
  slot,
  groupArray(bucket) AS buckets,
  groupArray(toFloat64(spans)) AS counts,
  toFloat64(sum(failed)) AS errors,
  toFloat64(max(slowest)) AS longest
FROM (
  SELECT
    /*keys*/,
    if(minute < {minute_now:UInt32}, 0, toUInt32(1 + intDiv(minute - {minute_now:UInt32}, {step:UInt32}))) AS slot,
    bucket,
    sum(n) AS spans,
    sum(errors) AS failed,
    max(longest) AS slowest
  FROM (
/*durations*/
  )
  WHERE (/*names*/) IN (
      SELECT /*names*/
      FROM (
/*counts*/
      )
      WHERE minute >= {minute_now:UInt32}
      GROUP BY /*names*/
      ORDER BY sum(count) DESC, /*names*/
      LIMIT {limit:UInt32}
    )
  GROUP BY service_key, operation_key, kind_key, rest_key, slot, bucket
)
GROUP BY service_key, operation_key, kind_key, rest_key, slot
LIMIT {rows:UInt32}
SETTINGS max_block_size = 65536

-- What was replaced, by service, place and kind of value: how much, when, since when, in how many steps of the period, and in which environments and kinds of span mostly.
SELECT
  toString(serviceKey) AS serviceName,
  toString(placeKey) AS statedPlace,
  toString(kindKey) AS valueKind,
  toUInt8(restMax) AS isRest,
  toFloat64(total) AS values,
  toUInt32(earliest) AS firstMinute,
  toUInt32(latest) AS lastMinute,
  toUInt32(knownMinute) AS seenMinute,
  steps.1 AS slots,
  arrayMap(n -> toFloat64(n), steps.2) AS sums,
  arrayMap(v -> toString(v.1), variants) AS environments,
  arrayMap(v -> toInt32(v.2), variants) AS spanKinds
FROM (
  SELECT
    service AS serviceKey,
    place AS placeKey,
    value_kind AS kindKey,
    max(rest) AS restMax,
    sum(count) AS total,
    min(minute) AS earliest,
    max(minute) AS latest,
    sumMap([toUInt32(intDiv(minute - {minute_first:UInt32}, {step:UInt32}))], [toUInt64(count)]) AS steps,
    topKWeighted(8)((environment, span_kind), toUInt64(count)) AS variants
  FROM (
/*values*/
  )
  WHERE value_kind != 'neutralized'
  GROUP BY serviceKey, placeKey, kindKey
  ORDER BY total DESC, serviceKey, placeKey, kindKey
  LIMIT {limit:UInt32}
) AS exposed
LEFT JOIN (
  SELECT service AS serviceKey, place AS placeKey, value_kind AS kindKey, min(minute) AS knownMinute
  FROM (
/*seen*/
  )
  GROUP BY serviceKey, placeKey, kindKey
) AS known USING (serviceKey, placeKey, kindKey)
ORDER BY total DESC, serviceName, statedPlace, valueKind
SETTINGS max_block_size = 65536, max_rows_to_group_by = 500000, group_by_overflow_mode = 'any'

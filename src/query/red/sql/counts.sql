-- Figures without their durations.
SELECT minute, service, operation, kind, entry, rest, count, errors
FROM /*as seen*/figures
WHERE what = /*level*/
  AND tenant = {tenant:String}
  AND day >= {day_min:Date}
  AND roll <= {roll:UInt64}
  AND minute BETWEEN {minute_first:UInt32} AND {minute_last:UInt32}
  AND /*conditions*/
UNION ALL
SELECT toUInt32(intDiv(start, 60000000000)) AS minute, service, name AS operation, kind, toUInt8(kind IN (2, 5) OR parent_span_id = toFixedString('', 8)) AS entry, toUInt8(0) AS rest, toUInt64(1) AS count, toUInt64(status_code = 2) AS errors
FROM /*as seen*/spans
WHERE /*blocks*/
  AND tenant = {tenant:String}
  AND day >= {day_min:Date}
  AND start BETWEEN {start:UInt64} AND {end:UInt64}
  AND /*conditions*/

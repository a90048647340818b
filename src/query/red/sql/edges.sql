-- Calls between services: spans joined with their parents where these belong to another service.
SELECT
  toString(parents.service) AS parentService,
  toString(children.service) AS childService,
  toFloat64(count()) AS calls,
  toFloat64(countIf(children.error = 1)) AS errors,
  quantilesExact(0.5, 0.95, 0.99)(toFloat64(greatest(children.duration, 0))) AS durations
FROM (
  SELECT * FROM (
/*calls*/
  )
  WHERE start >= {start:UInt64}
    AND parent_span_id != toFixedString('', 8)
) AS children
ANY LEFT JOIN (
/*calls*/
) AS parents ON children.trace = parents.trace AND children.parent_span_id = parents.span_id
WHERE parents.service != '' AND parents.service != children.service
GROUP BY parents.service, children.service
ORDER BY calls DESC, parentService, childService
LIMIT {limit:UInt32}
SETTINGS max_block_size = 16384

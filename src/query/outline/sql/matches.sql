-- Spans of one trace in whose attributes, events or status message a text occurs, small or capital.
SELECT lower(hex(span_id)) AS spanId
FROM /*as seen*/spans
WHERE (block, row) IN (SELECT block, arrayJoin(range(first, last + 1)) FROM traces WHERE trace = {trace:UInt64})
  AND tenant = {tenant:String}
  AND trace_id = unhex({trace_id:String})
  AND (positionCaseInsensitiveUTF8(status_message, {text:String}) > 0
    OR arrayExists(t -> positionCaseInsensitiveUTF8(t, {text:String}) > 0, mapKeys(attributes))
    OR arrayExists(t -> positionCaseInsensitiveUTF8(t, {text:String}) > 0, mapValues(attributes))
    OR arrayExists(t -> positionCaseInsensitiveUTF8(t, {text:String}) > 0, `events.name`)
    OR arrayExists(m -> arrayExists(t -> positionCaseInsensitiveUTF8(t, {text:String}) > 0, arrayConcat(mapKeys(m), mapValues(m))), `events.attributes`))
ORDER BY start, block, row
LIMIT {limit:UInt32}

-- The spans of one trace from a row on, in the order of the store. `traces` leads to the exact rows, so that the primary key
-- (block, row) prunes to a few granules.
SELECT
  toString(block) AS atBlock,
  row AS atRow,
  lower(hex(trace_id)) AS traceId,
  lower(hex(span_id)) AS spanId,
  lower(hex(parent_span_id)) AS parentSpanId,
  trace_state AS traceState,
  flags AS spanFlags,
  name AS spanName,
  kind AS spanKind,
  toString(start) AS startNano,
  toString(duration) AS durationNano,
  status_code AS statusCode,
  status_message AS statusMessage,
  service AS serviceName,
  resource AS resourceText,
  scope AS scopeText,
  mapKeys(attributes) AS keys,
  mapValues(attributes) AS texts,
  attribute_types AS types,
  dropped_attributes AS droppedAttributes,
  dropped_events AS droppedEvents,
  dropped_links AS droppedLinks,
  arrayMap(t -> toString(t), `events.time`) AS eventTimes,
  `events.name` AS eventNames,
  arrayMap(m -> mapKeys(m), `events.attributes`) AS eventKeys,
  arrayMap(m -> mapValues(m), `events.attributes`) AS eventTexts,
  `events.attribute_types` AS eventTypes,
  `events.dropped` AS eventDropped,
  arrayMap(i -> lower(hex(i)), `links.trace_id`) AS linkTraceIds,
  arrayMap(i -> lower(hex(i)), `links.span_id`) AS linkSpanIds,
  `links.trace_state` AS linkTraceStates,
  `links.flags` AS linkFlags,
  arrayMap(m -> mapKeys(m), `links.attributes`) AS linkKeys,
  arrayMap(m -> mapValues(m), `links.attributes`) AS linkTexts,
  `links.attribute_types` AS linkTypes,
  `links.dropped` AS linkDropped,
  `minimized.place` AS minimizedPlaces,
  `minimized.kind` AS minimizedKinds,
  `minimized.count` AS minimizedCounts
FROM spans
WHERE (block, row) IN (SELECT block, arrayJoin(range(first, last + 1)) FROM traces WHERE trace = {trace:UInt64})
  AND tenant = {tenant:String}
  AND trace_id = unhex({trace_id:String})
  AND block >= {from_block:UInt64}
  AND (block > {from_block:UInt64} OR row >= {from_row:UInt32})
ORDER BY block, row
LIMIT {limit:UInt32}

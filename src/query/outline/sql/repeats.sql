-- Of the span ids that occur more than once in a trace: every row of theirs, in the order of the store, with a digest of all that was stored of it.
SELECT
  groupArray(spanId) AS ids,
  groupArray(content) AS contents
FROM (
  SELECT
    lower(hex(span_id)) AS spanId,
    lower(substring(hex(SHA256(toString((
      parent_span_id, trace_state, flags, name, kind, start, duration, status_code, status_message, resource, scope, attributes, attribute_types, dropped_attributes, dropped_events, dropped_links,
      `events.time`, `events.name`, `events.attributes`, `events.attribute_types`, `events.dropped`,
      `links.trace_id`, `links.span_id`, `links.trace_state`, `links.flags`, `links.attributes`, `links.attribute_types`, `links.dropped`,
      `minimized.place`, `minimized.kind`, `minimized.count`
    )))), 1, 32)) AS content
  FROM /*as shown*/spans
  WHERE (block, row) IN (SELECT block, arrayJoin(range(first, last + 1)) FROM traces WHERE trace = {trace:UInt64})
    AND tenant = {tenant:String}
    AND trace_id = unhex({trace_id:String})
    AND span_id IN (
      SELECT span_id
      FROM /*as shown*/spans
      WHERE (block, row) IN (SELECT block, arrayJoin(range(first, last + 1)) FROM traces WHERE trace = {trace:UInt64})
        AND tenant = {tenant:String}
        AND trace_id = unhex({trace_id:String})
      GROUP BY span_id
      HAVING count() > 1
    )
  ORDER BY block, row
  LIMIT {limit:UInt32}
)

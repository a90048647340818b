-- The spans of one trace from a row on, as columns: only what a waterfall draws. Columns of one row travel and parse several times faster than
-- rows. Of a span with very many events the first ones are named.
-- `materialize`: the engine keeps columns that hold mostly zeros as sparse ones, and its groupArray puts their zeros behind all other values.
SELECT
  toUInt32(count()) AS rowCount,
  toString(max(atBlock)) AS lastBlock,
  toUInt32(max((atBlock, atRow)).2) AS lastRow,
  groupArray(lower(hex(spanId))) AS ids,
  groupArray(lower(hex(parentId))) AS parents,
  groupArray(toString(serviceName)) AS services,
  groupArray(toString(spanName)) AS names,
  groupArray(toString(startNano)) AS starts,
  groupArray(toString(durationNano)) AS durations,
  groupArray(spanKind) AS kinds,
  groupArray(statusCode) AS statuses,
  groupArray(isRemote) AS remotes,
  groupArray(toUInt32(length(eventTimes))) AS events,
  groupArray(toUInt32(countEqual(eventNames, 'exception'))) AS exceptions,
  groupArray(toUInt32(arraySum((p, k, c) -> if(k = 'neutralized' OR startsWith(p, 'resource.') OR startsWith(p, 'scope.'), 0, c), places, minimizedKinds, counts))) AS minimized,
  groupArray(arrayMap(t -> toString(t), arraySlice(eventTimes, 1, {events:UInt32}))) AS eventTimeTexts,
  groupArray(arrayMap(n -> toUInt8(n = 'exception'), arraySlice(eventNames, 1, {events:UInt32}))) AS eventErrors/*outlined: , groupArray(isOutline) AS outlines*/
FROM (
  SELECT
    block AS atBlock, row AS atRow, span_id AS spanId, materialize(parent_span_id) AS parentId, service AS serviceName, name AS spanName, materialize(start) AS startNano,
    materialize(duration) AS durationNano, materialize(kind) AS spanKind, materialize(status_code) AS statusCode,
    -- OTLP SpanFlags: bit 8 says that bit 9 says whether the parent is remote. Without it, servers and consumers are called from elsewhere.
    materialize(toUInt8(if(bitTest(flags, 8), bitTest(flags, 9), kind IN (2, 5)))) AS isRemote, `events.time` AS eventTimes, `events.name` AS eventNames,
    `minimized.place` AS places, `minimized.kind` AS minimizedKinds, `minimized.count` AS counts/*outlined: , outline AS isOutline*/
  FROM /*as shown*/spans
  WHERE (block, row) IN (SELECT block, arrayJoin(range(first, last + 1)) FROM traces WHERE trace = {trace:UInt64})
    AND tenant = {tenant:String}
    AND trace_id = unhex({trace_id:String})
    AND block >= {from_block:UInt64}
    AND (block > {from_block:UInt64} OR row >= {from_row:UInt32})
  ORDER BY block, row
  LIMIT {limit:UInt32}
)

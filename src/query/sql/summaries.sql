-- What a list of results says about each trace, over all of its spans, and which of them matched. What a resource or scope had
-- replaced stands at each of its spans and counts once; characters made visible were not replaced, and neither was what is sealed,
-- which is never of a resource or scope.
SELECT
  lower(hex(trace_id)) AS traceId,
  toString(min(start)) AS startNano,
  toString(max(toInt128(start) + greatest(duration, 0)) - min(start)) AS durationNano,
  toUInt32(count()) AS spanCount,
  toUInt32(countIf(status_code = 2)) AS errorCount,
  argMin((service, name), (parent_span_id != toFixedString('', 8), start, block, row)) AS root,
  sumMap([toString(service)], [toUInt32(1)]) AS services,
  sumMap([toString(service)], [toUInt32(status_code = 2)]) AS serviceErrors,
  toUInt32(sum(arraySum((p, k, c) -> if(k IN ('neutralized', 'sealed') OR startsWith(p, 'resource.') OR startsWith(p, 'scope.'), 0, c), `minimized.place`, `minimized.kind`, `minimized.count`))
    + arraySum(t -> t.4, groupUniqArrayArray(arrayMap((p, k, c) -> (toString(service), p, k, if(k NOT IN ('neutralized', 'sealed') AND (startsWith(p, 'resource.') OR startsWith(p, 'scope.')), c, 0)), `minimized.place`, `minimized.kind`, `minimized.count`)))) AS minimizedCount,
  toUInt32(sum(arraySum((k, c) -> if(k = 'sealed', c, 0), `minimized.kind`, `minimized.count`))) AS sealedCount,
  toUInt32(countIf(/*matches*/)) AS matchedCount,
  groupArrayIf(20)(lower(hex(span_id)), /*matches*/) AS matchedSpanIds,
  /*best*/ AS position
FROM /*as seen*/spans
WHERE (block, row) IN (SELECT block, arrayJoin(range(first, last + 1)) FROM traces WHERE trace IN {traces:Array(UInt64)})
  AND tenant = {tenant:String}
  AND lower(hex(trace_id)) IN {trace_ids:Array(String)}
GROUP BY trace_id
LIMIT {limit:UInt32}

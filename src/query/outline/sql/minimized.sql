-- Values replaced in one trace by kind, and where. What a resource or scope had replaced stands at each of its spans and counts once a service.
SELECT
  kindName,
  toUInt32(sum(total)) AS replaced,
  groupUniqArrayArray(64)(wheres) AS variants,
  arrayMap(v -> toUInt64(v.1), variants) AS blocks,
  arrayMap(v -> v.2, variants) AS services,
  arrayMap(v -> v.3, variants) AS environments,
  arrayMap(v -> toInt32(v.4), variants) AS spanKinds,
  arrayMap(v -> v.5, variants) AS places
FROM (
  SELECT
    toString(kindText) AS kindName,
    if(startsWith(placeText, 'resource.') OR startsWith(placeText, 'scope.'), (toString(service), toString(placeText), many), ('', '', toUInt32(0))) AS owner,
    if(owner.2 = '', sum(many), toUInt64(any(many))) AS total,
    groupUniqArray(64)((block, toString(service), toString(/*environment*/), kind, toString(/*stated*/))) AS wheres
  FROM /*as seen*/spans
  ARRAY JOIN `minimized.place` AS placeText, `minimized.kind` AS kindText, `minimized.count` AS many
  WHERE (block, row) IN (SELECT block, arrayJoin(range(first, last + 1)) FROM traces WHERE trace = {trace:UInt64})
    AND tenant = {tenant:String}
    AND trace_id = unhex({trace_id:String})
  GROUP BY kindName, owner
)
GROUP BY kindName
ORDER BY replaced DESC, kindName
LIMIT {limit:UInt32}

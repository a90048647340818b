-- The resources and scopes of spans in a share of the granules: few texts, which hold their attributes.
SELECT toString(resource) AS resourceText, toString(scope) AS scopeText, toString(count()) AS spanCount
FROM /*as seen*/spans
/*first*/PREWHERE (cityHash64(_part) + intDiv(_part_offset, 4096)) % {one_in:UInt64} = 0
  AND tenant = {tenant:String}
  AND day >= {day_min:Date}
  AND start BETWEEN {start:UInt64} AND {end:UInt64}
  AND /*narrow*/
GROUP BY resource, scope
ORDER BY count() DESC
LIMIT {limit:UInt32}
SETTINGS max_block_size = 16384

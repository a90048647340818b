-- Which lists of keys spans and their events carry in a share of the granules. Equal lists are counted together: there are few of them.
SELECT place, keys, types, toString(spanCount) AS spanCount
FROM (
  SELECT 'span' AS place, mapKeys(attributes) AS keys, toString(attribute_types) AS types, count() AS spanCount
  FROM /*as seen*/spans
  /*first*/PREWHERE (cityHash64(_part) + intDiv(_part_offset, 4096)) % {one_in:UInt64} = 0
    AND tenant = {tenant:String}
    AND day >= {day_min:Date}
    AND start BETWEEN {start:UInt64} AND {end:UInt64}
    AND /*narrow*/
  GROUP BY keys, types
  ORDER BY spanCount DESC
  LIMIT {limit:UInt32}
  UNION ALL
  SELECT 'event' AS place, list.1 AS keys, toString(list.2) AS types, count() AS spanCount
  FROM (
    SELECT arrayJoin(arrayZip(arrayMap(m -> mapKeys(m), `events.attributes`), `events.attribute_types`)) AS list
    FROM /*as seen*/spans
    /*first*/PREWHERE (cityHash64(_part) + intDiv(_part_offset, 4096)) % {one_in:UInt64} = 0
      AND tenant = {tenant:String}
      AND day >= {day_min:Date}
      AND start BETWEEN {start:UInt64} AND {end:UInt64}
      AND /*narrow*/
    /*then*/WHERE notEmpty(`events.time`)
  )
  GROUP BY keys, types
  ORDER BY spanCount DESC
  LIMIT {limit:UInt32}
)
LIMIT {limit:UInt32}
SETTINGS max_block_size = 16384

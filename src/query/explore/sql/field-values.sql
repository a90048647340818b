-- The values of a column that is small enough to be read for a whole range, most frequent first.
SELECT toString(/*column*/) AS text, toString(count()) AS spanCount
FROM /*as seen*/spans
WHERE tenant = {tenant:String}
  AND day >= {day_min:Date}
  AND start BETWEEN {start:UInt64} AND {end:UInt64}
  AND /*narrow*/
GROUP BY /*column*/
ORDER BY count() DESC, text
LIMIT {limit:UInt32}
SETTINGS max_block_size = 16384

-- Blocks that cannot hold a match, as runs of consecutive numbers: another tenant's, other times, or the filter of an item says no. A block
-- without filter is in no row, and is searched.
SELECT toString(min(block)) AS first, toString(max(block)) AS last
FROM (
  SELECT block, block - row_number() OVER (ORDER BY block) AS run
  FROM (
    SELECT DISTINCT block
    FROM item_filters
    WHERE slice IN {slices:Array(UInt16)}
      AND day >= {day_min:Date}
      AND block BETWEEN {block_min:UInt64} AND {block_max:UInt64}
      AND NOT (tenant = {tenant:String} AND last_s >= {first_s:UInt32} AND first_s <= {last_s:UInt32} AND NOT (/*misses*/))
  )
)
GROUP BY run
ORDER BY min(block)
LIMIT {limit:UInt32}
SETTINGS compile_expressions = 0

-- How many spans a range holds.
SELECT toFloat64(sum(count)) AS spans
FROM (
/*counts*/
)
LIMIT {limit:UInt32}
SETTINGS max_block_size = 65536

-- Blocks from one on, newest first; read from the primary key's column alone.
SELECT toString(block) AS id
FROM /*of all*/spans
WHERE block >= {first:UInt64}
GROUP BY block
ORDER BY block DESC
LIMIT {limit:UInt32}

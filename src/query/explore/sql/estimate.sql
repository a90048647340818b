-- How many rows the index leaves to be read for a time range, of all tenants; answered from parts and marks without reading any.
EXPLAIN ESTIMATE
SELECT count()
FROM /*of all*/spans
WHERE day >= {day_min:Date}
  AND start BETWEEN {start:UInt64} AND {end:UInt64}
  AND /*within*/

-- Where spans come from: services, and the environments of each, in blocks from one on. Aggregated by the service alone, so that an environment is looked for
-- in the texts of a dictionary and not in each row.
SELECT
  toString(service) AS serviceName,
  groupUniqArray({environments:UInt32})(toString(/*environment*/)) AS environments,
  toString(max(block)) AS newest
FROM /*of all*/spans
WHERE tenant = {tenant:String}
  AND block >= {from_block:UInt64}
GROUP BY service
LIMIT {limit:UInt32}
SETTINGS max_block_size = 65536

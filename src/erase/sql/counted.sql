-- How many spans there are of a person, and where and when.
SELECT
  count() AS spans,
  uniqExact(trace_id) AS traces,
  toString(min(start)) AS first,
  toString(max(start)) AS last,
  groupUniqArray({limit:UInt32})(service) AS services
FROM /*as seen*/spans
WHERE tenant = {tenant:String}
  AND /*of subject*/

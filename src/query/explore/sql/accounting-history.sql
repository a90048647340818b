-- The account per bucket of time: what each producer sent and what became of it.
SELECT
  toString(producer) AS producerId,
  toString(outcome) AS outcomeName,
  toString(reason) AS reasonName,
  toUInt32(intDiv(toUnixTimestamp64Milli(time) - {start_ms:Int64}, {step_ms:Int64})) AS bucket,
  toString(sum(count)) AS total
FROM accounting
WHERE tenant = {tenant:String}
  AND time BETWEEN fromUnixTimestamp64Milli({start_ms:Int64}) AND fromUnixTimestamp64Milli({end_ms:Int64})
  AND /*conditions*/
GROUP BY producer, outcome, reason, bucket
LIMIT {limit:UInt32}
SETTINGS max_block_size = 16384

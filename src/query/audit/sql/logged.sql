-- As the log has them, after the last one that was taken.
  AND (all_records.index, all_records.ordinal) > ({last_index:UInt64}, {last_ordinal:UInt32})
ORDER BY all_records.index, all_records.ordinal
LIMIT {limit:UInt32}

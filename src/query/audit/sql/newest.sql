-- The newest first, after the last one of the page before.
  AND (all_records.ms, all_records.index, all_records.ordinal) < ({last_ms:Int64}, {last_index:UInt64}, {last_ordinal:UInt32})
ORDER BY all_records.ms DESC, all_records.index DESC, all_records.ordinal DESC
LIMIT {limit:UInt32}

-- Spans of which values were sealed for a person: those that have the token, and of these the ones that were closed by the given keys.
(block, row) IN (
    SELECT block, row FROM sealed_tokens
    WHERE tenant = {tenant:String}
      AND token = toFixedString(unhex({subject:String}), 16)
      AND reinterpretAsUInt64(key) IN {keys:Array(UInt64)})

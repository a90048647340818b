-- What entries of the log say of who did what, one row for each thing that it was done to. Entries are written after what they tell of, so those before the time from which on
-- somebody asks hold nothing of it. newest.sql or logged.sql follows.
WITH
  entries AS
  (
    SELECT index, type, tenant, statement, closed, JSONExtractString(statement, 'what') AS what
    FROM log_entries
    WHERE index >= {first:UInt64} AND index < {end:UInt64}
      AND time >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
      AND type IN ({types:Array(UInt8)})
      AND (tenant = {tenant:String} OR (tenant = '' AND {of_none:UInt8} = 1) OR {of_all:UInt8} = 1)
      AND JSONExtractInt(statement, 'time') <= {to:Int64}
  ),
  reads AS
  (
    SELECT
      index,
      tenant,
      at,
      read,
      if(JSONHas(read, 'reader'), readers[JSONExtractUInt(read, 'reader') + 1], '') AS reader,
      JSONExtractString(read, 'action') AS verb,
      arrayFilter(id -> length(id) != 16, JSONExtract(read, 'ids', 'Array(String)')) AS ids,
      if(empty(ids), [transform(verb, {verbs:Array(String)}, {nouns:Array(String)}, splitByChar('.', verb)[1])], arrayMap(id -> concat(if(startsWith(id, 'f_'), 'finding:', 'trace:'), id), ids)) AS resources
    FROM
    (
      SELECT index, tenant, JSONExtractArrayRaw(closed, 'readers') AS readers, JSONExtractArrayRaw(closed, 'reads') AS told
      FROM entries
      WHERE type = {access:UInt8} AND what IN ('read', 'refused')
    )
    ARRAY JOIN told AS read, arrayEnumerate(told) AS at
  ),
  attempts AS
  (
    SELECT index, tenant, statement, attempt, at
    FROM entries
    ARRAY JOIN JSONExtractArrayRaw(closed, 'attempts') AS attempt, arrayEnumerate(JSONExtractArrayRaw(closed, 'attempts')) AS at
    WHERE type = {sign_in:UInt8} AND what = 'failed'
  ),
  all_records AS
  (
    SELECT
      JSONExtractInt(read, 'time') AS ms,
      index,
      tenant,
      toUInt32(at * 2048 + place) AS ordinal,
      if(reader = '', 'unknown', JSONExtractString(reader, 'name')) AS who,
      JSONExtractString(reader, 'id') AS who_id,
      multiIf(reader = '', 'nobody', JSONHas(reader, 'kind'), JSONExtractString(reader, 'kind'), startsWith(who_id, 'a_'), 'person', 'token') AS who_kind,
      verb AS action,
      resource,
      if(JSONHas(read, 'outcome'), JSONExtractString(read, 'outcome'), 'allowed') AS outcome,
      JSONExtractString(read, 'code') AS code,
      JSONExtractString(read, 'route') AS route,
      JSONExtractString(read, 'filter') AS filter,
      if(JSONHas(read, 'rows'), JSONExtractInt(read, 'rows'), -1) AS shown,
      JSONExtractString(read, 'reason') AS reason,
      JSONExtractString(read, 'network') AS network,
      if(JSONHas(read, 'count'), JSONExtractInt(read, 'count'), 1) AS times,
      if(JSONHas(read, 'until'), JSONExtractInt(read, 'until'), ms) AS until
    FROM reads
    ARRAY JOIN resources AS resource, arrayEnumerate(resources) AS place
    UNION ALL
    SELECT
      JSONExtractInt(statement, 'time'), index, tenant, toUInt32(at),
      multiIf(JSONHas(attempt, 'name'), JSONExtractString(attempt, 'name'), JSONExtractString(attempt, 'person') != '', JSONExtractString(attempt, 'person'), 'unknown'),
      JSONExtractString(attempt, 'person'),
      if(JSONExtractString(attempt, 'person') = '', 'nobody', 'person'),
      'sign.in', 'session', 'failed', if(JSONExtractBool(attempt, 'early'), 'too_many_attempts', 'sign_in_failed'), JSONExtractString(attempt, 'how'), '', -1, '',
      JSONExtractString(attempt, 'network'), JSONExtractInt(attempt, 'count'), JSONExtractInt(statement, 'until')
    FROM attempts
    UNION ALL
    SELECT
      if(JSONHas(closed, 'since'), JSONExtractInt(closed, 'since'), JSONExtractInt(statement, 'time')), index, tenant, toUInt32(1),
      multiIf(JSONExtractString(closed, 'who', 'name') != '', JSONExtractString(closed, 'who', 'name'), JSONExtractString(closed, 'who', 'is')),
      JSONExtractString(closed, 'who', 'id'),
      JSONExtractString(closed, 'who', 'is'),
      multiIf(
        type = {sign_in:UInt8}, if(startsWith(what, 'signed out'), 'sign.out', 'sign.in'),
        type = {policy:UInt8} AND what = '', 'policy.applied',
        concat(kind, '.', replaceAll(if(startsWith(what, '['), arrayStringConcat(JSONExtract(statement, 'what', 'Array(String)'), ' and '), what), ' ', '-'))
      ),
      multiIf(
        type = {sign_in:UInt8}, 'session',
        kind IN ('token', 'producer', 'finding') AND JSONHas(statement, kind), concat(kind, ':', JSONExtractString(statement, kind)),
        kind = 'person' AND JSONHas(statement, 'person'), concat('account:', JSONExtractString(statement, 'person')),
        kind = 'opening' AND JSONHas(closed, 'trace'), concat('trace:', JSONExtractString(closed, 'trace')),
        kind = 'tenant', concat('tenant:', JSONExtractString(statement, 'tenant')),
        kind
      ),
      'allowed', '', JSONExtractString(statement, 'how'), '', -1, substringUTF8(concat(JSONExtractString(closed, 'note'), JSONExtractString(closed, 'comment'), JSONExtractString(closed, 'reason')), 1, 200), JSONExtractString(closed, 'network'), 1, 0
    FROM (SELECT *, transform(type, {types:Array(UInt8)}, {kinds:Array(String)}, '') AS kind FROM entries)
    WHERE type != {access:UInt8} AND what != 'failed' AND (type != {policy:UInt8} OR what != '' OR JSONExtractUInt(closed, 'part') = 1)
      -- A text of access policies that goes on in further entries is told once.
      AND JSONExtractUInt(statement, 'part') < 2
  )
SELECT
  toString(ms) AS ms,
  toString(index) AS entry,
  ordinal,
  tenant,
  who, who_id AS whoId, who_kind AS whoKind, action, resource, outcome, code, route, filter,
  toString(shown) AS rows,
  reason, network,
  toString(times) AS count,
  toString(until) AS until
FROM all_records
WHERE all_records.ms >= {from:Int64} AND all_records.ms <= {to:Int64}
  AND (who LIKE {who:String} OR who_id LIKE {who:String})
  AND action LIKE {action:String}
  AND resource LIKE {resource:String}
  AND outcome LIKE {outcome:String}

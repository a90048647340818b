/**
 * What a roll runs in the engine: figures of some blocks of one partition from `spans`, in one statement that makes one part, and the sample of
 * their calls. Only numbers go into the text of a statement.
 */

import { DATABASE } from '#clickhouse';
import { blocksSql } from '#clickhouse/block-ranges';
import { bucketSql } from '#clickhouse/durations';
import { CALLS, CALLS_ONE_IN, FIGURES } from '#clickhouse/schema';
import { environmentSql, statedSql } from '#clickhouse/stated';
import { LIMITS } from '#limits';
import { NEUTRALIZED } from '#model';

/** One thread and one output block: the rows of a roll are there together or not at all. */
const SETTINGS = `SETTINGS max_threads = 1, max_insert_threads = 1, min_insert_block_size_rows = 16000000, min_insert_block_size_bytes = 2000000000, max_partitions_per_insert_block = 1, optimize_on_insert = 0, insert_deduplicate = 0, use_skip_indexes = 0, max_memory_usage = ${LIMITS.query_memory_bytes_max}`;
const MINUTE_NS = 60_000_000_000;

/** What a resource or scope had replaced stands at each of its spans; it counts once for a block, service and minute. */
const SHARED = "(place LIKE 'resource.%' OR place LIKE 'scope.%')";

/**
 * Spans are looked at once, into one list of buckets a name and minute; everything after that works on these few rows. Names beyond the limits lose
 * theirs and are counted together, by `rest`.
 */
export function figuresStatement(roll: number, blocks: readonly number[]): string {
  const where = `WHERE ${blocksSql(blocks)}`;
  const columns = FIGURES.columns.map(({ name }) => `\`${name}\``).join(', ');
  return `INSERT INTO ${DATABASE}.figures (${columns})
SELECT * FROM (
  SELECT if(grouping(operation) = 0, 'operations', 'services'), ${roll}, any(day), any(retention), tenant, minute, service, operation, kind, entry, if(grouping(operation) = 0, rest, service_rest), sum(spans), sum(failed), max(slowest),
    arrayCompact(arraySort(groupArrayArray(buckets)) AS sorted) AS held, arrayMap(bucket -> toUInt32(countEqual(sorted, bucket)), held), CAST([] AS Array(UInt64)), '' AS value_kind, environment
  FROM (
    SELECT day, retention, tenant, minute, kind, entry, spans, failed, slowest, buckets,
      multiIf(service_rank > ${LIMITS.figures_services_max}, 2, name_rank > ${LIMITS.figures_operations_max}, 1, 0) AS rest, if(rest = 2, '', service_name) AS service, if(rest > 0, '', name) AS operation, if(rest = 2, 2, 0) AS service_rest, if(rest = 2, '', seen_in) AS environment
    FROM (
      SELECT *, dense_rank() OVER (PARTITION BY tenant ORDER BY of_service DESC, service_name) AS service_rank, dense_rank() OVER (PARTITION BY tenant ORDER BY of_name DESC, service_name, name) AS name_rank
      FROM (
        SELECT *, sum(spans) OVER (PARTITION BY tenant, service_name) AS of_service, sum(spans) OVER (PARTITION BY tenant, service_name, name) AS of_name
        FROM (
          SELECT any(spans.day) AS day, any(spans.retention) AS retention, tenant, toUInt32(intDiv(start, ${MINUTE_NS})) AS minute, service AS service_name, ${environmentSql('resource')} AS seen_in, name, kind,
            toUInt8(kind IN (2, 5) OR parent_span_id = toFixedString('', 8)) AS entry, count() AS spans, countIf(status_code = 2) AS failed, max(duration) AS slowest, groupArray(${bucketSql('duration')}) AS buckets
          FROM ${DATABASE}.spans ${where}
          GROUP BY tenant, minute, service_name, seen_in, name, kind, entry
        )
      )
    )
  )
  GROUP BY GROUPING SETS ((tenant, minute, service, environment, operation, kind, entry, rest), (tenant, minute, service, environment, kind, entry, service_rest))
  UNION ALL
  SELECT 'minimized', ${roll}, any(day), any(retention), tenant, minute, service, operation, span_kind, 0, rest, sum(n), 0, 0, [], [], [], value_kind, environment
  FROM (
    SELECT day, retention, tenant, minute, value_kind, n,
      multiIf(service_rank > ${LIMITS.figures_services_max}, 2, place_rank > ${LIMITS.figures_exposures_max}, 1, 0) AS rest, if(rest = 2, '', service_name) AS service, if(rest > 0, '', stated) AS operation, if(rest > 0, 0, seen_kind) AS span_kind, if(rest = 2, '', seen_in) AS environment
    FROM (
      SELECT *, dense_rank() OVER (PARTITION BY tenant ORDER BY of_service DESC, service_name) AS service_rank, dense_rank() OVER (PARTITION BY tenant ORDER BY of_place DESC, service_name, stated, value_kind) AS place_rank
      FROM (
        SELECT *, sum(n) OVER (PARTITION BY tenant, service_name) AS of_service, sum(n) OVER (PARTITION BY tenant, service_name, stated, value_kind) AS of_place
        FROM (
          SELECT any(spans.day) AS day, any(spans.retention) AS retention, tenant, toUInt32(intDiv(start, ${MINUTE_NS})) AS minute, service AS service_name, ${statedSql('place')} AS stated, value_kind, ${environmentSql('resource')} AS seen_in,
            if(${SHARED}, block, 0) AS shared_block, if(shared_block = 0, kind, 0) AS seen_kind, if(shared_block = 0, sum(many), any(many)) AS n
          FROM ${DATABASE}.spans ARRAY JOIN \`minimized.place\` AS place, \`minimized.kind\` AS value_kind, \`minimized.count\` AS many ${where}
          GROUP BY tenant, minute, service_name, stated, value_kind, seen_in, shared_block, seen_kind
        )
      )
    )
  )
  GROUP BY tenant, minute, service, operation, span_kind, rest, value_kind, environment
  UNION ALL
  SELECT 'rolled', ${roll}, any(day), any(retention), '', 0, '', '', 0, 0, 0, count(), 0, 0, [], [], arraySort(groupUniqArray(block)), '', ''
  FROM ${DATABASE}.spans ${where}
  HAVING count() > 0
) ${SETTINGS}`;
}

/** Places and kinds of values that this roll has for the first time, or earlier than any before it. Harmful characters are no data of anybody. Running it again adds nothing. */
export function firstSeenStatement(roll: number): string {
  return `INSERT INTO ${DATABASE}.first_seen (tenant, service, place, value_kind, minute, environment, placed)
WITH rolled AS (
  SELECT tenant, service, operation AS place, value_kind, environment, min(minute) AS earliest
  FROM ${DATABASE}.figures WHERE what = 'minimized' AND roll = ${roll} AND rest = 0 AND value_kind != '${NEUTRALIZED}'
  GROUP BY tenant, service, place, value_kind, environment
)
SELECT tenant, service, place, value_kind, earliest, environment, 1
FROM rolled
LEFT JOIN (
  SELECT tenant, service, place, value_kind, environment, min(minute) AS known FROM ${DATABASE}.first_seen
  WHERE placed = 1 AND (tenant, service, place, value_kind, environment) IN (SELECT tenant, service, place, value_kind, environment FROM rolled) GROUP BY tenant, service, place, value_kind, environment
) AS before USING (tenant, service, place, value_kind, environment)
LEFT JOIN (SELECT tenant, count() AS held FROM ${DATABASE}.first_seen GROUP BY tenant) AS sizes USING (tenant)
WHERE (known = 0 OR earliest < known) AND held < ${LIMITS.first_seen_max}
ORDER BY tenant, service, place, value_kind, environment
SETTINGS max_threads = 1, max_insert_threads = 1, insert_deduplicate = 0, max_memory_usage = ${LIMITS.query_memory_bytes_max}`;
}

export function callsStatement(roll: number, blocks: readonly number[]): string {
  const columns = CALLS.columns.map(({ name }) => `\`${name}\``).join(', ');
  return `INSERT INTO ${DATABASE}.calls (${columns})
SELECT ${roll}, day, retention, tenant, reinterpretAsUInt64(substring(trace_id, 9, 8)) AS trace, span_id, parent_span_id, service, start, duration, status_code = 2, ${environmentSql('resource')}
FROM ${DATABASE}.spans WHERE ${blocksSql(blocks)} AND trace % ${CALLS_ONE_IN} = 0
${SETTINGS}`;
}

/**
 * What a roll runs in the engine: figures of some blocks of one partition from `spans`, in one statement that makes one part, and the sample of
 * their calls. Only numbers go into the text of a statement.
 */

import { DATABASE } from '#clickhouse';
import { blocksSql } from '#clickhouse/block-ranges';
import { bucketSql } from '#clickhouse/durations';
import { CALLS, CALLS_ONE_IN, FIGURES } from '#clickhouse/schema';
import { LIMITS } from '#limits';

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
    arrayCompact(arraySort(groupArrayArray(buckets)) AS sorted) AS held, arrayMap(bucket -> toUInt32(countEqual(sorted, bucket)), held), CAST([] AS Array(UInt64))
  FROM (
    SELECT day, retention, tenant, minute, kind, entry, spans, failed, slowest, buckets,
      multiIf(service_rank > ${LIMITS.figures_services_max}, 2, name_rank > ${LIMITS.figures_operations_max}, 1, 0) AS rest, if(rest = 2, '', service_name) AS service, if(rest > 0, '', name) AS operation, if(rest = 2, 2, 0) AS service_rest
    FROM (
      SELECT *, dense_rank() OVER (PARTITION BY tenant ORDER BY of_service DESC, service_name) AS service_rank, dense_rank() OVER (PARTITION BY tenant ORDER BY of_name DESC, service_name, name) AS name_rank
      FROM (
        SELECT *, sum(spans) OVER (PARTITION BY tenant, service_name) AS of_service, sum(spans) OVER (PARTITION BY tenant, service_name, name) AS of_name
        FROM (
          SELECT any(spans.day) AS day, any(spans.retention) AS retention, tenant, toUInt32(intDiv(start, ${MINUTE_NS})) AS minute, service AS service_name, name, kind,
            toUInt8(kind IN (2, 5) OR parent_span_id = toFixedString('', 8)) AS entry, count() AS spans, countIf(status_code = 2) AS failed, max(duration) AS slowest, groupArray(${bucketSql('duration')}) AS buckets
          FROM ${DATABASE}.spans ${where}
          GROUP BY tenant, minute, service_name, name, kind, entry
        )
      )
    )
  )
  GROUP BY GROUPING SETS ((tenant, minute, service, operation, kind, entry, rest), (tenant, minute, service, kind, entry, service_rest))
  UNION ALL
  SELECT 'minimized', ${roll}, any(day), any(retention), tenant, minute, service, value_kind, 0, 0, 0, sum(n), 0, 0, [], [], []
  FROM (
    SELECT any(spans.day) AS day, any(spans.retention) AS retention, tenant, toUInt32(intDiv(start, ${MINUTE_NS})) AS minute, service, value_kind,
      if(${SHARED}, place, '') AS shared_place, if(shared_place = '', 0, block) AS shared_block, if(shared_place = '', sum(n), any(n)) AS n
    FROM ${DATABASE}.spans ARRAY JOIN \`minimized.place\` AS place, \`minimized.kind\` AS value_kind, \`minimized.count\` AS n ${where}
    GROUP BY tenant, minute, service, value_kind, shared_place, shared_block
  )
  GROUP BY tenant, minute, service, value_kind
  UNION ALL
  SELECT 'rolled', ${roll}, any(day), any(retention), '', 0, '', '', 0, 0, 0, count(), 0, 0, [], [], arraySort(groupUniqArray(block))
  FROM ${DATABASE}.spans ${where}
  HAVING count() > 0
) ${SETTINGS}`;
}

export function callsStatement(roll: number, blocks: readonly number[]): string {
  const columns = CALLS.columns.map(({ name }) => `\`${name}\``).join(', ');
  return `INSERT INTO ${DATABASE}.calls (${columns})
SELECT ${roll}, day, retention, tenant, reinterpretAsUInt64(substring(trace_id, 9, 8)) AS trace, span_id, parent_span_id, service, start, duration, status_code = 2
FROM ${DATABASE}.spans WHERE ${blocksSql(blocks)} AND trace % ${CALLS_ONE_IN} = 0
${SETTINGS}`;
}

/**
 * The statements of this folder, one file each under `sql/`, read once. A statement with a marker (`conditions`, `order`) in comment signs
 * is completed from fragments written in this folder; whatever a caller sends travels as a bound parameter only.
 */
import { readFileSync } from 'node:fs';
import { environmentSql } from '#clickhouse/stated';

const read = (name: string): string => readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');

/** The columns of a span as `span.ts` reads them. */
export const SPAN_COLUMNS = read('span');

export const STATEMENTS = {
  trace: complete(read('trace'), { span: SPAN_COLUMNS }),
  traces: complete(read('traces'), { span: SPAN_COLUMNS }),
  reveal: complete(read('reveal'), { span: SPAN_COLUMNS, environment: environmentSql('resource') }),
  outlined: read('outlined'),
  evidence: complete(read('evidence'), { span: SPAN_COLUMNS }),
  blockBodies: read('block_bodies'),
  blockPolicies: read('block_policies'),
  policyParts: read('policy_parts'),
  orphans: read('orphans'),
  extent: read('extent'),
  places: read('places'),
  excluded: read('excluded'),
  pattern: read('pattern'),
  search: read('search'),
  summaries: read('summaries'),
} as const;

/** Fills every occurrence of each marker. A marker that is missing is a bug. */
export function complete(statement: string, fragments: Readonly<Record<string, string>>): string {
  let sql = statement;
  for (const [marker, fragment] of Object.entries(fragments)) {
    const parts = sql.split(`/*${marker}*/`);
    if (parts.length === 1) throw new Error(`cannot complete statement: no marker ${marker}`);
    sql = parts.join(fragment);
  }
  return sql;
}

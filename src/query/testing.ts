/**
 * A real engine with the real tables for the tests of this folder: rows go in as JSONEachRow, statements come through the same
 * interface that the server's store fulfils.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Session } from 'chdb';
import { TABLES, type Table } from '#clickhouse/schema';
import type { Run } from './answering.ts';
import type { AccountLine, Params, QueryStore } from './query-store.ts';
import { NONE_SEALED } from './sealed-values.ts';
import { Sight } from './sight.ts';
import { traceKeyOf } from './trace-key.ts';

export interface TestStore extends QueryStore {
  readonly session: Session;
  /** Spans become one block: sorted by trace, with their look-up rows. Ids of blocks may be skipped. */
  addBlock(spans: readonly TestSpan[], skipped?: number): Promise<void>;
  /** Statements that ran, without parameters. */
  readonly statements: string[];
  lines: AccountLine[];
  pending: boolean;
  settles: number;
  close(): void;
}

/** A reader of everything, of the tenant `default`. */
export function seeingAll(store: Pick<QueryStore, 'query'>, deadline_ms = 10_000): Run {
  const run = <Row>(sql: string, params: Params, rows_max: number): Promise<Row[]> => store.query<Row>(sql, sql.includes('{tenant:String}') ? { ...params, tenant: 'default' } : params, { deadline_ms, rows_max });
  return Object.assign(run, { sight: Sight.whole, sealed: NONE_SEALED });
}

export interface TestSpan {
  readonly traceId: string;
  readonly spanId?: string;
  readonly tenant?: string;
  readonly columns?: Readonly<Record<string, unknown>>;
}

/** Arrival of the first block. */
export const TODAY_MS = Date.UTC(2026, 5, 1, 12);
export const START_NS = BigInt(TODAY_MS) * 1_000_000n;

export function createTestStore(): TestStore {
  const dir = mkdtempSync(join(tmpdir(), 'tracekeep-query-'));
  const session = new Session(dir);
  session.query('CREATE DATABASE IF NOT EXISTS tracekeep');
  session.query('USE tracekeep');
  for (const table of TABLES) session.query(ddl(table));
  let blocks = 0;
  let spans = 0;
  const store: TestStore = {
    session,
    statements: [],
    lines: [],
    pending: false,
    settles: 0,
    get pendingRows() {
      return store.pending ? 1 : 0;
    },
    async query<Row>(sql: string, params: Readonly<Record<string, unknown>>, bounds: { readonly deadline_ms: number; readonly rows_max: number }): Promise<Row[]> {
      store.statements.push(sql);
      const wanted = new Set(Array.from(sql.matchAll(/\{([a-z_0-9]+):/g), ([, name]) => name));
      assert.deepEqual(new Set(Object.keys(params)), wanted, 'every parameter is bound, none is left over');
      const result = await session.queryBindAsync(`${sql} ${sql.includes('\nSETTINGS ') ? ',' : 'SETTINGS'} output_format_json_quote_64bit_integers = 1, max_execution_time = ${bounds.deadline_ms / 1000}`, params, { format: 'JSONEachRow' });
      return result.text().split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Row);
    },
    async settle() {
      store.settles += 1;
      store.pending = false;
    },
    mayBePending: () => store.pending,
    // Nothing is rolled: figures come from spans.
    get figures() {
      return { roll: 0, blocks: Array.from({ length: blocks }, (_, at) => at + 1) };
    },
    accounting: async () => store.lines,
    async addBlock(added, skipped = 0) {
      blocks += 1 + skipped;
      const sorted = added.toSorted((left, right) => (left.traceId < right.traceId ? -1 : 1));
      const rows = sorted.map((span, row) => ({ ...rowOf(span, spans += 1), block: blocks, row }));
      const traces = new Map<string, { first: number; last: number }>();
      for (const [row, { traceId }] of sorted.entries()) traces.set(traceId, { first: traces.get(traceId)?.first ?? row, last: row });
      await insert(session, 'spans', rows);
      await insert(session, 'traces', [...traces].map(([traceId, range]) => ({ trace: traceKeyOf(traceId).toString(), block: blocks, ...range, day: '2026-06-01', retention: 'default' })));
    },
    close() {
      session.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  return store;
}

function rowOf({ traceId, spanId, tenant = 'default', columns = {} }: TestSpan, serial: number): Record<string, unknown> {
  return {
    day: '2026-06-01',
    retention: 'default',
    tenant,
    producer: 'p_0000000000000001',
    // Ids go in as hexadecimal text and are unhexed by the insert.
    trace_id: traceId,
    span_id: spanId ?? serial.toString(16).padStart(16, '0'),
    parent_span_id: '0000000000000000',
    name: 'operation',
    kind: 1,
    start: START_NS.toString(),
    duration: '1000000',
    service: 'shop',
    resource: '{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]}',
    scope: '{"name":"test"}',
    ...columns,
  };
}

const IDS: readonly string[] = ['trace_id', 'span_id', 'parent_span_id'];

async function insert(session: Session, table: string, rows: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
  if (rows.length === 0) return;
  const known = TABLES.find(({ name }) => name === table);
  if (known === undefined) throw new Error(`cannot insert: no table ${table}`);
  const structure = known.columns.map(({ name, type }) => `\`${name}\` ${/FixedString/.test(type) ? type.replace(/FixedString\([0-9]+\)/, 'String') : type}`).join(', ');
  const columns = known.columns.map(({ name, type }) => (IDS.includes(name) ? `unhex(\`${name}\`)` : type.startsWith('Array(FixedString') ? `arrayMap(i -> unhex(i), \`${name}\`)` : `\`${name}\``));
  const text = rows.map((row) => JSON.stringify(row)).join('\n');
  await session.queryBindAsync(`INSERT INTO ${table} SELECT ${columns.join(', ')} FROM format(JSONEachRow, {structure:String}, {rows:String})`, { structure, rows: text });
}

/** The tables as the store makes them, less what only matters on disk. */
function ddl(table: Table): string {
  const columns = table.columns.map(({ name, type }) => `\`${name}\` ${type}`);
  const settings = Object.entries(table.settings).map(([name, value]) => `${name} = ${value}`).join(', ');
  return `CREATE TABLE ${table.name} (${[...columns, ...table.indexes].join(', ')}) ENGINE = MergeTree PARTITION BY ${table.partitionBy} ORDER BY ${table.orderBy} ${settings === '' ? '' : `SETTINGS ${settings}`}`;
}

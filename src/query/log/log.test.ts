import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entryBytes } from '#evidence';
import { sha256 } from '#keys/signing';
import { ENTRY_TYPES, type Reader, type TenantId } from '#model';
import { createAnswering } from '#query/answering';
import type { QueryStore } from '#query/query-store';
import { isRefusal } from '#refusal';
import { createLogQueries, type LogParts } from './log.ts';

const HOUR_MS = 3_600_000;
const NOW_MS = 1_795_000_000_000;
const reader: Reader = { id: 't_0000000000000001', name: 'r', kind: 'token', roles: ['viewer'], groups: [], scopes: null, tenant: 'default' as TenantId };

test('growth is read from the first entry of the period on, and once for all who ask at the same time', async () => {
  let now_ms = NOW_MS;
  // An entry each hour for three weeks.
  const entries = Array.from({ length: 504 }, (_, at) => entryBytes({ type: ENTRY_TYPES.block, time_ms: NOW_MS - (504 - at) * HOUR_MS, statement: '{}', closed: '{}' }, sha256));
  const asked: Readonly<Record<string, unknown>>[] = [];
  const store: QueryStore = {
    query: async (_sql, params) => {
      asked.push(params);
      return [];
    },
    settle: async () => undefined, mayBePending: () => false, pendingRows: 0, figures: { roll: 0, blocks: [] }, accounting: async () => [],
  };
  const log: LogParts['log'] = { size: entries.length, entry: (index) => entries[index] ?? null, consistency: () => null, tile: () => null, bundle: () => null };
  const publisher: LogParts['publisher'] = { published: null, status: () => ({ origin: 'o', vkeys: [], size: entries.length, published: null, quorum: 0, held: null, witnesses: [] }) };
  const queries = createLogQueries(createAnswering({ store, now_ms: () => now_ms }), { log, publisher, public: true });
  for (let times = 0; times < 3; times++) assert.ok(!isRefusal(await queries.state(reader)));
  assert.deepEqual(asked.map(({ first, since }) => [first, since]), [[String(504 - 168), String(NOW_MS - 168 * HOUR_MS)]]);
  now_ms += 6_000;
  await queries.state(reader);
  assert.equal(asked.length, 2);
  assert.deepEqual(queries.consistency(0, 1), { refused: 'not_found', detail: 'to is above the published size' });
});

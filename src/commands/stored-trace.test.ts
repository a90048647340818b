import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isRefusal, refuse } from '#refusal';

import { findStoredTrace } from './stored-trace.ts';
import type { TraceQueries } from './stored-trace.ts';

const ID = '0af7651916cd43dd8448eb211c80319c';
const NOW = Date.UTC(2026, 5, 1);

function queriesOf(...newest: string[]): TraceQueries & { readonly asked: string[] } {
  const asked: string[] = [];
  const summary = { rootService: '', rootName: '', startTimeUnixNano: '0', durationNano: '0', spanCount: 1, errorCount: 0, services: [], matchedSpanCount: 1, matchedSpanIds: [], minimizedCount: 0, sealedCount: 0 };
  return {
    asked,
    traceById: async ({ tenant, kind }, id) => {
      asked.push(`${kind} of ${tenant}: ${id}`);
      return { traceId: id, spans: [], more: true };
    },
    search: async ({ tenant }, { start = 0n, end = 0n, limit, order }) => {
      asked.push(`${order} ${limit} of ${tenant} from ${(start / 1_000_000n - BigInt(NOW)) / 86_400_000n} to ${(end / 1_000_000n - BigInt(NOW)) / 86_400_000n}`);
      return { traces: newest.map((traceId) => ({ ...summary, traceId })), nextCursor: null };
    },
  };
}

test('a trace is asked for by id, as a command line of the tenant', async () => {
  const queries = queriesOf();
  assert.deepEqual(await findStoredTrace(queries, { tenant: 'shop', id: ID }), { otlp: '{"resourceSpans":[]}', more: true });
  assert.deepEqual(queries.asked, [`command line of shop: ${ID}`]);
});

test('the last trace is that of the newest span within bounds', async () => {
  const queries = queriesOf(ID);
  assert.ok(!isRefusal(await findStoredTrace(queries, { tenant: 'default', last: true }, () => NOW)));
  assert.deepEqual(queries.asked, ['newest 1 of default from -29 to 1', `command line of default: ${ID}`]);
});

test('an empty store and malformed questions are refusals', async () => {
  const queries = queriesOf();
  const codes = await Promise.all([{ tenant: 'default', last: true }, { tenant: 'NO', id: ID }, { id: ID }, { tenant: 'default' }, { tenant: 'default', id: 5 }].map((args) => findStoredTrace(queries, args)));
  assert.deepEqual(codes.map((code) => (isRefusal(code) ? code.refused : 'answered')), ['not_found', 'query_invalid', 'query_invalid', 'query_invalid', 'query_invalid']);
  const failing: TraceQueries = { ...queries, search: async () => refuse('query_busy') };
  assert.deepEqual(await findStoredTrace(failing, { tenant: 'default', last: true }), refuse('query_busy'));
});

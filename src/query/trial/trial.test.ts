/** Trials over a real engine: which spans are handed over, in which order, and when it ends; what is tried with them is a stand-in. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LIMITS } from '#limits';
import type { Reader, TenantId } from '#model';
import type { PolicyDocument } from '#policy';
import { createAnswering } from '#query/answering';
import type { SpanRow } from '#query/span';
import { createTestStore, START_NS, TODAY_MS, type TestSpan, type TestStore } from '#query/testing';
import { isRefusal } from '#refusal';
import { createPolicyTrial, type PolicyTrial, type TriedOnStored } from './trial.ts';

const DOCUMENT: PolicyDocument = { version: 2, rules: [] };
const NOW = TODAY_MS + 60_000;
const HOUR_AGO = NOW - 3_600_000;
const reader = (tenant: string): Reader => ({ id: 't_0000000000000001', name: 'test', kind: 'token', roles: ['viewer'], groups: [], scopes: null, tenant: tenant as TenantId });

let store: TestStore;
let trial: PolicyTrial;
let now = NOW;
let pages: SpanRow[][] = [];
let ended = 0;
let whileTaken: () => void | Promise<void> = () => {};

let serial = 0;
function span(minutes: number, tenant = 'default'): TestSpan {
  return { traceId: (serial += 1).toString(16).padStart(32, '0'), tenant, columns: { start: String(START_NS + BigInt(minutes) * 60_000_000_000n) } };
}

before(async () => {
  store = createTestStore();
  trial = createPolicyTrial(createAnswering({ store, now_ms: () => now, settle_ms: 0 }), () => ({
    async take(rows) {
      pages.push([...rows]);
      await whileTaken();
    },
    result: async () => ({ more: false, changes: [] }),
    end: () => ended++,
  }));
  await store.addBlock([span(-120), span(-30), span(-10, 'other')]);
  await store.addBlock(Array.from({ length: LIMITS.policy_trial_page_spans + 5 }, () => span(-1)));
  await store.addBlock([span(-200)]);
});
after(() => store.close());

async function ask(tenant = 'default', since_ms = HOUR_AGO): Promise<TriedOnStored> {
  pages = [];
  ended = 0;
  const answer = await trial.trial(reader(tenant), { document: DOCUMENT, since_ms });
  if (isRefusal(answer)) assert.fail(JSON.stringify(answer));
  return answer;
}

test('the spans of the period are handed over once each, the newest block first, and the trial ends', async () => {
  assert.deepEqual(await ask(), { spans: LIMITS.policy_trial_page_spans + 6, more: false, changes: [] });
  assert.deepEqual(pages.map((page) => page.length), [LIMITS.policy_trial_page_spans, 6]);
  const ids = pages.flat().map(({ spanId }) => spanId);
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual([pages[0]?.[0]?.atBlock, pages[1]?.at(-1)?.atBlock, ended], ['2', '1', 1]);
});

test('nobody tries a policy on what another tenant has', async () => {
  assert.equal((await ask('other')).spans, 1);
  assert.equal((await ask('nobody')).spans, 0);
});

test('when the time is over it answers with what it has', async () => {
  whileTaken = () => void (now += LIMITS.policy_trial_ms_max);
  const { spans, more } = await ask();
  assert.deepEqual([spans, more], [LIMITS.policy_trial_page_spans, true]);
  whileTaken = () => {};
  now = NOW;
});

test('a period that is no period is refused, and so are more trials at once than there may be', async () => {
  for (const since_ms of [NOW + 1, -1, Number.NaN, NOW - LIMITS.search_range_ms_max - 1]) assert.ok(isRefusal(await trial.trial(reader('default'), { document: DOCUMENT, since_ms })), String(since_ms));
  const release = Promise.withResolvers<void>();
  whileTaken = () => release.promise;
  const running = Array.from({ length: LIMITS.policy_trials_at_once_max }, () => trial.trial(reader('default'), { document: DOCUMENT, since_ms: HOUR_AGO }));
  const refused = await trial.trial(reader('default'), { document: DOCUMENT, since_ms: HOUR_AGO });
  assert.ok(isRefusal(refused) && refused.refused === 'query_busy');
  release.resolve();
  for (const answer of await Promise.all(running)) assert.ok(!isRefusal(answer));
  whileTaken = () => {};
});

test('nobody waits any more: the trial ends', async () => {
  ended = 0;
  const gone = new AbortController();
  gone.abort();
  assert.ok(isRefusal(await trial.trial(reader('default'), { document: DOCUMENT, since_ms: HOUR_AGO, signal: gone.signal })));
  assert.equal(ended, 1);
});

/**
 * Exposure against a real engine: what was replaced where, since when, what is new, and which rule acts now; nobody reads another tenant's.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LIMITS } from '#limits';
import type { Reader, TenantId } from '#model';
import { compilePolicy, type PolicyDocument } from '#policy';
import { createAnswering } from '#query/answering';
import { createKnownPolicies } from '#query/known-policies';
import { createTestStore, START_NS, TODAY_MS, type TestSpan, type TestStore } from '#query/testing';
import { isRefusal, type Refusal } from '#refusal';
import { createExposure, type AskedExposure, type Exposure, type ExposureAnswer } from './exposure.ts';

const MINUTE_NS = 60_000_000_000n;
const START = (START_NS / MINUTE_NS) * MINUTE_NS;
const POLICY: PolicyDocument = {
  version: 2,
  rules: [
    { id: 'no-notes', keys: ['user.note'], action: 'drop' },
    { id: 'staging-keeps', for: { environments: ['staging'] }, recognized: ['email'], action: { mask: { last: 4 } } },
    { id: 'rest', recognized: 'any', action: 'replace' },
  ],
};
const viewer = (tenant: string): Reader => ({ id: 't_0000000000000001', name: 'test', kind: 'token', roles: ['viewer'], groups: [], scopes: null, tenant: tenant as TenantId });
const hour = { start: START - 30n * MINUTE_NS, end: START + 30n * MINUTE_NS };

let store: TestStore;
let exposure: Exposure;

let serial = 1;
type Told = readonly [place: string, kind: string, count: number];
function span(minute: number, told: readonly Told[], { environment = 'live', tenant, ...columns }: Readonly<Record<string, unknown>> & { readonly environment?: string; readonly tenant?: string } = {}): TestSpan {
  const resource = JSON.stringify({ attributes: [{ key: 'deployment.environment.name', value: { stringValue: environment } }] });
  return {
    traceId: (serial += 1).toString(16).padStart(32, '0'), ...(tenant === undefined ? {} : { tenant }),
    columns: { start: String(START + BigInt(minute) * MINUTE_NS), kind: 2, resource, 'minimized.place': told.map(([place]) => place), 'minimized.kind': told.map(([, kind]) => kind), 'minimized.count': told.map(([, , count]) => count), ...columns },
  };
}

before(async () => {
  store = createTestStore();
  exposure = createExposure(createAnswering({ store, now_ms: () => TODAY_MS + 60_000, settle_ms: 0 }), createKnownPolicies(() => compilePolicy(POLICY)));
  await store.addBlock([
    span(-40, [['attributes.user.mail', 'email', 1]]),
    span(0, [['attributes.user.mail', 'email', 2], ['name', 'neutralized', 3], ['resource.host.ip', 'ip', 1]]),
    span(0, [['attributes.user.mail', 'email', 1], ['resource.host.ip', 'ip', 1]]),
    span(6, [['events.3.exception.message', 'token', 1], ['events.9.exception.message', 'token', 1], ['attributes.user.note', 'card', 1], ['attributes.of [email] (key)', 'email', 1]]),
    span(7, [['attributes.user.mail', 'email', 1]], { environment: 'staging', service: 'bank' }),
    span(0, [['attributes.theirs', 'card', 9]], { tenant: 'other', service: 'shop' }),
  ]);
});
after(() => store.close());

function ok(answer: ExposureAnswer | Refusal): ExposureAnswer {
  if (isRefusal(answer)) assert.fail(`refused: ${JSON.stringify(answer)}`);
  return answer;
}
const ask = async (asked: AskedExposure = hour, tenant = 'default'): Promise<ExposureAnswer> => ok(await exposure.exposure(viewer(tenant), asked));
const short = ({ rows }: ExposureAnswer): string[] => rows.map(({ service, place, key, kind, count, isNew, rule, action }) => [service, place, key, kind, count, isNew ? 'new' : 'known', rule, action].join(' '));

test('exposure() says which service sends what where, how much, whether it is new, and what the policy does', async () => {
  const { start, end, step, more } = await ask();
  assert.deepEqual([start, end, step, more], [hour.start, hour.end, 5n * MINUTE_NS, false]);
  assert.deepEqual(short(await ask()), [
    'shop span user.mail email 3 known rest replace',
    'shop event exception.message token 2 new rest replace',
    'bank span user.mail email 1 new staging-keeps mask',
    'shop span of [email] email 1 new  replace',
    'shop span user.note card 1 new no-notes drop',
    'shop resource host.ip ip 1 new rest replace',
  ]);
});

test('exposure() says since when, until when, and how it went', async () => {
  const [mail, tokens] = (await ask()).rows;
  assert.deepEqual([mail?.firstSeen, mail?.lastSeen, mail?.trend], [START - 40n * MINUTE_NS, START, [0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0]]);
  assert.deepEqual([tokens?.firstSeen, tokens?.trend.at(7)], [START + 6n * MINUTE_NS, 2]);
  for (const days of [1, 31]) assert.ok((await ask({ start: hour.end - BigInt(days) * 1_440n * MINUTE_NS, end: hour.end })).rows.every(({ trend }) => trend.length <= LIMITS.exposure_steps_max));
});

test('what was seen before the period, even if its spans are gone, is not new; in a store that is not older nothing is', async () => {
  store.session.query(`INSERT INTO first_seen (tenant, service, place, value_kind, minute) VALUES ('default', 'shop', 'events.0.exception.message', 'token', 1000), ('default', 'shop', 'events.0.exception.message', 'token', 2000), ('other', 'shop', 'attributes.user.note', 'card', 1000)`);
  const { rows } = await ask();
  assert.deepEqual(rows.filter(({ service, isNew }) => service === 'shop' && isNew).map(({ key }) => key), ['of [email]', 'user.note', 'host.ip']);
  assert.equal(rows.find(({ kind }) => kind === 'token')?.firstSeen, 1_000n * MINUTE_NS);
  assert.ok((await ask({ start: START - 60n * MINUTE_NS, end: hour.end })).rows.every(({ isNew }) => !isNew));
});

test('exposure() of one service is of that service', async () => {
  assert.deepEqual(short(await ask({ ...hour, service: 'bank' })), ['bank span user.mail email 1 new staging-keeps mask']);
  assert.deepEqual(short(await ask({ ...hour, service: "bank' OR '1'='1" })), []);
});

test('exposure() is of the reader’s tenant alone', async () => {
  assert.deepEqual(short(await ask(hour, 'other')), ['shop span theirs card 9 known rest replace']);
  assert.deepEqual(short(await ask(hour, 'nobody')), []);
});

test('rules for other environments and kinds of span are named beside', async () => {
  await store.addBlock([...Array.from({ length: 3 }, () => span(20, [['attributes.both', 'email', 1]], { service: 'mixed' })), span(20, [['attributes.both', 'email', 1]], { service: 'mixed', environment: 'staging' })]);
  const [row] = (await ask({ ...hour, service: 'mixed' })).rows;
  assert.deepEqual([row?.count, row?.rule, row?.action, row?.elsewhere], [4, 'rest', 'replace', [{ rule: 'staging-keeps', action: 'mask' }]]);
});

test('keys that are not kept apart are one row, of which no rule is named', async () => {
  const minute = Number(START / MINUTE_NS) + 25;
  store.session.query(`INSERT INTO figures (what, roll, day, retention, tenant, minute, service, operation, rest, count, value_kind) VALUES ('minimized', 0, '2026-06-01', 'default', 'many', ${minute}, 'shop', '', 1, 7, 'email'), ('minimized', 0, '2026-06-01', 'default', 'many', ${minute}, 'shop', 'name', 0, 2, 'email')`);
  assert.deepEqual((await ask(hour, 'many')).rows.map(({ key, rest, count, action }) => [key, rest, count, action]), [['', true, 7, null], ['span-name', false, 2, 'replace']]);
});

test('an answer is bounded and says when there is more', async () => {
  await store.addBlock(Array.from({ length: LIMITS.exposure_rows_max + 5 }, (_, at) => span(1, [[`attributes.made-up-${at}`, 'email', 1]], { tenant: 'hostile' })));
  const { rows, more } = await ask(hour, 'hostile');
  assert.deepEqual([rows.length, more], [LIMITS.exposure_rows_max, true]);
});

test('periods that nobody can ask about are refused', async () => {
  for (const wrong of [{ start: 5n, end: 5n }, { start: START - 32n * 1_440n * MINUTE_NS, end: START }]) assert.ok(isRefusal(await exposure.exposure(viewer('default'), wrong)));
});

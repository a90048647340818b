/**
 * What is leaking, and which rule removed it, on a running server: before and after a change of the policy, after a restart, for two tenants; exposure is told by
 * the policy in force, a trace by the one under which it was stored.
 */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { addProducer, createToken, startServer, type TestServer } from '#harness';
import { askWell, exportOf, type Json, sendWell, spanOf } from '#harness/exchange';

interface Row {
  readonly service: string;
  readonly place: string;
  readonly key: string;
  readonly kind: string;
  readonly count: number;
  readonly firstSeen: string;
  readonly isNew: boolean;
  readonly rule: string | null;
  readonly action: string | null;
}

const WANTED = `version: 2
rules:
  - id: mails-are-masked
    for: { services: [shop], environments: [live] }
    keys: [user.mail]
    recognized: [email]
    action: { mask: { last: 4 } }
  - id: notes-go
    keys: [note]
    action: drop
`;

let server: TestServer;
let key = '';
let token = '';
const spanWith = (): Json => spanOf({ 'user.mail': 'ada@shop.example', note: 'anything' });
const send = (span: Json): Promise<void> => sendWell(server, key, exportOf([span], 'shop', { 'deployment.environment.name': 'live' }));
const exposure = async (query = '', as = token): Promise<Row[]> => (await askWell<{ rows: Row[] }>(server, as, `/api/v1/exposure${query}`)).rows;
const told = (rows: readonly Row[]): string[] => rows.map(({ service, place, key: of, kind, count, rule, action }) => [service, place, of, kind, count, action, rule].join(' '));

async function acted(span: Json): Promise<string[]> {
  const { minimized } = await askWell<{ minimized: { place: string; kind: string; rule: string | null; action: string }[] }>(server, token, `/api/v1/traces/${String(span['traceId'])}/spans/${String(span['spanId'])}`);
  return minimized.map(({ place, kind, action, rule }) => `${place} ${kind} ${action} ${rule}`);
}

before(async () => {
  server = await startServer();
  [key, token] = [await addProducer(server.data, 'shop'), await createToken(server.data, 'admin')];
});

test('exposure is told by the policy in force, a span by the policy under which it was stored', async () => {
  const earlier = spanWith();
  await send(earlier);
  assert.deepEqual(told(await exposure()), ['shop span user.mail email 1 replace everything-recognized']);
  assert.deepEqual(await acted(earlier), ['attributes.user.mail email replace everything-recognized']);
  const { digest } = await askWell<{ digest: string }>(server, token, '/api/v1/policy');
  const applied = await fetch(`${server.console}/api/v1/policy/apply`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify({ text: WANTED, note: 'as wanted', base: digest }) });
  assert.equal(applied.status, 200, await applied.text());
  const later = spanWith();
  await send(later);
  assert.deepEqual(told(await exposure()), ['shop span user.mail email 2 mask mails-are-masked', 'shop span note field 1 drop notes-go']);
  assert.deepEqual((await acted(later)).toSorted(), ['attributes.note field drop notes-go', 'attributes.user.mail email mask mails-are-masked']);
  assert.deepEqual(await acted(earlier), ['attributes.user.mail email replace everything-recognized']);
});

test('another tenant sees its own, and a viewer may look', async () => {
  const elsewhere = ['--tenant', 'elsewhere'];
  const theirs = await createToken(server.data, 'viewer', elsewhere);
  await sendWell(server, await addProducer(server.data, 'bank', ['*'], elsewhere), exportOf([spanOf({ 'user.mail': 'bob@bank.example' })], 'bank'));
  assert.deepEqual(told(await exposure('', theirs)), ['bank span user.mail email 1 replace ']);
  assert.deepEqual(told(await exposure('?service=bank')), []);
});

test('after a restart nothing is forgotten and nothing counts twice', async () => {
  // The same minutes, whatever the time is by then.
  const period = `?start=${Date.now() - 1_800_000}&end=${Date.now() + 1_800_000}`;
  const before = await exposure(period);
  server.child.kill('SIGTERM');
  await server.exited;
  server = await startServer({ data: server.data });
  const after = await exposure(period);
  assert.deepEqual(after, before);
  await send(spanWith());
  assert.equal((await exposure(`${period}&service=shop`))[0]?.count, 3);
});

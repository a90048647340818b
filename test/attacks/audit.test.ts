/** Attacks on the record of who did what: reading without leaving one, hiding one, forging one, seeing those of others. */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { ACTIONS, type Action } from '#access';
import { addProducer, createToken, startServer, temporaryFolder, type TestServer } from '#harness';
import { verbHere } from '#harness/verbs';

const data = join(temporaryFolder(), 'data');
const TRACE = '0af7651916cd43dd8448eb211c80319c';
let server: TestServer;
let [key, viewer, admin, auditor, stranger] = ['', '', '', '', ''];

before(async () => {
  key = await addProducer(data, 'shop');
  [viewer, admin, auditor, stranger] = [
    await createToken(data, 'viewer', ['--name', 'vera']), await createToken(data, 'admin', ['--name', 'ada']), await createToken(data, 'auditor', ['--name', 'otto']), await createToken(data, 'admin', ['--tenant', 'other', '--name', 'eve']),
  ];
  server = await startServer({ data });
});

interface Answer {
  readonly status: number;
  readonly code: string | undefined;
  readonly json: Readonly<Record<string, unknown>>;
}

interface AuditRecord {
  readonly who: string;
  readonly action: string;
  readonly resource: string;
  readonly outcome: string;
  readonly route: string;
  readonly filter: string | null;
  readonly reason: string | null;
  readonly code: string | null;
  readonly count: number;
}

async function ask(path: string, token: string, more: RequestInit = {}): Promise<Answer> {
  const answer = await fetch(`${server.console}${path}`, { ...more, headers: { authorization: `Bearer ${token}`, ...(more.body === undefined ? {} : { 'content-type': 'application/json' }), ...more.headers } });
  const json = (await answer.json().catch(() => ({}))) as { readonly error?: { readonly code?: string } } & Record<string, unknown>;
  return { status: answer.status, code: json.error?.code, json };
}

async function records(filter = '', token = auditor): Promise<readonly AuditRecord[]> {
  const { status, json } = await ask(`/api/v1/audit?limit=1000${filter}`, token);
  assert.equal(status, 200, JSON.stringify(json));
  return json['records'] as readonly AuditRecord[];
}

test('nobody reads while the access journal cannot be written, and traces are taken all the same', async () => {
  const folder = join(data, 'access');
  rmSync(folder, { recursive: true });
  writeFileSync(folder, '');
  for (const path of [`/api/v1/traces/${TRACE}`, '/api/v1/search', '/api/v1/services', '/api/traces?service=shop', '/api/v1/audit']) assert.deepEqual([path, (await ask(path, admin)).status], [path, 503]);
  const shown = await fetch(`${server.console}/api/v1/search`, { headers: { authorization: `Bearer ${viewer}` } });
  assert.match(await shown.text(), /"code":"record_unavailable"/);
  assert.equal((await verbHere(['trace', TRACE, '--data', data])).code, 1);
  const taken = await fetch(`${server.otlpHttp}/v1/traces`, { method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' }, body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: TRACE, spanId: '0102030405060708', name: 'pay', startTimeUnixNano: `${Date.now()}000000`, endTimeUnixNano: `${Date.now()}000000` }] }] }] }) });
  assert.equal(taken.status, 200);
  rmSync(folder);
  mkdirSync(folder, { mode: 0o700 });
  assert.equal((await ask(`/api/v1/traces/${TRACE}`, viewer)).status, 200);
});

/** What shows nothing that comes from a span, and nothing of who read what. */
const SHOWS_NOTHING: readonly Action[] = [
  'accounting.read', 'server.read', 'openapi.read', 'metrics.read', 'producer.list', 'producer.change', 'token.list', 'token.change', 'token.own', 'session.read', 'session.list', 'session.end', 'password.change', 'factor.change', 'account.list', 'account.change', 'tenant.list', 'tenant.change',
  'finding.change', 'log.read', 'entry.list', 'integrity.read', 'integrity.verify', 'policy.read', 'policy.write', 'access.read', 'access.write', 'trace.outline', 'field.read', 'glass.break', 'key.list', 'key.change', 'subject.forget',
];
const PERSON = { subject: 'ada', reason: 'request 7' };
const BODIES: Readonly<Record<string, object>> = { '/api/v1/traces/:id/reveal': { reason: 'incident 42' }, '/api/v1/subjects/find': { subject: PERSON.subject }, '/api/v1/subjects/export': PERSON };
/** Questions that reach the handlers. */
const ASKED: Readonly<Record<string, string>> = {
  '/api/v1/attributes/values': '?key=service&place=field', '/api/v1/traces/:id/matches': '?text=pay', '/api/operations': '?service=shop', '/api/traces': '?service=shop',
};

test('no route shows telemetry and leaves no record, whoever asks', { timeout: 60_000 }, async () => {
  const { routes } = (await ask('/api/v1/routes', admin)).json as unknown as { readonly routes: readonly { readonly method: string; readonly path: string; readonly action: string; readonly public: boolean }[] };
  const showing = routes.filter(({ action, public: open }) => !open && action !== 'none' && !SHOWS_NOTHING.includes(action as Action));
  assert.ok(showing.length > 25 && showing.every(({ action }) => ACTIONS.includes(action as Action)), String(showing.length));
  const stop = new AbortController();
  for (const { method, path } of showing) {
    const url = path.replace('/services/*', '/services/a/b/operations').replace(':spanId', '0102030405060708').replace(':index', '0').replace(':uid', 'f_0123456789abcdef').replace(':service', 'shop').replace(':id', TRACE) + (ASKED[path] ?? '');
    const body = method === 'GET' ? {} : { method, body: JSON.stringify(BODIES[path] ?? { text: 'version: 2\nrules: []\n', since: Date.now() - 1_000 }) };
    if (path.endsWith('/tail')) await fetch(`${server.console}${url}`, { headers: { authorization: `Bearer ${admin}` }, signal: stop.signal });
    else assert.notEqual((await ask(url, admin, body)).code, 'query_invalid', `say in this test how ${path} is asked`);
  }
  stop.abort();
  const seen = new Set((await records('&who=ada')).map(({ route }) => route));
  assert.deepEqual(showing.map(({ method, path }) => `${method} ${path}`).filter((route) => !seen.has(route)), []);
});

test('a flood of reads hides none, not even of who reads by another way', { timeout: 60_000 }, async () => {
  const hidden = TRACE.replace('0a', 'ff');
  await Promise.all(Array.from({ length: 260 }, (_, at) => ask(at === 130 ? `/api/traces/${hidden}` : `/api/v1/services?x=${at}`, viewer).then(() => ask(`/api/v1/traces/dd${at.toString(16).padStart(30, '0')}`, viewer))));
  assert.deepEqual((await records(`&resource=trace:${hidden}`)).map(({ who, action, outcome }) => [who, action, outcome]), [['vera', 'trace.read', 'failed']]);
  assert.equal((await records('&resource=trace:dd*&who=vera')).length, 260);
});

test('what a request says of itself forges no record, and writes no secret into one', async () => {
  const forged = encodeURIComponent('shop\n{"who":"ada"}\u001b[31m\u2028');
  await ask(`/api/v1/search?service=${forged}&attribute=${encodeURIComponent('note=ghp_012345678901234567890123456789abcdefAB')}`, viewer, { headers: { 'x-tracekeep-reason': 'for ana@example.com\t{"outcome":"allowed"}' } });
  await ask(`/api/v1/search?service=${'x'.repeat(200)}&${Array.from({ length: 12 }, (_, at) => `attribute=k${at}%3D${'y'.repeat(300)}`).join('&')}`, viewer);
  const [huge, told] = await records('&who=vera&resource=search');
  assert.equal(huge?.filter, null);
  assert.match(told?.filter ?? '', /^service=shop.*note=\[/s);
  assert.match(told?.reason ?? '', /^for \[email\] \{/);
  for (const text of [told?.filter ?? '', told?.reason ?? '']) assert.doesNotMatch(text, /[\0-\x1f\x7f-\x9f\u2028\u2029]|ghp_|ana@/);
  const { stdout } = await verbHere(['audit', 'list', '--who', 'vera', '--data', data]);
  assert.doesNotMatch(stdout.replaceAll('\n', ''), /[\0-\x1f\x7f-\x9f]/);
});

test('nobody sees records without the right to, or those of another tenant, and to try is recorded', async () => {
  assert.deepEqual([(await ask('/api/v1/audit', viewer)).code, (await ask('/api/v1/audit', 'tt_nobody')).status], ['action_forbidden', 401]);
  const theirs = await records('', stranger);
  assert.ok(theirs.every(({ who }) => !['ada', 'vera', 'otto', 'unknown'].includes(who)), JSON.stringify(theirs));
  assert.deepEqual((await records('&who=*', stranger)).filter(({ who }) => who === 'vera'), []);
  const tried = await records('&action=audit.read');
  for (const [who, outcome] of [['vera', 'refused'], ['unknown', 'refused'], ['otto', 'allowed']]) assert.ok(tried.some((one) => one.who === who && one.outcome === outcome), String(who));
  assert.ok(!tried.some(({ who }) => who === 'eve'));
  for (const bad of ['cursor=AAAA', 'outcome=any', 'limit=0', 'limit=1001', 'from=yesterday', `who=${'x'.repeat(257)}`, 'other=1']) assert.equal((await ask(`/api/v1/audit?${bad}`, auditor)).status, 400, bad);
  assert.deepEqual(await records(`&who=${encodeURIComponent("' OR 1 = 1 --")}`), []);
});

test('a sender with a wrong key is in the records, once a second, and so is a wrong password', async () => {
  const send = (): Promise<unknown> => fetch(`${server.otlpHttp}/v1/traces`, { method: 'POST', headers: { authorization: 'Bearer tk_wrong', 'content-type': 'application/json' }, body: '{}' }).then((answer) => answer.text());
  await Promise.all(Array.from({ length: 50 }, send));
  await ask('/api/v1/session', '', { method: 'POST', body: JSON.stringify({ name: 'nobody at all', password: 'a wrong password' }), headers: { authorization: '' } });
  const refused = await records('&action=trace.write');
  assert.equal(refused.reduce((sum, { count }) => sum + count, 0), 50);
  assert.ok(refused.length <= 4 && refused.every(({ who, outcome, resource }) => who === 'unknown' && outcome === 'refused' && resource === 'ingest'), JSON.stringify(refused));
  assert.deepEqual((await records('&action=sign.in&outcome=failed')).map(({ who, code }) => [who, code]), [['unknown', 'sign_in_failed']]);
});

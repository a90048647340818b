/**
 * Attacks by readers who may see something, on what they may not see: another service, and values that are restricted to some roles. One real server with a small
 * store, whose list of routes is asked of itself, so that a new route that tells too much fails here.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { checkEvidence, evidenceFlawText, isEvidenceFlaw, parseEvidence } from '#evidence';
import { startServer, temporaryFolder, type TestServer } from '#harness';
import { inControl } from '#harness/credentials';
import { ask, exportOf, type Json, newTraceId, sendWell, spanOf } from '#harness/exchange';
import { sha256, verifyNatively } from '#keys/signing';
import { isFlaw, parseVkey } from '#merkle';
import { DEFAULT_TENANT } from '#model';
import { compilePolicy, DEFAULT_POLICY, type PolicyDocument } from '#policy';
import { done } from '#refusal/testing';

/** In everything of the service that is not seen, and nowhere else. */
const VAULT = 'vaultmark';
/** In the value that is not seen. */
const DESK = 'quillamark';
const LATER = 'latermark';
const ACCESS = `
@id("clerk")
forbid (principal, action in Action::"telemetry", resource)
when { ["clerk", "planner"].contains(principal.name) }
unless { resource.service == "web" };
@id("planner")
permit (principal == Token::"planner", action == Action::"trace.outline", resource);
`;
const restrict = (id: string, key: string) => ({ id, keys: [key], action: 'restrict', roles: ['investigator'] }) as const;
const policyOf = (...rules: readonly ReturnType<typeof restrict>[]): PolicyDocument => ({ ...DEFAULT_POLICY, rules: [...rules, ...DEFAULT_POLICY.rules] });

let server: TestServer;
let key = '';
/** By name: `clerk` and `planner` see one service, `viewer` all of them, `investigator` restricted values too. */
const tokens = new Map<string, string>();
let routes: readonly { readonly method: string; readonly path: string; readonly public: boolean }[];
const now = BigInt(Date.now()) * 1_000_000n;
const at = (start: bigint, duration: bigint): Json => ({ startTimeUnixNano: String(now + start), endTimeUnixNano: String(now + start + duration) });
const shared = newTraceId();
const secret = newTraceId();
const web = spanOf({ 'desk.place': DESK, open: 'yes' }, { ...at(0n, 9_000_000n), traceId: shared, name: 'checkout', events: [{ timeUnixNano: String(now), name: 'seen', attributes: [{ key: 'desk.place', value: { stringValue: DESK } }] }] });
const vault = spanOf({ [`${VAULT}.key`]: VAULT, open: VAULT, mail: `${VAULT}@example.org` }, { ...at(1_000_000n, 7_654_321n), traceId: shared, parentSpanId: web['spanId'], name: `${VAULT}-transfer`, kind: 2, traceState: `${VAULT}=1`, status: { code: 2, message: VAULT } });
const alone = spanOf({ open: VAULT }, { ...at(2_000_000n, 7_654_321n), traceId: secret, name: `${VAULT}-alone` });

before(async () => {
  const data = join(temporaryFolder(), 'data');
  key = await inControl(data, async (control) => {
    const { text, digest, document } = compilePolicy(policyOf(restrict('desks', 'desk.*')));
    done(await control.addPolicy({ text: JSON.stringify(document), canonical: text, digest, rules: document.rules.length, weakenings: [], note: '' }, null));
    done(await control.addAccessPolicies({ tenant: DEFAULT_TENANT, text: ACCESS, policies: 2, note: '' }, 0));
    for (const name of ['clerk', 'planner', 'viewer']) tokens.set(name, done(await control.addToken({ tenant: DEFAULT_TENANT, roles: ['viewer'], name })).secret.reveal());
    tokens.set('investigator', done(await control.addToken({ tenant: DEFAULT_TENANT, roles: ['investigator'], name: 'investigator' })).secret.reveal());
    tokens.set('admin', done(await control.addToken({ tenant: DEFAULT_TENANT, roles: ['admin', 'viewer', 'privacy-officer'], name: 'admin' })).secret.reveal());
    return done(await control.addProducer({ tenant: DEFAULT_TENANT, name: 'all', services: ['*'] })).key.reveal();
  });
  server = await startServer({ data });
  await sendWell(server, key, exportOf([web], 'web', { 'desk.home': DESK }));
  await sendWell(server, key, exportOf([vault, alone], `${VAULT}-service`, { 'deployment.environment.name': VAULT }));
  routes = (JSON.parse(await textOf('admin', '/api/v1/routes')) as { routes: typeof routes }).routes;
});

const textOf = async (who: string, path: string): Promise<string> => (await ask(server, tokens.get(who) ?? '', path)).text;
const json = async (who: string, path: string): Promise<never> => JSON.parse(await textOf(who, path)) as never;
const RANGE = `start=${Number(now / 1_000_000n) - 3_600_000}`;

/** Every route that reads, aimed at what is there. */
function targets(): string[] {
  const parameters: Readonly<Record<string, readonly string[]>> = {
    '/api/v1/search': ['', 'order=longest', 'order=shortest', `service=${VAULT}-service`].map((one) => `${RANGE}&${one}`), '/api/v1/search/histogram': [RANGE], '/api/v1/search/points': [RANGE], '/api/v1/attributes': [RANGE],
    '/api/v1/attributes/values': [`key=open&${RANGE}`, `key=desk.place&${RANGE}`, `key=name&place=field&${RANGE}`, `key=service&place=field&${RANGE}`, `key=service.name&${RANGE}`], '/api/v1/log/consistency': ['from=1&to=1'], '/api/v1/traces/:id/matches': [`q=${VAULT}`, `q=${DESK}`],
    '/api/v1/red': [RANGE, `${RANGE}&by=operation`], '/api/v1/map': [RANGE], '/api/v1/exposure': [RANGE], '/api/v1/figures/minimized': [RANGE], '/api/traces': ['service=web', `service=${VAULT}-service`, `traceID=${shared}&traceID=${secret}`], '/api/operations': ['service=web', `service=${VAULT}-service`], '/api/v3/operations': [`service=${VAULT}-service`],
    '/api/v3/traces': ['web', `${VAULT}-service`].map((service) => `query.service_name=${service}&query.start_time_min=${new Date(Number(now / 1_000_000n) - 3_600_000).toISOString()}&query.start_time_max=${new Date(Date.now() + 60_000).toISOString()}`), '/api/dependencies': [`endTs=${Date.now() + 60_000}&lookback=3600000`],
  };
  return routes.filter(({ method, path, public: isPublic }) => method === 'GET' && !isPublic && path !== '/api/v1/search/tail').flatMap(({ path }) => {
    const named = path.replace(':spanId', String(vault['spanId'])).replace(':service', `${VAULT}-service`);
    const ids = /traces?\/:(id|traceId|traceID)\b/.test(named) ? [shared, secret] : [shared];
    return ids.flatMap((id) => (parameters[path] ?? ['']).map((query) => `${named.replace(/:(id|traceId|traceID)\b/, id).replaceAll(/:\w+/g, '1').replace('*', '1')}${query === '' ? '' : `?${query}`}`));
  });
}

test('no route tells a reader of one service anything of another, nor one without the role a restricted value', async () => {
  const told = { vault: 0, desk: 0 };
  const look = async (target: string): Promise<void> => {
    // Who may see restricted values is asked only to know that there are some: not where the other service is meant, which has none.
    const isTold = !target.includes(secret) && !target.includes(VAULT);
    const [clerk = '', viewer = '', investigator = ''] = await Promise.all(['clerk', 'viewer', ...(isTold ? ['investigator'] : [])].map((who) => textOf(who, target)));
    if (viewer.includes(VAULT)) told.vault++;
    if (investigator.includes(DESK)) told.desk++;
    // A refusal may say what was asked for.
    for (const mark of [VAULT, secret, '7654321', String(vault['spanId'])]) if (!target.includes(mark)) assert.ok(!clerk.includes(mark), `${target} tells ${mark}: ${clerk}`);
    if (target.includes(VAULT)) assert.ok(!clerk.replaceAll(`${VAULT}-service`, '').includes(VAULT), `${target}: ${clerk}`);
    if (!target.includes(DESK)) for (const text of [clerk, viewer]) assert.ok(!text.includes(DESK), `${target}: ${text}`);
  };
  const all = targets();
  for (let from = 0; from < all.length; from += 3) await Promise.all(all.slice(from, from + 3).map(look));
  assert.ok(told.vault >= 15 && told.desk >= 6, `only ${told.vault} and ${told.desk} answers hold it for those who may see it`);
});

test('a trace of another service is one that does not exist, by id, by outline and in evidence', async () => {
  const unknown = newTraceId();
  for (const who of ['clerk', 'planner']) {
    for (const path of ['', '/outline', '/evidence', `/spans/${String(alone['spanId'])}`]) {
      const [hidden, none] = [await ask(server, tokens.get(who) ?? '', `/api/v1/traces/${secret}${path}`), await ask(server, tokens.get(who) ?? '', `/api/v1/traces/${unknown}${path}`)];
      const words = (text: string): string => text.replaceAll(/"requestId":"\w+"/g, '');
      assert.deepEqual([hidden.status, words(hidden.text)], [404, words(none.text)], `${who} ${path}`);
    }
  }
  assert.equal((await ask(server, tokens.get('clerk') ?? '', `/api/v1/traces/${shared}/spans/${String(vault['spanId'])}`)).status, 404);
});

test('nobody learns what is not seen by searching, counting, sorting, filtering by duration, or with the cursor of somebody else', async () => {
  const tags = (key: string, op: string, value: string): string => `attribute=${encodeURIComponent(`${key}${op}${value}`)}`;
  const found = async (who: string, query: string): Promise<number> => ((await json(who, `/api/v1/search?${RANGE}&${query}`)) as { traces: unknown[] }).traces.length;
  for (const query of [tags('open', '=', VAULT), tags('open', '=~', `${VAULT}.*`), tags('open', '!=', 'yes'), 'durationMin=7654321ns&durationMax=7654321ns', 'status=error', `service=${VAULT}-service`, `operation=${VAULT}-transfer`]) {
    assert.deepEqual([await found('clerk', query), await found('planner', query)], [0, 0], query);
    assert.ok((await found('viewer', query)) > 0, query);
  }
  for (const query of [tags('desk.place', '=', DESK), tags('desk.place', '!=', 'x'), tags('desk.place', '=~', '.*'), tags('desk.home', '=', DESK)]) assert.deepEqual([await found('viewer', query), await found('investigator', query)], [0, 1], query);
  const first = (await json('viewer', `/api/v1/search?${RANGE}&limit=1`)) as { nextCursor: string; traces: { traceId: string }[] };
  const next = await textOf('clerk', `/api/v1/search?${RANGE}&limit=1&cursor=${encodeURIComponent(first.nextCursor)}`);
  assert.ok(!next.includes(secret) && !next.includes(VAULT), next);
  const { traces: [seen] } = (await json('clerk', `/api/v1/search?${RANGE}`)) as { traces: { spanCount: number; errorCount: number; services: { name: string }[] }[] };
  assert.deepEqual([seen?.spanCount, seen?.errorCount, seen?.services.map(({ name }) => name)], [1, 0, ['web']]);
  for (const path of ['/api/v1/accounting', '/api/v1/findings', '/api/v1/health']) assert.equal((await ask(server, tokens.get('clerk') ?? '', path)).status, 403, path);
  // Nor are they offered.
  const { mayDo, tooWide } = (await json('clerk', '/api/v1/session')) as { mayDo: string[]; tooWide: string[] };
  assert.deepEqual([mayDo.filter((action) => /accounting|finding|server/u.test(action)), tooWide], [[], ['accounting.read', 'server.read', 'finding.read']]);
});

test('an outline tells when, and neither the service nor anything else, in OTLP and in Jaeger’s words', async () => {
  for (const path of [`/api/v1/traces/${shared}`, `/api/traces/${shared}`, `/api/v3/traces/${shared}`, `/api/v1/traces/${shared}/outline`]) {
    const text = await textOf('planner', path);
    assert.ok(text.includes('[hidden]') && text.includes(String(vault['spanId'])), `${path}: ${text}`);
    assert.ok(!text.includes(VAULT), `${path}: ${text}`);
    if (!path.endsWith('outline')) assert.match(text, /tracekeep\.hidden/);
  }
});

test('evidence verifies for who may not see everything, and has none of it', async () => {
  const { vkeys } = (await json('viewer', '/api/v1/log')) as { vkeys: string[] };
  const keys = vkeys.map((line) => parseVkey(sha256, line)).flatMap((one) => (isFlaw(one) ? [] : [one]));
  const proved = async (who: string): Promise<{ spans: number; hidden: string | null; unprovable: string | null; text: string }> => {
    const { status, text, headers } = await ask(server, tokens.get(who) ?? '', `/api/v1/traces/${shared}/evidence`);
    assert.equal(status, 200, text);
    const evidence = parseEvidence(Buffer.from(text));
    const checked = isEvidenceFlaw(evidence) ? evidence : checkEvidence(evidence, keys, sha256, verifyNatively);
    if (isEvidenceFlaw(checked)) assert.fail(evidenceFlawText(checked));
    return { spans: checked.spans.length, hidden: headers.get('tracekeep-hidden-spans'), unprovable: headers.get('tracekeep-unprovable-spans'), text };
  };
  const [investigator, viewer, clerk, planner] = [await proved('investigator'), await proved('viewer'), await proved('clerk'), await proved('planner')];
  assert.deepEqual([investigator, viewer, clerk, planner].map(({ spans, hidden, unprovable }) => [spans, hidden, unprovable]), [[2, null, null], [2, null, null], [1, null, null], [1, '1', null]]);
  assert.ok(investigator.text.includes(DESK));
  for (const { text } of [viewer, clerk, planner]) assert.ok(!text.includes(DESK));
  for (const { text } of [clerk, planner]) assert.ok(!text.includes(VAULT));
});

test('a value that was restricted after it was stored is hidden at once, and its spans are not proved to who may not see it', async () => {
  const trace = newTraceId();
  await sendWell(server, key, exportOf([spanOf({ 'late.place': LATER }, { traceId: trace }), spanOf({ other: 'x' }, { traceId: trace })], 'web'));
  const read = (who: string): Promise<string> => textOf(who, `/api/v1/traces/${trace}`);
  assert.ok((await read('viewer')).includes(LATER));
  const { digest } = (await json('admin', '/api/v1/policy')) as { digest: string };
  const text = JSON.stringify(policyOf(restrict('desks', 'desk.*'), restrict('late', 'late.*')));
  const applied = await fetch(`${server.console}/api/v1/policy/apply`, { method: 'POST', headers: { authorization: `Bearer ${tokens.get('admin') ?? ''}`, 'content-type': 'application/json' }, body: JSON.stringify({ text, base: digest, note: '' }) });
  assert.equal(applied.status, 200, await applied.text());
  assert.ok(!(await read('viewer')).includes(LATER) && !(await read('admin')).includes(LATER) && (await read('investigator')).includes(LATER));
  const { status, headers, text: document } = await ask(server, tokens.get('viewer') ?? '', `/api/v1/traces/${trace}/evidence`);
  assert.deepEqual([status, headers.get('tracekeep-unprovable-spans'), document.includes(LATER)], [200, '1', false]);
  const alone = newTraceId();
  await sendWell(server, key, exportOf([spanOf({ 'late.place': LATER }, { traceId: alone })], 'web'));
  const after = await ask(server, tokens.get('viewer') ?? '', `/api/v1/traces/${alone}/evidence`);
  assert.deepEqual([after.status, after.text.includes(LATER)], [200, false], 'stored under the new rule it is proved without the value');
});

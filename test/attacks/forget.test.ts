/**
 * Attacks on people whose values are sealed, by readers of the API: who may not look for them or have them forgotten; in another tenant; alone, where a second person is
 * needed; with an approval that is somebody else's, about somebody else, or used; and what all of it leaves behind that would say who it was.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { isAbout, type FoundSubject, type Receipt } from '#erase';
import { startServer, temporaryFolder, tracekeep, type TestServer } from '#harness';
import { verbHere } from '#harness/verbs';
import { inControl } from '#harness/credentials';
import { exportOf, newTraceId, sendWell, spanOf } from '#harness/exchange';
import { storedBodies } from '#harness/stored-bodies';
import { DEFAULT_TENANT, tenantId, type Role, type TenantId } from '#model';
import { compilePolicy, DEFAULT_POLICY, type PolicyDocument } from '#policy';
import { done } from '#refusal/testing';

const ELSEWHERE = tenantId('elsewhere') as TenantId;
const PERSON = 'sealmark-ann@example.org';
const SEALING: PolicyDocument = { ...DEFAULT_POLICY, rules: [{ id: 'whose', keys: ['user.id'], action: { seal: { subject: true } } }, { id: 'contact', keys: ['user.phone'], action: { seal: { approval: 'second-person' } } }, { id: 'desk', keys: ['user.note'], action: 'seal' }, { id: 'notes', keys: ['user.note'], action: 'restrict', roles: ['investigator'] }, ...DEFAULT_POLICY.rules] };
/** A privacy officer of one service alone. */
const ACCESS = '@id("desk") forbid (principal == Token::"desk", action in Action::"telemetry", resource) unless { resource.service == "web" };';

let server: TestServer;
let data = '';
const tokens = new Map<string, string>();
interface Answer {
  readonly status: number;
  readonly text: string;
  readonly code: string;
}

async function post(who: string, path: string, body: object = {}): Promise<Answer> {
  const response = await fetch(`${server.console}/api/v1/${path}`, { method: 'POST', headers: { authorization: `Bearer ${tokens.get(who) ?? ''}`, 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const text = await response.text();
  return { status: response.status, text, code: /"code":"([a-z_]+)"/.exec(text)?.[1] ?? '' };
}

async function found(who: string, subject = PERSON): Promise<FoundSubject> {
  const { status, text } = await post(who, 'subjects/find', { subject });
  assert.equal(status, 200, text);
  return JSON.parse(text) as FoundSubject;
}

const forget = (who: string, more: object = {}): Promise<Answer> => post(who, 'subjects/forget', { subject: PERSON, reason: `${PERSON} wants it`, ...more });
const idOf = ({ text }: Answer): string => (JSON.parse(text) as { readonly approval: { readonly id: string } }).approval.id;

before(async () => {
  data = join(temporaryFolder(), 'data');
  const keys = await inControl(data, async (control) => {
    const { text, digest, document } = compilePolicy(SEALING);
    done(await control.addPolicy({ text: JSON.stringify(document), canonical: text, digest, rules: document.rules.length, weakenings: [], note: '' }, null));
    done(await control.setTenant(ELSEWHERE, 'default'));
    done(await control.addAccessPolicies({ tenant: DEFAULT_TENANT, text: ACCESS, policies: 1, note: '' }, 0));
    const roles: Readonly<Record<string, readonly Role[]>> = { viewer: ['viewer'], investigator: ['investigator'], auditor: ['auditor'], custodian: ['key-custodian'], officer: ['privacy-officer'], desk: ['privacy-officer'], admin: ['admin'], both: ['admin', 'privacy-officer'] };
    for (const [name, own] of Object.entries(roles)) tokens.set(name, done(await control.addToken({ tenant: DEFAULT_TENANT, roles: own, name })).secret.reveal());
    tokens.set('foreign', done(await control.addToken({ tenant: ELSEWHERE, roles: ['privacy-officer'], name: 'foreign' })).secret.reveal());
    for (const [name, role] of [['ana', 'privacy-officer'], ['bob', 'privacy-officer'], ['vic', 'viewer']] as const) {
      done(await control.addAccount({ tenant: DEFAULT_TENANT, name, password: 'x', roles: [role] }));
      tokens.set(name, done(await control.addToken({ tenant: DEFAULT_TENANT, user: name, name: `of ${name}` })).secret.reveal());
    }
    return [done(await control.addProducer({ tenant: DEFAULT_TENANT, name: 'shop', services: ['*'] })).key.reveal(), done(await control.addProducer({ tenant: ELSEWHERE, name: 'shop', services: ['*'] })).key.reveal()];
  });
  server = await startServer({ data, args: ['--forget-approval', 'second-person'] });
  for (const key of keys) for (const person of [PERSON, 'bob@example.org']) await sendWell(server, key, exportOf([spanOf({ 'user.id': person, 'user.phone': '1', 'user.note': 'sealmark note' }, { traceId: newTraceId() })], 'shop'));
});

test('who answers for people finds them; nobody else does, nor in another tenant, nor who sees some services, nor who hands out roles', async () => {
  const one = await found('officer');
  assert.deepEqual([one.spans, one.traces, one.keys, one.hours, one.services, one.fields.map(({ key }) => key)], [1, 1, 1, 1, ['shop'], ['user.id', 'user.phone', 'user.note']]);
  assert.equal((await found('ana')).subject, one.subject);
  assert.deepEqual([(await found('officer', 'nobody')).spans, (await found('officer', 'nobody')).keys], [0, 0]);
  assert.notEqual((await found('foreign')).subject, one.subject);
  for (const who of ['viewer', 'investigator', 'auditor', 'custodian', 'vic', 'desk', 'admin', 'both']) {
    for (const path of ['subjects/find', 'subjects/forget', 'subjects/export']) assert.deepEqual([who, path, (await post(who, path, { subject: PERSON, ...(path === 'subjects/find' ? {} : { reason: 'none of mine' }) })).code], [who, path, 'action_forbidden']);
  }
  assert.equal((await found('officer')).keys, 1);
});

test('what is held of a person is shown to who answers for people, not to who hands out roles; in two where any field takes two; by pages that nobody else goes on with', async () => {
  const give = (who: string, more: object = {}): Promise<Answer> => post(who, 'subjects/export', { subject: PERSON, reason: `asked by ${PERSON}`, ...more });
  assert.deepEqual([(await give('both')).code, (await give('officer')).code, (await give('ana', { reason: '' })).code], ['action_forbidden', 'approval_needs_person', 'reveal_reason']);
  const id = idOf(await give('ana'));
  assert.deepEqual([(await give('ana', { approval: id })).code, (await post('ana', `approvals/${id}/approve`)).code, (await post('bob', `approvals/${id}/approve`)).status], ['approval_unusable', 'approval_own', 200]);
  assert.deepEqual([(await forget('ana', { approval: id })).code, (await give('bob', { approval: id })).code, (await give('ana', { approval: id, subject: 'bob@example.org' })).code], ['approval_unusable', 'approval_unusable', 'approval_unusable']);
  const { status, text } = await give('ana', { approval: id });
  assert.equal(status, 200, text);
  const page = JSON.parse(text) as { resourceSpans: unknown[]; export: { id: string; spans: number; opened: number; erased: number; changed: number; nextCursor: null; reason: string } };
  assert.deepEqual([page.resourceSpans.length, page.export.spans, page.export.opened, page.export.changed, page.export.nextCursor, page.export.reason], [1, 1, 2, 0, null, 'asked by [subject]']);
  assert.ok(text.includes(PERSON) && text.includes('tracekeep.opening') && !text.includes('sealmark note') && !text.includes('bob@'), 'nothing that is hidden from them, and nobody else');
  assert.equal((await give('ana', { approval: id })).code, 'approval_unusable');
  for (const cursor of ['1.0.o_0000000000000000.9999999999999.AAAA', `1.0.${page.export.id}.9999999999999.${'A'.repeat(43)}`, 'x']) assert.equal((await give('ana', { cursor })).code, 'query_invalid');
});

test('nobody has somebody forgotten alone where two are needed: not by approving it, with a token of nobody, on the command line, or with an approval that is another’s, about another, or used', async () => {
  assert.equal((await forget('officer')).code, 'approval_needs_person');
  assert.match((await verbHere(['forget', PERSON, '--yes', '--data', data])).stderr, /approval_needs_person/);
  const asked = await forget('ana');
  assert.equal(asked.status, 202);
  assert.ok(!asked.text.includes(PERSON));
  const id = idOf(asked);
  assert.equal(idOf(await forget('ana')), id, 'the same question is one');
  assert.equal((await forget('ana', { approval: id })).code, 'approval_unusable');
  assert.equal((await post('ana', `approvals/${id}/approve`)).code, 'approval_own');
  assert.equal((await post('vic', `approvals/${id}/approve`)).code, 'name_unknown');
  assert.equal((await post('bob', `approvals/${id}/approve`)).status, 200);
  assert.equal((await forget('bob', { approval: id })).code, 'approval_unusable');
  assert.equal((await forget('ana', { approval: id, subject: 'bob@example.org' })).code, 'approval_unusable');
  assert.deepEqual([(await found('officer')).keys, (await found('officer', 'bob@example.org')).keys], [1, 1], 'nothing is destroyed');

  const forgotten = await forget('ana', { approval: id });
  assert.equal(forgotten.status, 200, forgotten.text);
  const receipt = JSON.parse(forgotten.text) as Receipt;
  assert.deepEqual([receipt.keys, receipt.spans, isAbout(receipt, PERSON), receipt.by], [1, 1, true, 'of ana for ana']);
  assert.equal((await forget('ana', { approval: id })).code, 'approval_unusable');
  assert.deepEqual([(await found('officer')).keys, (await found('officer', 'bob@example.org')).keys, (await found('foreign')).keys], [0, 1, 1], 'of this tenant, and of this person alone');
});

test('nothing is done, and no entry written, for a tenant that nobody made', async () => {
  const words = ['--tenant', 'defualt', '--data', data];
  for (const verb of [['forget', PERSON, '--yes'], ['subject', 'find', PERSON], ['subject', 'export', PERSON, '--reason', 'asked']]) {
    const { code, stderr } = await verbHere([...verb, ...words]);
    assert.deepEqual([code, /name_unknown: .*\(the tenant defualt\)/.test(stderr)], [1, true], stderr);
  }
});

test('what is left of it names nobody: not in the log, nor in the records, nor in what the server says', async () => {
  await server.stop();
  const bodies = (await storedBodies(data)).filter(({ type }) => type === 'erasure' || type === 'opening' || type === 'access');
  assert.deepEqual(bodies.filter(({ type }) => type === 'erasure').map(({ statement }) => statement['what']), ['asked', 'approved', 'erased']);
  assert.ok(JSON.stringify(bodies).includes('exported'), 'who was shown it is told');
  assert.ok(bodies.some(({ closed }) => JSON.stringify(closed).includes('/api/v1/subjects/find')), 'who looked for somebody is recorded');
  for (const text of [JSON.stringify(bodies), server.stdout, server.stderr]) assert.ok(!text.includes('sealmark'));
  assert.equal((await tracekeep(['verify', '--data', data])).code, 0);
});

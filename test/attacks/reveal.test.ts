/**
 * Attacks on what is sealed, by readers of the API: who may not open it, or not this field of it, or does not see where it stands; with an approval that is
 * somebody else's, for something else, used or made by oneself; in bulk. One real server, with the sealing root beside it.
 */
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { chmodSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { COMMAND_LINE } from '#control';
import { checkEvidence, evidenceFlawText, isEvidenceFlaw, parseEvidence, sealCommitment, type Proved } from '#evidence';
import { startServer, temporaryFolder, tracekeep, type TestServer, until } from '#harness';
import { verbHere } from '#harness/verbs';
import { inControl } from '#harness/credentials';
import { ask, askWell, exportOf, type Json, newTraceId, sendWell, spanOf } from '#harness/exchange';
import { deriveKey, openRootKey, tokenField, type TokenPlace, Tokens } from '#keys';
import { sha256, verifyNatively } from '#keys/signing';
import { LIMITS } from '#limits';
import { isFlaw, parseVkey } from '#merkle';
import { DEFAULT_TENANT, type Role, Secret } from '#model';
import { compilePolicy, DEFAULT_POLICY, type PolicyDocument } from '#policy';
import { done } from '#refusal/testing';
import { Store } from '#store';

/** In every value that is sealed, and nowhere else. */
const MARK = 'sealmark';
const SEALING: PolicyDocument = {
  ...DEFAULT_POLICY,
  rules: [
    { id: 'whose', keys: ['user.id'], action: { seal: { subject: true } } },
    { id: 'contact', keys: ['user.email', 'desk.note', 'age', 'tags'], action: { seal: { searchable: true } } },
    { id: 'holder', keys: ['card.holder'], action: { seal: { approval: 'second-person' } } },
    { id: 'messages', for: { places: ['status-message'] }, action: { seal: { searchable: true } } },
    { id: 'desks', keys: ['desk.*'], action: 'restrict', roles: ['privacy-officer'] },
    ...DEFAULT_POLICY.rules,
  ],
};
const ACCESS = `
@id("vic") permit (principal == Person::"vic", action == Action::"field.reveal", resource == Field::"user.email");
@id("clerk") forbid (principal == Token::"clerk", action in Action::"telemetry", resource) unless { resource.service == "web" };
`;

let server: TestServer;
let key = '';
const tokens = new Map<string, string>();
const trace = newTraceId();
const elsewhere = newTraceId();
const alone = newTraceId();
const at = String(BigInt(Date.now()) * 1_000_000n);
const web = spanOf({ 'http.route': '/cart', 'user.email': `${MARK}@example.org`, 'user.id': `${MARK}-1`, 'desk.note': `${MARK}-desk`, age: 42, tags: [MARK, 1] }, {
  traceId: trace, status: { code: 2, message: `${MARK} message` }, events: [{ timeUnixNano: at, name: 'seen', attributes: [{ key: 'user.email', value: { stringValue: `${MARK}-event@example.org` } }, { key: 'open', value: { stringValue: '[sealed]' } }] }],
});
const plain = spanOf({ open: 'yes' }, { traceId: trace });
const vault = spanOf({ 'user.email': `${MARK}-vault@example.org` }, { traceId: trace });
const held = spanOf({ 'card.holder': `${MARK} holder`, 'user.id': `${MARK}-2` }, { traceId: elsewhere });

const data = join(temporaryFolder(), 'data');

before(async () => {
  key = await inControl(data, async (control) => {
    const { text, digest, document } = compilePolicy(SEALING);
    done(await control.addPolicy({ text: JSON.stringify(document), canonical: text, digest, rules: document.rules.length, weakenings: [], note: '' }, null));
    done(await control.addAccessPolicies({ tenant: DEFAULT_TENANT, text: ACCESS, policies: 2, note: '' }, 0));
    const roles: Readonly<Record<string, readonly Role[]>> = { viewer: ['viewer'], investigator: ['investigator'], clerk: ['investigator'], officer: ['investigator', 'privacy-officer'], admin: ['admin', 'investigator'], auditor: ['auditor'], reader: ['viewer', 'auditor', 'privacy-officer', 'operator', 'key-custodian', 'security-analyst'] };
    for (const [name, own] of Object.entries(roles)) tokens.set(name, done(await control.addToken({ tenant: DEFAULT_TENANT, roles: own, name })).secret.reveal());
    for (const [name, role] of [['ana', 'investigator'], ['bob', 'investigator'], ['vic', 'viewer']] as const) {
      done(await control.addAccount({ tenant: DEFAULT_TENANT, name, password: 'x', roles: [role] }));
      tokens.set(name, done(await control.addToken({ tenant: DEFAULT_TENANT, user: name, name: `of ${name}` })).secret.reveal());
    }
    tokens.set('ana again', done(await control.addToken({ tenant: DEFAULT_TENANT, user: 'ana', name: 'of ana too' })).secret.reveal());
    tokens.set('narrow', done(await control.addToken({ tenant: DEFAULT_TENANT, user: 'bob', name: 'narrow', scopes: ['trace.read', 'server.read'] })).secret.reveal());
    return done(await control.addProducer({ tenant: DEFAULT_TENANT, name: 'all', services: ['*'] })).key.reveal();
  });
  server = await startServer({ data });
  await sendWell(server, key, exportOf([web, plain], 'web', { 'deployment.environment.name': 'live' }));
  await sendWell(server, key, exportOf([vault], 'vault'));
  await sendWell(server, key, exportOf([held, spanOf({ open: 'yes' }, { traceId: alone })], 'web'));
});

interface Revealed {
  readonly resourceSpans: readonly { readonly resource: { readonly attributes: readonly Json[] }; readonly scopeSpans: readonly { readonly spans: readonly Json[] }[] }[];
  readonly reveal: { readonly id: string; readonly by: { readonly name: string }; readonly reason: string; readonly at: string; readonly until: string; readonly watermark: string; readonly opened: number; readonly erased: number; readonly changed: number; readonly fields: readonly string[]; readonly proofs?: readonly { readonly text: string; readonly salt: string; readonly values: readonly { readonly field: string; readonly type: string; readonly text: string }[] }[] };
}
interface Approval {
  readonly id: string;
  readonly state: string;
  readonly fields: readonly string[];
  readonly mine: boolean;
  readonly mayDecide: boolean;
}
interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly code: string;
}

async function post(who: string, path: string, body: Json = {}): Promise<Answer> {
  const response = await fetch(server.console + path, { method: 'POST', headers: { authorization: `Bearer ${tokens.get(who) ?? ''}`, 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, code: /"code":"([a-z_]+)"/.exec(text)?.[1] ?? '' };
}
const reveal = (who: string, body: Json = {}, of = trace): Promise<Answer> => post(who, `/api/v1/traces/${of}/reveal`, { reason: 'incident 4711', ...body });
async function revealed(who: string, body: Json = {}, of = trace): Promise<Revealed> {
  const { status, text } = await reveal(who, body, of);
  assert.equal(status, 200, text);
  return JSON.parse(text) as Revealed;
}
async function asked(who: string, of = elsewhere, body: Json = {}): Promise<Approval> {
  const { status, text } = await reveal(who, body, of);
  assert.equal(status, 202, text);
  assert.ok(!text.includes(MARK));
  return (JSON.parse(text) as { approval: Approval }).approval;
}
const approvals = async (who: string, state = ''): Promise<readonly Approval[]> => (await askWell<{ approvals: Approval[] }>(server, tokens.get(who) ?? '', `/api/v1/approvals${state === '' ? '' : `?state=${state}`}`)).approvals;
const decide = (who: string, id: string, verdict = 'approve'): Promise<Answer> => post(who, `/api/v1/approvals/${id}/${verdict}`);

/** Trusting the key that the document itself names. */
function provedBy(text: string): Proved {
  const evidence = parseEvidence(Buffer.from(text));
  if (isEvidenceFlaw(evidence)) throw new Error(evidenceFlawText(evidence));
  const key = parseVkey(sha256, evidence.keys[0] ?? '');
  assert.ok(!isFlaw(key));
  const proved = checkEvidence(evidence, [key], sha256, verifyNatively);
  if (isEvidenceFlaw(proved)) throw new Error(evidenceFlawText(proved));
  return proved;
}

test('who may open sees what was sealed in its places, marked with for whom, and the log knew before', async () => {
  const { resourceSpans, reveal: told } = await revealed('investigator');
  const text = JSON.stringify(resourceSpans);
  for (const value of [`"${MARK}@example.org"`, `"${MARK}-event@example.org"`, `"${MARK}-1"`, '{"key":"age","value":{"intValue":"42"}}', `{"arrayValue":{"values":[{"stringValue":"${MARK}"},{"intValue":"1"}]}}`, `"message":"${MARK} message"`, `"${MARK}-vault@example.org"`]) assert.ok(text.includes(value), `${value} in ${text}`);
  assert.ok(!text.includes(String(plain['spanId'])), 'only spans that have something sealed');
  assert.deepEqual([told.opened, told.erased, told.changed, told.fields], [7, 0, 0, ['age', 'status.message', 'tags', 'user.email', 'user.id']]);
  assert.equal(told.watermark, `Opened for investigator, ${told.at.slice(0, 19).replace('T', ' ')}Z, ${told.id}`);
  assert.equal(Date.parse(told.until) - Date.parse(told.at), LIMITS.reveal_shown_ms);
  for (const { resource } of resourceSpans) assert.ok(resource.attributes.some(({ key, value }) => key === 'tracekeep.opening' && (value as Json)['stringValue'] === told.id));
  assert.equal((await reveal('investigator', { fields: ['age'] })).headers.get('cache-control'), 'no-store');
  const { records } = await askWell<{ records: { action: string; resource: string; who: string; reason: string }[] }>(server, tokens.get('auditor') ?? '', '/api/v1/audit?who=investigator');
  for (const action of ['opening.opened', 'field.reveal']) assert.ok(records.some((one) => one.action === action && one.resource === `trace:${trace}` && one.reason === 'incident 4711'), `${action}: ${JSON.stringify(records)}`);
  assert.ok(!JSON.stringify(await askWell(server, tokens.get('investigator') ?? '', `/api/v1/traces/${trace}`)).includes(MARK), 'it stays sealed for whoever asks next');
});

test('a viewer, an administrator, and who has every other role, open nothing, whatever they say', async () => {
  for (const who of ['viewer', 'admin', 'auditor', 'reader', 'narrow']) {
    for (const body of [{}, { fields: ['user.email'] }, { fields: [] }, { reason: '' }, { approval: 'v_0123456789abcdef' }]) {
      const { status, text } = await reveal(who, body);
      assert.equal(status, 403, `${who} ${JSON.stringify(body)}: ${text}`);
      assert.ok(!text.includes(MARK));
    }
  }
  assert.equal((await ask(server, null, `/api/v1/traces/${trace}/reveal`)).status, 401);
});

test('who may open one field opens that one, and is refused any other', async () => {
  const { resourceSpans, reveal: told } = await revealed('vic');
  const text = JSON.stringify(resourceSpans);
  assert.ok(text.includes(`"${MARK}@example.org"`) && !text.includes(`"${MARK}-1"`) && !text.includes(`${MARK} message`) && text.includes('"[sealed]"'), text);
  assert.deepEqual([told.opened, told.fields], [3, ['user.email']]);
  assert.equal((await revealed('vic', { fields: ['user.email'], spans: [String(vault['spanId'])] })).reveal.opened, 1);
  for (const fields of [['user.id'], ['user.email', 'user.id'], ['status.message'], ['*'], ['user.*']]) assert.equal((await reveal('vic', { fields })).code, 'action_forbidden', fields.join());
  assert.equal((await reveal('vic', {}, elsewhere)).code, 'action_forbidden');
});

test('what somebody does not see stays hidden from them: a restricted attribute, a span of another service, a trace', async () => {
  const text = JSON.stringify(await revealed('investigator'));
  assert.ok(!text.includes(`${MARK}-desk`) && text.includes('[hidden]'), text);
  assert.equal((await reveal('investigator', { fields: ['desk.note'] })).code, 'not_found');
  assert.ok(JSON.stringify(await revealed('officer', { fields: ['desk.note'] })).includes(`${MARK}-desk`), 'it is there for who sees it');
  const seen = JSON.stringify(await revealed('clerk'));
  assert.ok(seen.includes(`${MARK}-1`) && !seen.includes(`${MARK}-vault`) && !seen.includes(String(vault['spanId'])), seen);
  for (const [body, of] of [[{ spans: [String(vault['spanId'])] }, trace], [{ spans: [String(plain['spanId'])] }, trace], [{ fields: ['no.such'] }, trace], [{}, alone], [{}, newTraceId()]] as const) assert.equal((await reveal('clerk', body, of)).code, 'not_found', JSON.stringify(body));
});

test('evidence shows what was sealed to who opens all of a seal, and is red for whatever else it claims', async () => {
  const evidence = (who: string, body: Json = {}, of = trace): Promise<Answer> => post(who, `/api/v1/traces/${of}/evidence`, { reason: 'incident 4711', ...body });
  const read = async (query = ''): Promise<string> => JSON.stringify(await askWell(server, tokens.get('officer') ?? '', `/api/v1/traces/${trace}/evidence${query}`));
  const shown = async (who: string, body: Json = {}): Promise<string> => {
    const { status, headers, text } = await evidence(who, body);
    assert.equal(status, 200, text);
    assert.ok(headers.get('cache-control') === 'no-store' && /^o_/.test(headers.get('tracekeep-opening') ?? ''));
    return text;
  };
  const openedIn = (text: string): string[] => provedBy(text).spans.flatMap(({ opened }) => opened.map(({ key, text: value }) => `${key}=${value}`)).sort();
  const officer = await shown('officer');
  assert.deepEqual(openedIn(officer), [`age=42`, `desk.note=${MARK}-desk`, `status.message=${MARK} message`, `tags={"arrayValue":{"values":[{"stringValue":"${MARK}"},{"intValue":"1"}]}}`, `user.email=${MARK}-event@example.org`, `user.email=${MARK}-vault@example.org`, `user.email=${MARK}@example.org`, `user.id=${MARK}-1`]);
  // Of the other span one value is hidden from them, or not theirs to open: nothing of it is shown.
  for (const [who, body] of [['investigator', {}], ['vic', {}], ['officer', { spans: [String(vault['spanId'])] }], ['officer', { fields: ['user.email'] }], ['officer', { omit: ['user.email'], fields: ['user.id', 'user.email'] }]] as const) {
    const text = await shown(who, body);
    const isLeftOut = 'omit' in body;
    assert.deepEqual([openedIn(text), provedBy(text).spans.reduce((sum, { sealed }) => sum + sealed, 0)], [isLeftOut ? [] : [`user.email=${MARK}-vault@example.org`], isLeftOut ? 2 : 1], who);
    assert.ok(!text.includes(`${MARK}@`) && !text.includes(`${MARK}-desk`), who);
  }
  // Closed and left out, by the same spans.
  const [closed, left] = [await read(), await read('?omit=sealed.values')];
  assert.ok(!closed.includes(MARK) && !left.includes(MARK));
  assert.deepEqual([provedBy(closed), provedBy(left)].map(({ spans, omitted }) => [spans.length, spans.reduce((sum, { sealed }) => sum + sealed, 0), omitted]), [[3, 2, []], [3, 0, [{ key: 'sealed.values', values: 2 }]]]);
  assert.throws(() => provedBy(officer.replace(`"text":"${MARK}-1"`, `"text":"${MARK}-2"`)), /seal_mismatch/);
  assert.throws(() => provedBy(officer.replace('"type":"i","text":"42"', '"type":"s","text":"42"')), /seal_mismatch/);
  for (const who of ['viewer', 'admin', 'narrow']) assert.equal((await evidence(who)).status, 403, who);
  assert.equal((await evidence('investigator', { reason: '' })).code, 'reveal_reason');
  assert.equal((await evidence('investigator', { omit: ['sealed.values'] })).code, 'query_invalid');
  const { status, text } = await evidence('ana', {}, elsewhere);
  assert.equal(status, 202, text);
  assert.equal((await decide('ana', (JSON.parse(text) as { approval: Approval }).approval.id, 'decline')).status, 200);
  // What a browser needs to see it for itself, beside the values in their places.
  const { proofs = [] } = (await revealed('officer', { proofs: true })).reveal;
  assert.deepEqual(proofs.map(({ values }) => values.length).sort(), [1, 7]);
  // The keys are those that the span has, which stand in no proof.
  const keys = new Map(provedBy(officer).spans.flatMap(({ opened }) => opened.map(({ field, key: named, text: value }) => [field + value, named] as const)));
  for (const { text: seal, salt, values } of proofs) {
    const commitment = sealCommitment(sha256, { salt: Buffer.from(salt, 'base64'), values: values.map(({ field, type, text: value }) => ({ field, key: keys.get(field + value) ?? '', letter: type as 's', text: value })) });
    assert.deepEqual(Buffer.from(seal, 'base64').subarray(13, 45), Buffer.from(commitment));
  }
  assert.equal('proofs' in (await revealed('officer')).reveal, false);
  // Whoever has the data directory, by the verb: recorded as an opening all the same.
  const exported = await tracekeep(['evidence', 'export', trace, '-o', '-', '--reveal', 'court, case 12', '--data', server.data]);
  assert.deepEqual([exported.code, openedIn(exported.stdout).length], [0, 8], exported.stderr);
  assert.match(exported.stderr, /shows what 2 seals hold\n/);
  const { records } = await askWell<{ records: { action: string; reason: string }[] }>(server, tokens.get('auditor') ?? '', '/api/v1/audit');
  for (const action of ['opening.opened', 'field.reveal']) assert.ok(records.some((one) => one.action === action && (action === 'field.reveal' || one.reason === 'court, case 12')), action);
  const two = await verbHere(['evidence', 'export', elsewhere, '-o', '-', '--reveal', 'court, case 12', '--data', server.data]);
  assert.deepEqual([two.code, two.stdout], [1, '']);
});

test('nothing is opened without a reason, or for more than a request may name', async () => {
  for (const reason of ['', '  ', '\n\t ', 'x', 'x'.repeat(501), undefined]) assert.equal((await reveal('investigator', { reason })).code, 'reveal_reason', JSON.stringify(reason));
  for (const body of [{ fields: [] }, { fields: Array.from({ length: 65 }, (_, n) => `k${n}`) }, { fields: [{ a: 1 }] }, { spans: ['1'] }, { approval: 'x' }, { more: 1 }, { reason: { a: 1 } }]) assert.equal((await reveal('investigator', body)).code, 'query_invalid', JSON.stringify(body));
  assert.equal((await revealed('investigator', { fields: ['age'], reason: 'mail of bob@example.org\nand more' })).reveal.reason, 'mail of [email] and more', 'nobody’s data is kept with it');
});

test('an approval is good once, for who asked and what was asked, and nobody gives it to themselves', async () => {
  const wanted = await asked('ana');
  assert.deepEqual([wanted.state, wanted.fields, wanted.mine, wanted.mayDecide], ['waiting', ['card.holder', 'user.id'], true, false]);
  assert.equal((await asked('ana')).id, wanted.id);
  const open = (who: string, body: Json = {}, of = elsewhere): Promise<Answer> => reveal(who, { approval: wanted.id, ...body }, of);
  assert.equal((await open('ana')).code, 'approval_unusable', 'it waits');
  // By the same person, whichever token; by tokens of nobody; by who may not open it, or has not this action.
  for (const [who, code] of [['ana', 'approval_own'], ['ana again', 'approval_own'], ['investigator', 'approval_needs_person'], ['viewer', 'name_unknown'], ['vic', 'name_unknown'], ['admin', 'name_unknown'], ['narrow', 'name_unknown']] as const) assert.equal((await decide(who, wanted.id)).code, code, who);
  assert.deepEqual([(await approvals('vic')).length, (await approvals('viewer')).length, (await approvals('bob', 'waiting')).map(({ id, mine, mayDecide }) => [id, mine, mayDecide])], [0, 0, [[wanted.id, false, true]]]);
  assert.equal((await decide('bob', wanted.id)).status, 200);
  assert.equal((await decide('bob', wanted.id)).code, 'approval_over');
  for (const [who, body, of] of [['bob', {}, elsewhere], ['investigator', {}, elsewhere], ['ana', {}, trace], ['ana', { fields: ['user.email'] }, trace], ['ana', { approval: 'v_0123456789abcdef' }, elsewhere]] as const) assert.equal((await open(who, body, of)).code, 'approval_unusable', `${who} ${JSON.stringify(body)}`);
  const both = await Promise.all([open('ana', { fields: ['card.holder'] }), open('ana again', { fields: ['card.holder'] })]);
  assert.deepEqual(both.map(({ status }) => status).sort(), [200, 403], both.map(({ text }) => text).join('\n'));
  assert.ok(both.some(({ text }) => text.includes(`${MARK} holder`) && !text.includes(`${MARK}-2`)));
  assert.equal((await open('ana')).code, 'approval_unusable', 'replayed');
  assert.equal((await approvals('ana', 'used'))[0]?.id, wanted.id);
  // What needs none is opened without.
  assert.equal((await revealed('ana', { fields: ['user.id'] }, elsewhere)).reveal.opened, 1);
  assert.equal((await reveal('investigator', { fields: ['card.holder'] }, elsewhere)).code, 'approval_needs_person');
});

test('what was declined, taken back, or asked for by somebody who lost the role, opens nothing', async () => {
  const declined = await asked('bob', elsewhere, { fields: ['card.holder'] });
  assert.equal((await decide('ana', declined.id, 'decline')).status, 200);
  assert.equal((await reveal('bob', { approval: declined.id, fields: ['card.holder'] }, elsewhere)).code, 'approval_unusable');
  const back = await asked('bob', elsewhere, { fields: ['card.holder'] });
  assert.equal((await decide('bob', back.id, 'decline')).status, 200);
  assert.equal((await decide('ana', back.id)).code, 'approval_over');
  const lost = await asked('bob', elsewhere, { fields: ['card.holder'] });
  assert.equal((await decide('ana', lost.id)).status, 200);
  await inControl(server.data, async (control) => void done(await control.changeAccount({ tenant: DEFAULT_TENANT, name: 'bob' }, { roles: ['viewer'] })));
  assert.equal((await reveal('bob', { approval: lost.id, fields: ['card.holder'] }, elsewhere)).code, 'action_forbidden');
});

test('without the sealing root nothing opens, and nothing is recorded as opened', async () => {
  renameSync(`${server.data}.sealing.key`, `${server.data}.elsewhere`);
  try {
    assert.deepEqual([(await reveal('officer')).status, (await reveal('officer')).code], [503, 'sealing_root_absent']);
  } finally {
    renameSync(`${server.data}.elsewhere`, `${server.data}.sealing.key`);
  }
  chmodSync(`${server.data}.sealing.key`, 0o644);
  try {
    const refused = await reveal('officer');
    assert.deepEqual([refused.status, refused.code], [503, 'sealing_root_unusable']);
    assert.ok(!JSON.stringify(refused).includes('sealing.key'), 'where it lies is for the server log');
  } finally {
    chmodSync(`${server.data}.sealing.key`, 0o600);
  }
});

test('nobody takes all of it: one reader opens so much in an hour, with whichever of their tokens', async () => {
  const before = Number((await revealed('ana', { fields: ['age'] })).reveal.opened);
  // As if she had opened nearly all that one may.
  await inControl(server.data, async (control) => {
    const reader = (await control.listAccounts(DEFAULT_TENANT)).find(({ name }) => name === 'ana')?.id ?? '';
    const opening = { tenant: DEFAULT_TENANT, reader, person: reader, trace, spans: [], fields: [], erased: 0, changed: 0, reason: 'x', approval: null };
    done(await control.recordOpening({ ...opening, values: LIMITS.reveal_values_per_hour_max - before - 7 }, COMMAND_LINE));
  });
  for (const who of ['ana', 'ana again']) {
    const answer = await reveal(who);
    assert.deepEqual([answer.status, answer.code, answer.headers.get('retry-after') !== null], [429, 'reveal_limit', true], answer.text);
  }
  await until(async () => JSON.stringify(await askWell(server, tokens.get('reader') ?? '', '/api/v1/findings')).includes('reveal.limit'), 'a finding');
  assert.equal((await revealed('ana again', { fields: ['age'] })).reveal.opened, 1, 'a few are left');
  assert.equal((await revealed('officer', { fields: ['age'] })).reveal.opened, 1, 'it is hers alone');
});

test('what took two people when it was sealed takes two, whatever the policy says later', async () => {
  const { rules } = SEALING;
  const loosened = compilePolicy({ ...SEALING, rules: rules.map((rule) => (rule.id === 'holder' ? { id: 'holder', keys: ['card.holder'], action: 'seal' } : rule)) });
  const base = (await askWell<{ digest: string }>(server, tokens.get('admin') ?? '', '/api/v1/policy')).digest;
  const { status, text } = await post('admin', '/api/v1/policy/apply', { text: JSON.stringify(loosened.document), base });
  assert.equal(status, 200, text);
  assert.equal((await reveal('investigator', { fields: ['card.holder'] }, elsewhere)).code, 'approval_needs_person', 'sealed before');
  const later = spanOf({ 'card.holder': `${MARK} later` });
  await sendWell(server, key, exportOf([later], 'web'));
  assert.ok(JSON.stringify(await revealed('investigator', { fields: ['card.holder'] }, String(later['traceId']))).includes(`${MARK} later`));
});

test('what was sealed of somebody who was forgotten opens to nobody, and says so; that of others opens, and evidence of both verifies', async () => {
  const both = newTraceId();
  await sendWell(server, key, exportOf([2, 1].map((person) => spanOf({ 'user.id': `${MARK}-${person}` }, { traceId: both })), 'web'));
  const evidence = async (): Promise<{ shows: string[]; spans: number; text: string }> => {
    const { status, text } = await post('officer', `/api/v1/traces/${both}/evidence`, { reason: 'incident 4711' });
    assert.equal(status, 200, text);
    const { spans } = provedBy(text);
    return { shows: spans.flatMap(({ opened }) => opened.map((value) => value.text)).sort(), spans: spans.length, text };
  };
  const before = await evidence();
  assert.deepEqual([before.shows, before.spans], [[`${MARK}-1`, `${MARK}-2`], 2]);
  const forgotten = await verbHere(['forget', `${MARK}-2`, '--yes', '--json', '--reason', 'asked for it', '--data', server.data]);
  assert.equal(forgotten.code, 0, forgotten.stderr);
  const { resourceSpans, reveal: told } = await revealed('officer', { fields: ['user.id'] }, elsewhere);
  assert.deepEqual([told.opened, told.erased, told.changed, JSON.stringify(resourceSpans).includes(`${MARK}-2`)], [0, 1, 0, false]);
  assert.ok(JSON.stringify(await revealed('officer', { fields: ['user.id'] })).includes(`${MARK}-1`));
  const after = await evidence();
  assert.deepEqual([after.shows, after.spans, after.text.includes(`${MARK}-2`)], [[`${MARK}-1`], 2, false]);
  assert.equal(provedBy(before.text).spans.length, 2, 'what was handed out goes on verifying');
  // The log has what happened, and the store is as it says.
  const verified = await tracekeep(['verify', '--data', server.data]);
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
});

/** Ids of the traces that a search shows, which has none of the tokens by which it looks. */
async function found(who: string, ...attributes: readonly string[]): Promise<string[]> {
  const text = await searched(who, 'search', attributes);
  return (JSON.parse(text) as { traces: { traceId: string }[] }).traces.map(({ traceId }) => traceId).sort();
}
async function searched(who: string, path: string, attributes: readonly string[]): Promise<string> {
  const { status, text } = await ask(server, tokens.get(who) ?? '', `/api/v1/${path}?${attributes.map((one) => `attribute=${encodeURIComponent(one)}`).join('&')}`);
  assert.equal(status, 200, text);
  const shown = text.toLowerCase();
  for (const token of storedTokens) assert.ok(!shown.includes(token.toString('hex')) && !text.includes(token.toString('base64')));
  return text;
}
/** What a search may look by; made as the server makes them. */
let storedTokens: Buffer[] = [];

test('who may search finds spans by a sealed value, equal and whole, of fields that they see, in spans that they see', async () => {
  const own = new Tokens(deriveKey(openRootKey({ file: `${data}.key`, dataDir: data }), 'tokens'));
  storedTokens = [['span', 'user.email', `${MARK}@example.org`], ['event', 'user.email', `${MARK}-event@example.org`], ['message', '', `${MARK} message`]].map(([place, name, value]) => Buffer.from(own.of(DEFAULT_TENANT, tokenField(place as TokenPlace, name!), value!)));
  const [mail, seen, note, message] = [`user.email=${MARK}@example.org`, `user.email=${MARK}-event@example.org`, `desk.note=${MARK}-desk`, `field:message=${MARK} message`];
  for (const who of ['investigator', 'clerk']) {
    for (const filters of [[mail], [seen], [message], [`span:${mail}`], [`event:${seen}`], ['age=42', mail, 'http.route=/cart'], [`user.email!=other`, mail]]) assert.deepEqual(await found(who, ...filters), [trace], `${who} ${filters.join(' ')}`);
    for (const filters of [[`event:${mail}`], [`span:${seen}`], [`resource:${mail}`], [`user.email=${MARK}`], [`user.email=${MARK.toUpperCase()}@example.org`], [`user.email~${MARK}`], [`user.email=~${MARK}.*`], [mail, 'age=43'], [mail, `user.email!=${MARK}@example.org`], [`user.id=${MARK}-1`], [`card.holder=${MARK} holder`], [`tags=${MARK}`]]) assert.deepEqual(await found(who, ...filters), [], `${who} ${filters.join(' ')}`);
    assert.match(await searched(who, 'search/histogram', [mail]), /[\[,]1[,\]]/);
    assert.match(await searched(who, 'search/points', [mail]), new RegExp(trace));
  }
  assert.deepEqual(await found('reader', mail), [trace], 'an analyst');
  assert.deepEqual([await found('investigator', note), await found('officer', note)], [[], [trace]], 'restricted');
  assert.deepEqual([await found('investigator', `user.email=${MARK}-vault@example.org`), await found('clerk', `user.email=${MARK}-vault@example.org`)], [[trace], []], 'another service');
});

test('who may not search is answered the same for a guess that is right and for one that is wrong', async () => {
  for (const who of ['viewer', 'vic', 'admin']) {
    const guesses: readonly (readonly [string, string])[] = [[`user.email=${MARK}@example.org`, `user.email=${MARK}@example.net`], ['age=42', 'age=43'], [`field:message=${MARK} message`, `field:message=${MARK} massage`], [`user.email!=${MARK}@example.org`, `user.email!=${MARK}@example.net`]];
    for (const [right, wrong] of who === 'viewer' ? guesses : guesses.slice(0, 1)) {
      for (const path of ['search', 'search/histogram', 'search/points']) {
        const [one, other] = [await searched(who, path, [right]), await searched(who, path, [wrong])].map((text) => text.replace(/"(?:start|end|stepNano)":"\d+"|"startOffset":\[[^\]]*\]/g, ''));
        assert.equal(one, other, `${who} ${path} ${right}`);
      }
    }
    assert.deepEqual(await found(who, `user.email=${MARK}@example.org`), []);
    assert.deepEqual(await found(who, 'user.email=[sealed]'), [trace], 'what stands there');
  }
});

test('who has the database and a dictionary, but not the root key, makes none of its tokens', async () => {
  await server.stop();
  const rootKey = openRootKey({ file: `${data}.key`, dataDir: data });
  const store = await Store.open({ dataDir: data, rootKey, config: { retention: { default: { days: 30 } }, diskBytesMax: null, diskFreeBytesMin: 0 } });
  const rows = await store.query<{ token: string; tenant: string; trace: string }>('SELECT lower(hex(token)) AS token, toString(tenant) AS tenant, toString(trace) AS trace FROM sealed_tokens', {}, { deadline_ms: 10_000, rows_max: 1_000 });
  await store.close();
  const stored = new Set(rows.map(({ token }) => token));
  assert.deepEqual(storedTokens.filter((token) => !stored.has(token.toString('hex'))), [], `with the root key they are made, of ${rows.length}`);
  const dictionary = [`${MARK}@example.org`, `${MARK}-event@example.org`, `${MARK} message`, `${MARK}-1`, '42', `${MARK}-desk`];
  const fields = ['\0subject', 'message', ...['span', 'event'].flatMap((place) => ['user.email', 'user.id', 'desk.note', 'age'].map((name) => `${place}:${name}`))];
  const known = [new Uint8Array(32), new Uint8Array(0), Buffer.from('tokens'), Buffer.from(DEFAULT_TENANT), ...[...stored].map((token) => Buffer.from(token, 'hex'))];
  for (const value of dictionary) {
    for (const one of known) {
      assert.ok(!stored.has(createHmac('sha256', one).update(value).digest('hex').slice(0, 32)));
      for (const field of fields) assert.ok(!stored.has(Buffer.from(new Tokens(new Secret(one)).of(DEFAULT_TENANT, field, value)).toString('hex')), field);
    }
    assert.ok(!stored.has(createHash('sha256').update(value).digest('hex').slice(0, 32)));
  }
});

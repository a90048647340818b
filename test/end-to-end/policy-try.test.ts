/**
 * A policy before it counts, as a privacy officer meets it: `tracekeep policy try` on a file and on what a running server and a stopped one have
 * stored, the same over the query API, and presets.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { addProducer, createToken, lastLine, startServer, temporaryFolder, type TestServer, tracekeep } from '#harness';
import { verbHere } from '#harness/verbs';
import { storedBodies } from '#harness/stored-bodies';
import { ask, askWell, exportOf, type Json, sendWell, spanOf } from '#harness/exchange';

const SECRET = 'hunter2-correct-horse';
const MAIL = 'ada.lovelace@example.org';
const POLICY = `version: 2
rules:
  - { id: mails-stay, keys: [mail], recognized: [email], action: keep }
  - { id: no-notes, keys: [note], action: drop }
  - { id: rest, recognized: any, action: replace }
`;

interface Tried {
  readonly spans: number;
  readonly more: boolean;
  readonly changes: readonly { readonly service: string; readonly place: string; readonly key: string; readonly kind: string; readonly action: string; readonly rule: string | null; readonly count: number; readonly today: Json | null; readonly differs: boolean }[];
  readonly weakenings?: readonly { readonly rule: string }[];
}

const folder = temporaryFolder();
const policyFile = join(folder, 'policy.yaml');
const requestsFile = join(folder, 'requests.jsonl');
const requests = [1, 2].map(() => exportOf([spanOf({ mail: MAIL, note: 'by the door', 'db.password': SECRET, plain: 'x' })], 'shop'));
let server: TestServer;
let token = '';

const told = ({ changes }: Tried): string[] => changes.map(({ service, key, kind, today, action, rule, count, differs }) => `${service} ${key} ${kind}: ${today === null ? '-' : String(today['action'])} > ${action} by ${rule ?? '-'}, ${count}${differs ? '' : ' same'}`).sort();

/** Nothing that anybody sent is shown. */
function parsed(text: string): Tried {
  for (const sent of [SECRET, MAIL, 'hunter', 'lovelace', 'by the door', 'door']) assert.ok(!text.includes(sent), `${sent} is shown`);
  return JSON.parse(text) as Tried;
}

before(async () => {
  server = await startServer();
  token = await createToken(server.data, 'viewer');
  const key = await addProducer(server.data, 'shop');
  writeFileSync(policyFile, POLICY);
  writeFileSync(requestsFile, requests.map((request) => JSON.stringify(request)).join('\n'));
  for (const request of requests) await sendWell(server, key, request);
});

const OF_REQUESTS = ['shop db.password password: replace > replace by rest, 2 same', 'shop mail email: replace > keep by mails-stay, 2', 'shop note field: - > drop by no-notes, 2'];

test('the requests of a file, under the policy and under the one in force', async () => {
  const { code, stdout, stderr } = await tracekeep(['policy', 'try', policyFile, '--otlp', requestsFile, '--json', '--data', server.data]);
  assert.equal(code, 0, stderr);
  const tried = parsed(stdout);
  assert.deepEqual(told(tried), OF_REQUESTS);
  assert.ok(tried.weakenings!.some(({ rule }) => rule === 'mails-stay'));
  const text = lastTable(await verbHere(['policy', 'try', policyFile, '--otlp', requestsFile, '--data', join(folder, 'nothing')]));
  assert.match(text, /^Would change:\nSERVICE .*\nshop +mail +email +2 +replace +keep +mails-stay +\[aaa\.aaaaaaaa/m);
  assert.match(text, /Weaker than the policy in force[^]*\n +mails-stay: /);
});

test('requests that no server would take are told, and are no trial if there are no others', async () => {
  const file = join(folder, 'unreadable.jsonl');
  writeFileSync(file, `${JSON.stringify(requests[0])}\nnonsense\n`);
  const some = await verbHere(['policy', 'try', policyFile, '--otlp', file, '--json', '--data', server.data]);
  assert.deepEqual([some.code, parsed(some.stdout).changes.length > 0], [0, true]);
  assert.match(some.stderr, /1 of 2 requests are refused/);
  writeFileSync(file, 'nonsense\n');
  const none = await verbHere(['policy', 'try', policyFile, '--otlp', file, '--json', '--data', server.data]);
  assert.deepEqual([none.code, parsed(none.stdout).changes], [1, []]);
  assert.match(none.stderr, /1 of 1 requests are refused: nothing could be tried/);
});

test('a dry run of the policy in force counts what the server has counted', async () => {
  const inForce = join(folder, 'in-force.yaml');
  writeFileSync(inForce, (await askWell<{ text: string }>(server, token, '/api/v1/policy')).text);
  const { stdout } = await verbHere(['policy', 'try', inForce, '--otlp', requestsFile, '--json', '--data', server.data]);
  const { changes } = parsed(stdout);
  const { totals } = await askWell<{ totals: { minimized: Record<string, number> } }>(server, token, '/api/v1/accounting');
  assert.deepEqual(Object.fromEntries(changes.map(({ kind, count }) => [kind, count])), totals.minimized);
  assert.ok(changes.length > 0 && changes.every(({ differs }) => !differs));
});

test('what is stored: what more would go, and what went that would be kept from now on', async () => {
  const { code, stdout, stderr } = await tracekeep(['policy', 'try', policyFile, '--since', '1h', '--json', '--data', server.data]);
  assert.equal(code, 0, stderr);
  const tried = parsed(stdout);
  assert.deepEqual([tried.spans, tried.more, told(tried)], [2, false, OF_REQUESTS]);
  const text = lastTable(await verbHere(['policy', 'try', policyFile, '--data', server.data]));
  assert.match(text, /2 spans of the last 1h\n.*does not come back/);
});

test('the query API answers the same to a viewer, and refuses what is no policy', async () => {
  const since = Date.now() - 3_600_000;
  const answer = await post('/api/v1/policy/try', { text: POLICY, since });
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(told(parsed(answer.text)), OF_REQUESTS);
  const wrong = await post('/api/v1/policy/try', { text: 'version: 2\nrules: 7', since });
  assert.deepEqual([wrong.status, (JSON.parse(wrong.text) as { error: { code: string }; problems: { line: number }[] }).problems[0]?.line], [422, 2]);
  assert.equal((await post('/api/v1/policy/try', { text: POLICY, since: Date.now() + 60_000 })).status, 400);
});

test('presets are texts of policies, by verb and by route', async () => {
  const { presets } = await askWell<{ presets: { name: string }[] }>(server, token, '/api/v1/policy/presets');
  for (const { name } of presets) {
    const { text } = await askWell<{ text: string }>(server, token, `/api/v1/policy/presets/${name}`);
    const printed = await verbHere(['policy', 'preset', name]);
    assert.equal(printed.stdout, text);
  }
  assert.equal((await ask(server, token, '/api/v1/policy/presets/none')).status, 404);
  assert.match((await tracekeep(['policy', 'preset'])).stdout, /gdpr[^]*pci-dss[^]*hipaa/);
});

test('a Collector configuration becomes a policy that can be tried, and what is left out is named', async () => {
  const collector = join(folder, 'collector.yaml');
  const file = join(folder, 'imported.yaml');
  writeFileSync(collector, 'processors:\n  attributes:\n    actions:\n      - { key: note, action: delete }\n      - { key: x, action: insert, value: 1 }\n');
  const made = await tracekeep(['policy', 'import', collector]);
  assert.equal(made.code, 1);
  assert.match(made.stderr, /collector\.yaml:5: attributes: insert x: /);
  writeFileSync(file, made.stdout);
  const tried = parsed((await verbHere(['policy', 'try', file, '--otlp', requestsFile, '--json', '--data', server.data])).stdout);
  assert.ok(told(tried).includes('shop note field: - > drop by attributes-delete-note, 2'), told(tried).join('\n'));
});

test('a stopped data directory is opened for the question', async () => {
  await server.stop();
  const { code, stdout, stderr } = await tracekeep(['policy', 'try', policyFile, '--since', '1h', '--json', '--data', server.data]);
  assert.equal(code, 0, stderr);
  assert.deepEqual(told(parsed(stdout)), OF_REQUESTS);
  assert.match(stderr, /no server is running/);
  const reads = (await storedBodies(server.data)).map(({ closed }) => JSON.stringify(closed)).filter((closed) => closed.includes('policy.try'));
  assert.ok(reads.some((read) => read.includes('tracekeep policy try')) && reads.some((read) => read.includes('POST /api/v1/policy/try')), 'who looked is in the log');
});

function lastTable(done: { readonly code: number | null; readonly stdout: string; readonly stderr: string }): string {
  lastLine(done);
  assert.ok(!done.stdout.includes(MAIL));
  return done.stdout;
}

async function post(path: string, body: Json): Promise<{ status: number; text: string }> {
  const response = await fetch(server.console + path, { method: 'POST', headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` }, body: JSON.stringify(body) });
  return { status: response.status, text: await response.text() };
}

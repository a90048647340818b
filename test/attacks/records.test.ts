/** Attacks on what the log keeps of people: floods that would make it grow, changes without the right to make them, an older control database put in place. */
import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { addProducer, createToken, lastLine, startServer, temporaryFolder, until, type TestServer } from '#harness';
import { verbHere } from '#harness/verbs';
import { storedBodies } from '#harness/stored-bodies';

const data = join(temporaryFolder(), 'data');
const file = join(data, 'control', 'control.sqlite');
let server: TestServer;
let viewer = '';
let admin = '';
/** An administrator of another tenant. */
let stranger = '';
let began = 0;

before(async () => {
  await addProducer(data, 'shop');
  [viewer, admin, stranger] = [await createToken(data, 'viewer'), await createToken(data, 'admin'), await createToken(data, 'admin', ['--tenant', 'other'])];
  copyFileSync(file, `${file}.old`);
  began = performance.now();
  server = await startServer({ data, cheapPasswords: true });
});

interface Event {
  readonly finding_info: { readonly uid: string; readonly analytic: { readonly uid: string } };
  readonly severity_id: number;
  readonly status_id: number;
}

interface Entry {
  readonly index: number;
  readonly type: string;
  readonly statement?: string | null;
}

async function ask(path: string, token: string, body?: object): Promise<{ readonly status: number; readonly code: string | undefined; readonly findings: readonly Event[]; readonly entries: readonly Entry[]; readonly closed: string | null }> {
  const answer = await fetch(`${server.console}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const json = (await answer.json()) as { readonly error?: { readonly code: string }; readonly findings?: readonly Event[]; readonly entries?: readonly Entry[]; readonly closed?: string | null };
  return { status: answer.status, code: json.error?.code, findings: json.findings ?? [], entries: json.entries ?? [], closed: json.closed ?? null };
}

test('a flood of failed sign-ins makes the log hardly longer than an entry a second, and repeats no name', { timeout: 60_000 }, async () => {
  const attempt = async (name: string): Promise<void> => {
    const answer = await fetch(`${server.console}/api/v1/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name, password: 'a wrong password' }) });
    await answer.text();
  };
  const FLOOD = 200;
  for (let at = 0; at < FLOOD; at += 20) await Promise.all(Array.from({ length: 20 }, (_, n) => attempt(`victim-${at + n}`)));
  await server.stop();
  const seconds = (performance.now() - began) / 1_000;
  const failed = (await storedBodies(data)).filter(({ type, statement }) => type === 'sign-in' && statement['what'] === 'failed');
  const sum = failed.reduce((all, { statement }) => all + Number(statement['attempts']), 0);
  // Those that found the room for passwords full were not looked at.
  assert.ok(sum > FLOOD / 2 && sum <= FLOOD, String(sum));
  assert.ok(failed.length <= (4 * seconds) / 3 + 2, `${failed.length} entries in ${seconds} s`);
  assert.ok(!JSON.stringify(failed).includes('victim'));
});

test('an older copy of the control database, in which a revoked key is valid, is found and named', { timeout: 60_000 }, async () => {
  lastLine(await verbHere(['producer', 'revoke', 'shop', '--data', data]));
  server = await startServer({ data });
  await server.stop();
  copyFileSync(`${file}.old`, file);
  server = await startServer({ data });
  const rollback = async (): Promise<Event | undefined> => (await ask('/api/v1/findings', viewer)).findings.find(({ finding_info }) => finding_info.analytic.uid === 'control.rollback');
  await until(async () => (await rollback()) !== undefined, 'the finding is there');
  assert.equal((await rollback())?.severity_id, 5);
  assert.match(server.stderr, /The control database is older than the log/);
});

test('nobody but an administrator closes a finding', async () => {
  const { findings } = await ask('/api/v1/findings', viewer);
  const path = `/api/v1/findings/${findings[0]?.finding_info.uid}/status`;
  assert.deepEqual([(await ask(path, viewer, { status_id: 4 })).code, (await ask(path, 'tt_nobody', { status_id: 4 })).status], ['action_forbidden', 401]);
  assert.deepEqual((await ask('/api/v1/findings', viewer)).findings, findings);
  assert.equal((await ask(path, admin, { status_id: 4 })).status, 200);
  assert.deepEqual((await ask('/api/v1/findings', viewer)).findings, []);
});

test('no viewer, and nobody of another tenant, is told what the log says of who read what', async () => {
  // Refusals of strangers stand in entries of their own, which name no reader.
  const ofReader = async (index: number): Promise<boolean> => /"readers":\[\{"id":"t_/.test((await ask(`/api/v1/log/entries/${index}`, admin)).closed ?? '');
  const read = { index: -1 };
  await until(async () => {
    const { entries } = await ask('/api/v1/log/entries?limit=200', viewer);
    assert.ok(entries.every(({ statement }) => statement === undefined));
    for (const { index } of entries.filter(({ type }) => type === 'access')) if (read.index < 0 && (await ofReader(index))) read.index = index;
    return read.index >= 0;
  }, 'a read is recorded');
  const path = `/api/v1/log/entries/${read.index}`;
  assert.deepEqual([(await ask(path, viewer)).code, (await ask(path, stranger)).code, (await ask(path, 'tt_nobody')).status], ['action_forbidden', 'not_found', 401]);
  const { entries } = await ask('/api/v1/log/entries?limit=200', stranger);
  assert.equal(entries.find(({ index }) => index === read.index)?.statement, null);
  const keys = entries.find(({ type }) => type === 'log-key')?.index;
  assert.equal((await ask(`/api/v1/log/entries/${keys}`, stranger)).closed, null);
  for (const index of ['-1', '1e9', '1.5', "0'--", '99999999999999999999']) assert.ok([400, 404].includes((await ask(`/api/v1/log/entries/${index}`, admin)).status), index);
});

/** Attacks on what the log keeps of people: floods that would make it grow, changes without the right to make them, an older control database put in place. */
import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { addProducer, createToken, lastLine, startServer, temporaryFolder, tracekeep, until, type TestServer } from '#harness';
import { storedBodies } from '#harness/stored-bodies';

const data = join(temporaryFolder(), 'data');
const file = join(data, 'control', 'control.sqlite');
let server: TestServer;
let viewer = '';
let admin = '';
let began = 0;

before(async () => {
  await addProducer(data, 'shop');
  [viewer, admin] = [await createToken(data, 'viewer'), await createToken(data, 'admin')];
  copyFileSync(file, `${file}.old`);
  began = performance.now();
  server = await startServer({ data });
});

interface Event {
  readonly finding_info: { readonly uid: string; readonly analytic: { readonly uid: string } };
  readonly severity_id: number;
  readonly status_id: number;
}

async function ask(path: string, token: string, body?: object): Promise<{ readonly status: number; readonly code: string | undefined; readonly findings: readonly Event[] }> {
  const answer = await fetch(`${server.console}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const json = (await answer.json()) as { readonly error?: { readonly code: string }; readonly findings?: readonly Event[] };
  return { status: answer.status, code: json.error?.code, findings: json.findings ?? [] };
}

test('a flood of failed sign-ins makes the log no longer than an entry a second, and repeats no name', { timeout: 60_000 }, async () => {
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
  assert.ok(failed.length <= seconds + 2, `${failed.length} entries in ${seconds} s`);
  assert.ok(!JSON.stringify(failed).includes('victim'));
});

test('an older copy of the control database, in which a revoked key is valid, is found and named', { timeout: 60_000 }, async () => {
  lastLine(await tracekeep(['producer', 'revoke', 'shop', '--data', data]));
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

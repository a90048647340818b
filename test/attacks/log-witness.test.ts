/**
 * Attacks on the log by whoever owns the machine, its data and its signing keys: nothing on that machine could show them, a witness elsewhere does.
 */
import assert from 'node:assert/strict';
import { cpSync, renameSync, rmSync } from 'node:fs';
import { before, test } from 'node:test';
import { Authority } from '#authority';
import { addProducer, createToken, startServer, startWitness, temporaryFolder, type TestServer, type TestWitness, tracekeep, until } from '#harness';
import { verbHere } from '#harness/verbs';
import { ask, askWell, exportOf, sendWell, spanOf } from '#harness/exchange';
import { LogReader, readCheckpoint } from '#harness/log-reader';

const data = `${temporaryFolder()}/data`;
let server: TestServer;
let witness: TestWitness;
let vkeys: readonly string[];
let key = '';
let token = '';
/** What the witness had cosigned before the attack. */
let cosigned = 0;

interface State {
  readonly size: number;
  readonly held: string | null;
  readonly published: { readonly size: number };
  readonly witnesses: readonly { readonly state: string; readonly failure: string | null }[];
}
const state = (): Promise<State> => askWell<State>(server, token, '/api/v1/log');

/** Sends one span after another until the log is so large. */
async function growTo(size: number): Promise<void> {
  while ((await state()).size < size) await sendWell(server, key, exportOf([spanOf()]));
}

before(async () => {
  const first = await startServer({ data });
  [key, token] = [await addProducer(data, 'shop'), await createToken(data, 'admin')];
  vkeys = (await verbHere(['log', 'vkeys', '--data', data])).stdout.trimEnd().split('\n');
  await first.stop();
  // On another machine, so over TLS.
  const authority = Authority.create({ folder: `${data}.ca`, dataDir: data, trustDomain: 'example.org', name: 'Test', valid_ms: 86_400_000 });
  const { files } = authority.issue({ kind: 'witness', name: 'witness', id: 'spiffe://example.org/witness', dns: [], ips: ['127.0.0.1'], valid_ms: 86_400_000 });
  witness = await startWitness('witness.example', vkeys, { args: ['--tls-cert', files.certificate, '--tls-key', files.key] });
  // Data, keys of the log and its newest checkpoint: all that this machine knows.
  for (const part of ['', '.log']) cpSync(`${data}${part}`, `${data}${part}.old`, { recursive: true });

  const flags = [...witness.flags, '--witness-ca', authority.files.certificate, '--witness-quorum', '1'];
  server = await startServer({ data, args: flags });
  await growTo(8);
  await until(async () => (await state()).published.size >= 8, 'it is published');
  await server.stop();
  cosigned = readCheckpoint((await verbHere(['log', 'checkpoint', '--data', data])).stdout, [...vkeys, ...witness.vkeys]).size;

  for (const part of ['', '.log']) {
    rmSync(`${data}${part}`, { recursive: true });
    renameSync(`${data}${part}.old`, `${data}${part}`);
  }
  // With everything rolled back together the server itself cannot know.
  server = await startServer({ data, args: flags });
});

test('who puts back older copies of data, keys and checkpoint does not get them witnessed, and everybody hears of it', async () => {
  await until(async () => (await state()).witnesses[0]?.state === 'refused', 'the witness refuses');
  const { published, witnesses } = await state();
  assert.ok(published.size < cosigned);
  assert.match(witnesses[0]?.failure ?? '', /entries of this log are gone/);
  assert.match(server.stderr, /A witness has seen more of the log than there is/);
  await until(async () => (await titles()).includes('A witness has seen more of the log than there is'), 'it is a finding');
  await until(() => /refused a rollback of /.test(witness.stderr), 'the witness says it on its own console');
});

test('who then writes another history and signs it with the real keys does not get it witnessed or published', async () => {
  const before = (await state()).published.size;
  await growTo(cosigned + 3);
  await until(async () => (await titles()).includes('A witness knows another history of the log'), 'it is a finding');
  const { held, witnesses } = await state();
  assert.match(held ?? '', /^0 of the 1 witnesses/);
  assert.match(witnesses[0]?.failure ?? '', /does not continue the one of size/);
  // Readers still see what was witnessed, and cannot be shown the other history.
  const checkpoint = await new LogReader(`${server.console}/log`, vkeys).checkpoint();
  assert.equal(checkpoint.size, before);
  assert.equal((await ask(server, null, `/log/tile/entries/000.p/${cosigned}`)).status, 404);
});

test('who signed two histories cannot deny it: the witness keeps what it refused, signed with the real keys', async () => {
  const status = await tracekeep(['witness', 'status', '--data', witness.data, '--json']);
  const { logs, refused } = JSON.parse(status.stdout) as { logs: { size: number; note: string }[]; refused: { suspicion: string; size: number; note: string; against: string }[] };
  assert.equal(logs[0]?.size, cosigned, 'and what it cosigned stands');
  assert.deepEqual([...new Set(refused.map(({ suspicion }) => suspicion))].sort().filter((one) => one !== 'fork'), ['rollback', 'unproven']);
  for (const { note, against } of refused) {
    assert.equal(readCheckpoint(note, vkeys).signers.length, 2, 'signed with both keys of the log');
    assert.equal(readCheckpoint(against, [...vkeys, ...witness.vkeys]).signers.length, 4);
  }
  await server.stop();
});

async function titles(): Promise<string[]> {
  const { findings } = await askWell<{ findings: { finding_info: { title: string } }[] }>(server, token, '/api/v1/findings?limit=100');
  return findings.map(({ finding_info }) => finding_info.title);
}

/** Where the sealing root is a passphrase, no server opens anything, and whoever knows it opens what is sealed by a verb, while no server runs on the data. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { addProducer, CHEAP_ARGON2, startServer, temporaryFolder } from '#harness';
import { verbHere } from '#harness/verbs';

const folder = temporaryFolder();
const data = join(folder, 'data');
const TRACE = 'ab'.repeat(16);
const MAIN = join(import.meta.dirname, '../../src/main.ts');
const PASSPHRASE = 'twelve old gates and no key';

/** With the passphrase on standard input. The pool of threads is left to the verb, which replaces its process for it, and must not lose what it is given. */
function verb(passphrase: string, ...words: readonly string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const { UV_THREADPOOL_SIZE: _, ...env } = process.env;
  return spawnSync(process.execPath, ['--import', CHEAP_ARGON2, MAIN, ...words, '--data', data, '--sealing-root', 'passphrase', '--passphrase-fd', '0'], { input: `${passphrase}\n`, encoding: 'utf8', env });
}

test('what was sealed under a passphrase is opened by who knows it, and not beside a running server', { timeout: 120_000 }, async () => {
  const policy = join(folder, 'policy.yaml');
  writeFileSync(policy, 'version: 2\nrules:\n  - id: person\n    keys: [user.id]\n    action: { seal: { subject: true } }\n');
  const key = await addProducer(data, 'shop');
  assert.equal((await verbHere(['policy', 'apply', policy, '--data', data])).code, 0);
  const made = verb(PASSPHRASE, 'keys', 'rotate');
  assert.equal(made.status, 0, made.stderr);
  const server = await startServer({ data, args: ['--workers', '1', '--sealing-root', 'passphrase'] });
  const now = BigInt(Date.now()) * 1_000_000n;
  const span = { traceId: TRACE, spanId: '01'.repeat(8), name: 'op', startTimeUnixNano: String(now), endTimeUnixNano: String(now + 1n), attributes: [{ key: 'user.id', value: { stringValue: 'ann' } }] };
  const body = JSON.stringify({ resourceSpans: [{ resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] }, scopeSpans: [{ spans: [span] }] }] });
  const sent = await fetch(`${server.otlpHttp}/v1/traces`, { method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' }, body });
  assert.deepEqual([sent.status, await sent.text()], [200, '{}']);
  const questions = [['subject', 'export', 'ann', '--reason', 'access request'], ['evidence', 'export', TRACE, '--reveal', 'for the court', '-o', '-']] as const;
  for (const words of questions) assert.match(verb(PASSPHRASE, ...words).stderr, /never gets the passphrase/);
  await server.stop();
  assert.match(verb(`${PASSPHRASE}!`, ...questions[0]).stderr, /sealing_root_wrong/);
  for (const words of questions) {
    const { status, stdout, stderr } = verb(PASSPHRASE, ...words);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /"ann"/);
  }
});

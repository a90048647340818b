/** `tracekeep policy apply` and `revert` on a running server, and what stays provable of spans that were stored under versions before. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startServer, temporaryFolder, tracekeep, until } from '#harness';
import { verbHere } from '#harness/verbs';
import { makeCredentials } from '#harness/credentials';
import { ask, askWell, exportOf, sendWell, spanOf } from '#harness/exchange';

const home = temporaryFolder();
const data = join(home, 'data');
const file = join(home, 'policy.yaml');
const textOf = (name: string): string => `# of ${name}\nversion: 2\nrules:\n  - { id: ${name}, keys: [user.secret], action: { replace: { with: under-${name} } } }\nrestricted: [user.secret]\n`;

/** The first time a program, then in this process. */
let run = tracekeep;

async function policy(...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(['policy', ...words, '--data', data]);
  run = verbHere;
  assert.equal(code, 0, stderr);
  return stdout;
}
async function apply(name: string): Promise<string> {
  writeFileSync(file, textOf(name));
  return policy('apply', file, '--note', `about ${name}`);
}

test('policies are changed under a running server, and spans of each version stay provable', { timeout: 120_000 }, async () => {
  assert.match(await apply('first'), /^version 2 of the policy, in force from the next start of the server/, 'without a server');
  const server = await startServer({ data });
  const { key, token } = await makeCredentials(data);
  const stored = async (): Promise<string> => {
    const span = spanOf({ 'user.secret': 'of nobody' });
    await sendWell(server, key, exportOf([span]));
    return String(span['traceId']);
  };
  const traces = [await stored()];
  assert.match(await apply('second'), /^version 3 of the policy, in force since block \d+\ndigest [0-9a-f]{64}\n/);
  traces.push(await stored());
  assert.match(await policy('revert', '2'), /^version 4 of the policy, in force since block \d+\n/);
  traces.push(await stored());
  await apply('third');
  traces.push(await stored());

  for (const [at, name] of ['first', 'second', 'first', 'third'].entries()) {
    const path = `/api/v1/traces/${traces[at]}`;
    assert.ok((await ask(server, token, path)).text.includes(`[under-${name}]`), `${name} of ${at}`);
    // The first text was told the log twice, and is not the one in force.
    let evidence = '';
    await until(async () => (({ text: evidence } = await ask(server, token, `${path}/evidence?omit=user.secret`)).status === 200), 'the log is published');
    assert.ok(evidence.includes(traces[at]!) && !evidence.includes(`[under-${name}]`), 'its value was restricted by the policy of its block');
  }
  const { versions } = await askWell<{ versions: readonly { version: number; by: string; note: string }[] }>(server, token, '/api/v1/policy/versions');
  assert.deepEqual(versions.map(({ version, by, note }) => [version, by, note]), [[5, 'command line', 'about third'], [4, 'command line', 'as version 2'], [3, 'command line', 'about second'], [2, 'command line', 'about first'], [1, 'server', '']]);
  assert.equal((await tracekeep(['verify', '--data', data])).code, 0);
  await server.stop();
});

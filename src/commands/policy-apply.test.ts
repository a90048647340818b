import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, mock, test } from 'node:test';

import { DEFAULT_POLICY_TEXT } from '#policy/default-text';

import { adminSocketPath } from './admin.ts';
import { runCommandLine } from './commands.ts';

const WEAKER = '# cards are ours\nversion: 2\nrules:\n  - { id: cards, recognized: [card], action: keep }\n  - { id: rest, recognized: any, action: replace }\n';
let home = '';
let printed = '';
let noted = '';

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tracekeep-policy-verbs-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** On a data directory that no server has open. */
const policy = (...words: readonly string[]): Promise<number> => run('policy', ...words, '--data', join(home, 'data'));

/** The exit code of a verb. */
async function run(...words: readonly string[]): Promise<number> {
  [printed, noted] = ['', ''];
  const out = process.stdout.write.bind(process.stdout);
  // The test runner talks to its parent over standard output too, in bytes.
  mock.method(process.stdout, 'write', (text: string | Uint8Array) => (typeof text === 'string' ? ((printed += text), true) : out(text)));
  mock.method(process.stderr, 'write', (text: string) => ((noted += text), true));
  try {
    return await runCommandLine(words);
  } finally {
    mock.restoreAll();
  }
}
function written(text: string): string {
  const path = join(home, 'policy.yaml');
  writeFileSync(path, text);
  return path;
}

test('policy apply says what is in force when, and what it keeps that was not kept before', async () => {
  assert.equal(await policy('apply', written(WEAKER), '--note', 'ours'), 0);
  assert.match(printed, /^version 2 of the policy, in force from the next start of the server.*\ndigest [0-9a-f]{64}\nweaker than the version before:\n(- .*\n)*- A recognized card was replaced and is now kept/);
  assert.equal(await policy('apply', written(WEAKER)), 0);
  assert.match(printed, /^version 2 of the policy has this text already and is in force: nothing changed\n/);
  assert.equal(await policy('revert', '1', '--json'), 0);
  const { applied, version, pending } = JSON.parse(printed) as Record<string, unknown>;
  assert.deepEqual([applied, version, pending], [true, 3, true]);
  assert.equal(await policy('revert', '7'), 1);
  assert.match(noted, /name_unknown: .*version 7 of the policy/);
  assert.equal(await policy('revert', 'first'), 2);
});

test('policy apply whose answer is lost with the server says where to look whether it counted', async () => {
  mkdirSync(join(home, 'data'), { recursive: true });
  const server = createServer((socket) => socket.on('data', () => socket.destroy()));
  await new Promise<void>((resolve) => server.listen(adminSocketPath(join(home, 'data')), resolve));
  try {
    assert.equal(await policy('apply', written(WEAKER)), 1);
    assert.match(noted, /cannot tell whether the change counts: look at `tracekeep policy history`/);
  } finally {
    server.close();
  }
});

test('policy apply of a text with errors names them as policy check does, and changes nothing', async () => {
  await policy('apply', written(WEAKER));
  assert.equal(await policy('apply', written('version: 2\nrules:\n  - id: x\n    action: burn\n')), 1);
  const problems = printed;
  assert.match(problems, /policy\.yaml:4:13: error: /);
  assert.equal(await policy('apply', written('version: 2\nrules:\n  - id: x\n    action: burn\n'), '--json'), 1);
  const { applied, problems: told } = JSON.parse(printed) as { applied: boolean; problems: readonly { readonly line: number; readonly column: number }[] };
  assert.deepEqual([applied, told[0]!.line, told[0]!.column], [false, 4, 13]);
  assert.match(noted, /policy\.yaml cannot be applied: 1 error/);
  assert.equal(await run('policy', 'check', join(home, 'policy.yaml')), 1);
  assert.equal(printed, problems);
  await policy('history', '--json');
  assert.equal((JSON.parse(printed) as { versions: unknown[] }).versions.length, 2);
});

test('policy history, show and diff look back, at texts as they were written', async () => {
  await policy('apply', written(WEAKER), '--note', 'ours');
  assert.equal(await policy('history'), 0);
  assert.match(printed, /^VERSION +SINCE +BY +APPROVED BY +RULES +WEAKER +DIGEST +NOTE\n2 +\S+ +command line +- +2 +\d+ +[0-9a-f]{12} +ours\n1 +\S+ +server /);
  await policy('show');
  assert.equal(printed, WEAKER);
  await policy('show', '1');
  assert.equal(printed, DEFAULT_POLICY_TEXT);
  await policy('show', '2', '--json');
  assert.deepEqual((JSON.parse(printed) as { document: { rules: { id: string }[] } }).document.rules.map(({ id }) => id), ['cards', 'rest']);
  await policy('diff', '1');
  assert.match(printed, /^--- version 1\n\+\+\+ version 2\n/);
  assert.match(printed, /\n\+ {2}- \{ id: cards, /);
  assert.equal(await policy('show', '9'), 1);
});

test('a change that somebody else has to approve waits, and the command line does not approve its own', async () => {
  assert.equal(await policy('apply', written(WEAKER), '--policy-approval', 'weakening'), 0);
  const [, id = ''] = /^proposal (q_[0-9a-f]{16}) of the policy, not in force\n/.exec(printed) ?? [];
  assert.match(noted, /somebody else has to approve it/);
  assert.equal(await policy('approve', id), 1);
  assert.match(noted, /policy_own_proposal/);
  await policy('show', '--proposal');
  assert.equal(printed, WEAKER);
  await policy('history');
  assert.match(noted, new RegExp(`proposal ${id} of command line waits`));
  assert.equal(await policy('reject', id), 0);
  assert.equal(await policy('show', '--proposal'), 1);
  await policy('show');
  assert.equal(printed, DEFAULT_POLICY_TEXT);
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, mock, test } from 'node:test';

import { readPolicy } from '#policy/read';

import { runCommandLine } from './commands.ts';
import { problemText } from './policy-file.ts';

let folder = '';
let printed = '';
let noted = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tracekeep-policy-'));
  printed = noted = '';
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The exit code. The test runner talks to its parent over standard output too, in bytes: only texts are ours. */
async function run(...words: readonly string[]): Promise<number> {
  const write = process.stdout.write.bind(process.stdout);
  mock.method(process.stdout, 'write', (text: string | Uint8Array) => (typeof text === 'string' ? ((printed += text), true) : write(text)));
  mock.method(process.stderr, 'write', (text: string) => ((noted += text), true));
  try {
    return await runCommandLine(['policy', ...words]);
  } finally {
    mock.restoreAll();
  }
}

function file(name: string, text: string | Uint8Array): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

const RIGHT = 'version: 2\nrules: [{ id: users, keys: [user.*], action: drop }]\n';

test('what is right exits with 0 and says the digest; what is wrong exits with 1 and says where, what and what to do', async () => {
  const right = file('right.yaml', RIGHT);
  assert.equal(await run('check', right), 0);
  assert.match(printed, /right\.yaml: can be applied, 1 rule, no problems, digest [0-9a-f]{64}\n$/);
  const wrong = file('wrong.yaml', 'version: 2\nrules:\n  - { id: a, keys: [b], action: hash }\n');
  printed = '';
  assert.equal(await run('check', right, wrong), 1);
  assert.ok(printed.includes(`${wrong}:3:33: error: there is no action \`hash\` (a)\n      - { id: a, keys: [b], action: hash }\n                                    ^^^^\n    Did you mean pseudonymize?`), printed);
  assert.match(noted, /wrong\.yaml cannot be applied: 1 error\n$/);
});

test('for machines there is one document, with the same exit code', async () => {
  assert.equal(await run('check', '--json', file('right.yaml', RIGHT), file('wrong.yaml', '[')), 1);
  const { files } = JSON.parse(printed) as { files: { file: string; digest: string | null; problems: { code: string; line: number }[] }[] };
  assert.deepEqual(files.map(({ digest, problems }) => [digest?.length ?? null, problems.map(({ code, line }) => `${code} ${line}`)]), [[64, []], [null, ['syntax 1']]]);
});

test('a file that cannot be read, is no text or too long exits with an error and no stack', async () => {
  assert.equal(await run('check', join(folder, 'none.yaml')), 2);
  assert.equal(await run('check', file('bytes.yaml', Uint8Array.of(0x76, 0xff, 0xfe))), 2);
  assert.match(noted, /it is not UTF-8/);
  assert.equal(await run('check', file('long.yaml', `# ${'é'.repeat(300_000)}`)), 1);
  assert.match(printed, /longer than 256 KiB/);
  assert.equal(await run('check', '/dev/zero'), 1);
});

test('nothing in a policy steers a terminal, and of a long line the part with the problem is shown', () => {
  const text = `version: 2\nrules: [{ id: a, reason: '${'x'.repeat(300)}', action: "\\u001b[2J" }]`;
  const { problems } = readPolicy(text);
  const shown = problems.map((problem) => problemText('a\u001b.yaml', text, problem)).join('\n');
  assert.doesNotMatch(shown, /[^\P{Cc}\n]/u);
  const [, line, marks] = shown.split('\n');
  assert.equal(line!.slice(marks!.indexOf('^'), marks!.lastIndexOf('^') + 1), '"\\u001b[2J"');
});

test('the schema is printed, and it is explained which rule decides', async () => {
  assert.equal(await run('schema'), 0);
  assert.equal((JSON.parse(printed) as { title: string }).title, 'Minimization policy of Tracekeep');
  printed = '';
  const policy = file('policy.yaml', 'version: 2\nrules:\n  - { id: mails, recognized: [email], action: { mask: { last: 4 } } }\n  - { id: all, recognized: any, action: replace }\n');
  assert.equal(await run('explain', policy, '--service', 'shop', '--key', 'note', '--kind', 'email'), 0);
  assert.match(printed, /mask: \{ last: 4 \} {3}mails decides about the recognized part[^]*replace {3}all\n$/);
  assert.equal(await run('explain', policy, '--service', 'shop', '--key', 'note', '--kind', 'mail'), 2);
  assert.equal(await run('explain', policy, '--service', 'shop'), 2);
});

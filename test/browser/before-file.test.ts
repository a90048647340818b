/** Files that share a process: each is prepared when its turn comes and cleared away before the next one's. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { test } from 'node:test';

const ROOT = join(import.meta.dirname, '../..');
const HEAD = `import { test } from 'node:test';\nimport { afterFile, beforeFile } from ${JSON.stringify(join(import.meta.dirname, 'before-file.ts'))};\n`;

/** What test files print that share a process. */
function printed(...bodies: readonly string[]): { lines: string[]; status: number | null } {
  const room = mkdtempSync(join(tmpdir(), 'tracekeep-before-file-'));
  try {
    const files = bodies.map((body, at) => {
      const file = join(room, `${at}.test.ts`);
      writeFileSync(file, HEAD + body);
      return file;
    });
    const { NODE_TEST_CONTEXT: _runner, ...env } = process.env;
    const { stdout, status } = spawnSync(process.execPath, ['tools/suite-together.ts', ...files.map((file) => relative(ROOT, file))], { cwd: ROOT, encoding: 'utf8', env });
    return { lines: stdout.trimEnd().split('\n'), status };
  } finally {
    rmSync(room, { recursive: true, force: true });
  }
}

const ordinary = (name: string): string => `
beforeFile(import.meta.filename, async () => {
  console.log('${name} begins');
  afterFile(async () => console.log('${name} ends'));
  afterFile(async () => console.log('${name} ends what came last'));
});
for (const at of [1, 2]) test('${name}' + at, () => console.log('${name}' + at));
`;

test('a file is prepared once, before its first test, and cleared away after its last', () => {
  assert.deepEqual(printed(ordinary('a'), ordinary('b')).lines, ['a begins', 'a1', 'a2', 'a ends what came last', 'a ends', 'b begins', 'b1', 'b2', 'b ends what came last', 'b ends']);
});

test('where the preparation fails, no test of the file runs, and the next file does', () => {
  const { lines } = printed(`beforeFile(import.meta.filename, async () => { console.log('tried'); throw new Error('no'); });\nfor (const at of [1, 2]) test('a' + at, () => console.log('ran'));\n`, ordinary('b'));
  assert.deepEqual(lines, ['tried', 'b begins', 'b1', 'b2', 'b ends what came last', 'b ends']);
});

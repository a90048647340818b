// The build of the console, run for real in a copy: once, not twice, and again after a change.

import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { buildConsole, sourcesDigest } from './console.ts';

const repository = join(import.meta.dirname, '..');
const root = mkdtempSync(join(tmpdir(), 'tracekeep-console-'));
after(() => rmSync(root, { recursive: true, force: true }));
for (const name of ['package.json', 'package-lock.json', 'tsconfig.json']) cpSync(join(repository, name), join(root, name));
cpSync(join(repository, 'console'), join(root, 'console'), { recursive: true, verbatimSymlinks: true, filter: (path) => !/console\/(?:dist|node_modules)/u.test(path) });
for (const name of ['merkle', 'evidence', 'words', 'policy', 'scanner', 'control', 'model', 'limits']) cpSync(join(repository, 'src', name), join(root, 'src', name), { recursive: true });
symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'));

test('buildConsole() builds what is not there, and only once', async () => {
  const said: string[] = [];
  const first = await buildConsole(root, (text) => said.push(text));
  assert.equal(first.fresh, false);
  const page = readFileSync(join(root, 'console/dist/index.html'), 'utf8');
  assert.match(page, /src="\/assets\/[^"]+\.js"/u);
  // The policy of the console port allows no inline code.
  assert.doesNotMatch(page, /<script(?![^>]*\bsrc=)|<style|\son\w+=|style=/u);
  const second = await buildConsole(root, (text) => said.push(text));
  assert.equal(second.fresh, true);
  assert.equal(said.length, 1);
  assert.deepEqual(readdirSync(join(root, 'console')).filter((name) => name.startsWith('dist-')), []);
});

test('sourcesDigest() sees a change of a source, not of a test', () => {
  const before = sourcesDigest(root);
  writeFileSync(join(root, 'console/src/another.test.ts'), '');
  assert.equal(sourcesDigest(root), before);
  writeFileSync(join(root, 'console/src/another.ts'), 'export const a = 1;\n');
  const after = sourcesDigest(root);
  assert.notEqual(after, before);
  writeFileSync(join(root, 'src/merkle/another.ts'), 'export const a = 1;\n');
  assert.notEqual(sourcesDigest(root), after, 'what the browser loads of the server');
});

test('a build that fails leaves the one before in place', async () => {
  writeFileSync(join(root, 'console/src/main.tsx'), 'import "./does-not-exist.ts";\n');
  await assert.rejects(buildConsole(root, () => undefined), /cannot build the console/u);
  assert.ok(existsSync(join(root, 'console/dist/index.html')));
});

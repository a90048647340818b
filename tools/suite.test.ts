// The test runner: which files it runs and in which order, and that no way of ending badly passes for good.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuOfAllMs } from './suite-process.ts';
import { complaint, tallyOf } from './suite-run.ts';
import { lanes, stages, together, untestedFolders } from './suite.ts';
import type { Tree } from './tidy-tree.ts';

const rooms: string[] = [];
after(() => rooms.forEach((room) => rmSync(room, { recursive: true, force: true })));

const closing = 'ℹ tests 3\nℹ suites 0\nℹ pass 3\nℹ fail 0\nℹ cancelled 0\nℹ skipped 0\nℹ todo 0\nℹ duration_ms 5\n';

function treeOf(...files: readonly string[]): Tree {
  const manifest = { imports: {}, dependencies: {}, devDependencies: {}, optionalDependencies: {} };
  return { root: '/', files, manifest, has: (path) => files.includes(path), text: () => '', bytes: () => 0 };
}

const tree = treeOf(
  'bench/a.test.ts', 'demo/a.test.ts', 'src/a/a.test.ts', 'src/a/a.ts', 'test/attacks/a.test.ts', 'test/browser/a.test.ts', 'test/crash/a.test.ts', 'tools/a.test.ts',
);

test('lanes() runs unit tests, then browsers, then the rest of the system and last what kills it', () => {
  assert.deepEqual(lanes(tree, 'test', []), {
    unit: ['src/a/a.test.ts', 'tools/a.test.ts'],
    system: ['test/browser/a.test.ts', 'bench/a.test.ts', 'demo/a.test.ts', 'test/attacks/a.test.ts', 'test/crash/a.test.ts'],
  });
});

test('lanes() for ok keeps to src and tools', () => {
  assert.deepEqual(lanes(tree, 'ok', []), { unit: ['src/a/a.test.ts', 'tools/a.test.ts'], system: [] });
});

test('lanes() for ok leaves out what starts a whole store, the other run does not', () => {
  const some = { ...treeOf('src/a/a.test.ts', 'src/a/b.test.ts'), text: (path: string) => (path.includes('/b.') ? 'const store = await createTestStore();' : '') };
  assert.deepEqual(lanes(some, 'ok', []).unit, ['src/a/a.test.ts']);
  for (const text of ['await Engine.open({})', 'startSequencer(t, store)', 'await buildConsole(root)']) assert.deepEqual(lanes({ ...some, text: () => text }, 'ok', []).unit, [], text);
  assert.deepEqual(lanes(some, 'test', []).unit, ['src/a/a.test.ts', 'src/a/b.test.ts']);
});

test('lanes() keeps to the patterns it is given', () => {
  assert.deepEqual(lanes(tree, 'test', ['crash', 'tools/']), { unit: ['tools/a.test.ts'], system: ['test/crash/a.test.ts'] });
});

test('together() lets only those share a process that start nothing and leave it as it is', () => {
  const texts: Readonly<Record<string, string>> = {
    pure: `import { test } from 'node:test'; const data = process.env['DATA'] ?? '';`,
    waits: 'before(async () => {});',
    mocks: `import { mock, test } from 'node:test';`,
    sets: `process.env['DATA'] = 'x';`,
    moves: 'process.chdir(room);',
    spawns: `import { spawn } from 'node:child_process';`,
    listens: `import { createServer } from 'node:net';`,
    stores: 'const store = createTestStore();',
  };
  const names = ['a/pure', ...Object.keys(texts).map((name) => `b/${name}`), 'c/pure'];
  const parts = together({ ...tree, text: (path) => texts[path.slice(2)] ?? '' }, names);
  assert.deepEqual(parts.filter((part) => part.length > 1), [['a/pure', 'b/pure', 'c/pure']]);
  assert.deepEqual(parts.flat().sort(), names.sort());
  assert.deepEqual(together(tree, Array.from({ length: 40 }, (_, at) => `${at}`)).map((part) => part.length), [16, 16, 8]);
});

test('stages() lets browser files share a process that share a server, and the others in small parts', () => {
  const named = (name: string): string => `test/browser/${name}.test.ts`;
  const texts: Readonly<Record<string, string>> = { a: `await shareStage('some')`, c: `await shareStage('one')`, f: `await shareStage('some')` };
  const files = [...'abcdefghij'].map(named);
  const parts = stages({ ...tree, text: (path) => texts[path.slice('test/browser/'.length, -'.test.ts'.length)] ?? `await setStage('some')` }, files);
  assert.deepEqual(parts, [['a', 'f'], ['c'], ['b', 'd', 'e', 'g', 'h', 'i'], ['j']].map((names) => names.map(named)));
});

test('cpuOfAllMs() counts what children take, those that ended too', async () => {
  // Only Linux says.
  if (process.platform !== 'linux') return;
  const busy = `const end = process.cpuUsage().user + 300_000; while (process.cpuUsage().user < end); console.log('done');`;
  const before = cpuOfAllMs();
  spawnSync(process.execPath, ['-e', busy]);
  assert.ok(cpuOfAllMs() - before >= 280);
  const between = cpuOfAllMs();
  const child = spawn(process.execPath, ['-e', `${busy} setInterval(() => {}, 1_000);`], { stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  assert.ok(cpuOfAllMs() - between >= 280);
  child.kill('SIGKILL');
});

test('untestedFolders() names a folder without a test file', () => {
  assert.deepEqual(untestedFolders(treeOf('src/a.test.ts', 'tools/a.test.ts', 'demo/a.ts'), 'test'), ['demo', 'test', 'bench']);
  assert.deepEqual(untestedFolders(treeOf('src/a.test.ts'), 'ok'), ['tools']);
});

test('tallyOf() reads the last closing lines and nothing else', () => {
  assert.equal(tallyOf(`ℹ tests 9\nnoise\n${closing}`)?.tests, 3);
  assert.equal(tallyOf('no closing lines'), undefined);
  assert.equal(tallyOf('ℹ tests 3\nℹ pass 3\n'), undefined);
});

test('complaint() is empty only for a file whose tests all ran and passed', () => {
  const tally = tallyOf(closing);
  assert.ok(tally);
  assert.equal(complaint({ code: 0, late: false }, tally), '');
  assert.notEqual(complaint({ code: 0, late: true }, tally), '');
  assert.notEqual(complaint({ code: 1, late: false }, tally), '');
  assert.notEqual(complaint({ code: 0, late: false }, undefined), '');
  for (const count of [{ tests: 0 }, { fail: 1 }, { cancelled: 1 }, { skipped: 1 }, { todo: 1 }]) {
    assert.notEqual(complaint({ code: 0, late: false }, { ...tally, ...count }), '');
  }
});

/** Runs the real suite on a small repository. */
function suiteIn(files: Readonly<Record<string, string>>, ...patterns: readonly string[]): { status: number | null; stdout: string } {
  return spawnSync(process.execPath, ['tools/suite.ts', 'test', ...patterns], { cwd: plant(files), encoding: 'utf8' });
}

function plant(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'tracekeep-suite-'));
  rooms.push(root);
  const here = import.meta.dirname;
  for (const name of ['suite.ts', 'suite-process.ts', 'suite-run.ts', 'suite-together.ts', 'tidy-tree.ts', 'own-modules.mjs']) cpSync(join(here, name), join(root, 'tools', name));
  symlinkSync(join(here, '..', 'node_modules'), join(root, 'node_modules'));
  for (const [path, text] of Object.entries({ 'package.json': '{"type":"module"}', ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

/** Whether somebody comes to listen on a socket, or ceases to. A process id would not tell until the dead is collected. */
async function becomes(socket: string, state: 'listening' | 'silent'): Promise<boolean> {
  for (let tries = 0; tries < 200; tries += 1) {
    const now = await new Promise((resolve) => {
      const client = connect(socket, () => resolve('listening')).on('error', () => resolve('silent'));
      client.unref().on('connect', () => client.destroy());
    });
    if (now === state) return true;
    await sleep(50);
  }
  return false;
}

const passing = `import { test } from 'node:test';\ntest('a fact', () => {});\n`;

test('the suite ends with closing lines and 0 when everything passed', () => {
  const { status, stdout } = suiteIn({ 'src/a.test.ts': passing, 'test/a.test.ts': passing }, '.test.ts');
  assert.match(stdout, /\nℹ tests 2\nℹ suites 0\nℹ pass 2\nℹ fail 0\n/u);
  assert.match(stdout, /\n2 passed, 0 failed\n$/u);
  assert.equal(status, 0);
});

test('the suite fails for a failing test, a file without tests, a file that throws and a pattern that matches nothing', () => {
  const files = {
    'src/a.test.ts': passing,
    'src/bad.test.ts': `import { test } from 'node:test';\ntest('no fact', () => { throw new Error('seen in the output'); });\n`,
    'src/empty.test.ts': 'export const nothing = 1;\n',
    'src/throws.test.ts': `throw new Error('at load');\n`,
  };
  const { status, stdout } = suiteIn(files, 'src/');
  assert.equal(status, 1);
  assert.match(stdout, /seen in the output/u);
  for (const name of ['bad', 'empty', 'throws']) assert.match(stdout, new RegExp(`\nFAIL src/${name}\\.test\\.ts: `, 'u'));
  assert.match(stdout, /\n1 passed, 3 failed\n$/u);
  assert.equal(suiteIn({ 'src/a.test.ts': passing }, 'nothing-of-this-name').status, 1);
});

test('a file that shares its process is reported like one that does not, with what it wrote and its seed', () => {
  const head = `import { test } from 'node:test';\n`;
  const { status, stdout } = suiteIn(
    {
      'src/a.test.ts': passing,
      'src/bad.test.ts': `${head}console.log('seed 17');\ntest('no fact', () => { throw new Error('seen in the output'); });\n`,
      'src/nested.test.ts': `${head}import { describe } from 'node:test';\ndescribe('facts', () => { test('one', () => {}); test('two', (t) => t.skip()); });\n`,
      'src/own.test.ts': `${head}import 'node:net';\ntest('a fact', () => {});\n`,
    },
    'src/',
  );
  assert.equal(status, 1);
  assert.match(stdout, /ok {3}src\/a\.test\.ts +1 tests /u);
  assert.match(stdout, /FAIL src\/bad\.test\.ts +1 tests .* 1 failed\n[^]*seen in the output/u);
  assert.match(stdout, /FAIL src\/nested\.test\.ts +2 tests .* 1 skipped\n/u);
  assert.match(stdout, /seed 17/u);
  assert.match(stdout, /\nℹ tests 6\nℹ suites 1\nℹ pass 3\nℹ fail 2\nℹ cancelled 0\nℹ skipped 1\n/u);
});

test('when a process of several files dies, those that had not ended have failed', () => {
  const dies = `import { test } from 'node:test';\nimport process from 'node:process';\nconst { kill, pid } = process;\ntest('dies', () => new Promise(() => setImmediate(() => setImmediate(() => kill(pid, 'SIGKILL')))));\n`;
  const { status, stdout } = suiteIn({ 'src/a.test.ts': passing, 'src/b.test.ts': dies, 'src/c.test.ts': passing }, 'src/');
  assert.equal(status, 1);
  assert.match(stdout, /ok {3}src\/a\.test\.ts/u);
  for (const name of ['b', 'c']) assert.match(stdout, new RegExp(`\nFAIL src/${name}\\.test\\.ts: ended with code 1 before its tests did`, 'u'));
  assert.match(stdout, /\n1 passed, 2 failed\n$/u);
});

test('the suite ends what a test file left running', async () => {
  const room = mkdtempSync(join(tmpdir(), 'tracekeep-suite-'));
  rooms.push(room);
  const socket = join(room, 'left');
  const stays = `require('node:net').createServer().listen('${socket}', () => process.stdout.write('up'))`;
  const leaves = `import { spawn } from 'node:child_process';\nimport { test } from 'node:test';
test('leaves a process', async () => {
  const child = spawn(process.execPath, ['-e', ${JSON.stringify(stays)}], { stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  child.stdout.destroy();
  child.unref();
});\n`;
  const { stdout } = suiteIn({ 'src/a.test.ts': leaves }, 'src/');
  assert.match(stdout, /\n1 passed, 0 failed\n$/u);
  assert.ok(await becomes(socket, 'silent'));
});

test('SIGTERM ends the suite and the test files that run', async () => {
  const root = plant({
    'src/a.test.ts': `import { createServer } from 'node:net';\nimport { test } from 'node:test';
test('stays', async () => { await new Promise(() => createServer().listen('left')); });\n`,
  });
  const child = spawn(process.execPath, ['tools/suite.ts', 'test', 'src/'], { cwd: root, stdio: 'ignore' });
  assert.ok(await becomes(join(root, 'left'), 'listening'));
  child.kill('SIGTERM');
  assert.equal(await new Promise((resolve) => child.on('exit', resolve)), 143);
  assert.ok(await becomes(join(root, 'left'), 'silent'));
});

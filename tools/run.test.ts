// The wrapper of the package scripts, run for real on a bare copy of itself: an npm that only notes that it was
// called stands where npm would be, everything else is as in a clone.

import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const rooms: string[] = [];
after(() => rooms.forEach((room) => rmSync(room, { recursive: true, force: true })));

interface Room {
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  /** How often npm was called. */
  readonly installs: () => number;
}

const lock = JSON.stringify({ packages: { '': {}, 'node_modules/a': { version: '1.0.0' } } });

/** What the verb tracekeep runs here: says what it was started with, then does as its first word says. */
const program = `
const [word] = process.argv.slice(2);
if (word === 'fail') process.exitCode = 7;
if (word === 'stay') {
  process.on('SIGTERM', () => setTimeout(() => { console.log('drained'); process.exit(0); }, 100));
  setInterval(() => {}, 1_000);
}
console.log(JSON.stringify({ words: process.argv.slice(2), pool: process.env.UV_THREADPOOL_SIZE, parent: process.ppid }));
`;

function room(): Room {
  const root = mkdtempSync(join(tmpdir(), 'tracekeep-run-'));
  rooms.push(root);
  for (const folder of ['tools', 'src', 'bin']) mkdirSync(join(root, folder));
  for (const name of ['run.mjs', 'own-modules.mjs']) cpSync(join(import.meta.dirname, name), join(root, 'tools', name));
  writeFileSync(join(root, 'package.json'), '{"type":"module","allowScripts":{"a":false}}');
  writeFileSync(join(root, 'package-lock.json'), lock);
  writeFileSync(join(root, 'src/main.ts'), program);
  writeFileSync(join(root, 'tools/console.ts'), "import { existsSync, writeFileSync } from 'node:fs'; if (existsSync('unbuildable')) process.exitCode = 1; else writeFileSync('console-built', '');");
  const npm = join(root, 'bin/npm');
  // As npm does: empties node_modules, fills it, and leaves its record of what it installed at the end.
  writeFileSync(npm, `#!/bin/sh
echo "$@" >> calls
echo 'on standard output'
rm -rf node_modules
test -e refuse && exit 3
test -e slow && sleep 0.5
mkdir -p 'node_modules/node-${process.platform}-${process.arch}/bin'
ln -s '${process.execPath}' 'node_modules/node-${process.platform}-${process.arch}/bin/node'
cp package-lock.json node_modules/.package-lock.json
`);
  chmodSync(npm, 0o755);
  const { UV_THREADPOOL_SIZE: _, ...rest } = process.env;
  const env = { ...rest, PATH: `${join(root, 'bin')}:${process.env['PATH'] ?? ''}` };
  return { root, env, installs: () => readFileSync(join(root, 'calls'), { encoding: 'utf8', flag: 'a+' }).split('\n').length - 1 };
}

function run({ root, env }: Room, ...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['tools/run.mjs', ...args], { cwd: root, env, encoding: 'utf8' });
}

function begin({ root, env }: Room, script: string): ChildProcessWithoutNullStreams {
  return spawn('/bin/sh', ['-c', script], { cwd: root, env, stdio: 'pipe' });
}

/** Output up to and including a word. */
function until(child: ChildProcessWithoutNullStreams, word: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.includes(word)) resolve(text);
    });
    child.on('close', () => reject(new Error(`ended before it said ${word}: ${text}`)));
  });
}

test('run.mjs installs once, and again only when the lock file changed', () => {
  const here = room();
  assert.equal(run(here, 'tracekeep', 'one').status, 0);
  assert.equal(run(here, 'tracekeep', 'two').status, 0);
  assert.equal(here.installs(), 1);
  writeFileSync(join(here.root, 'package-lock.json'), lock.replace('1.0.0', '1.0.1'));
  assert.equal(run(here, 'tracekeep', 'three').status, 0);
  assert.equal(here.installs(), 2);
});

test('run.mjs runs no install script', () => {
  const here = room();
  run(here, 'tracekeep');
  assert.match(readFileSync(join(here.root, 'calls'), 'utf8'), /^ci --ignore-scripts /u);
});

test('run.mjs takes an install by npm itself for what it is', () => {
  const here = room();
  spawnSync('npm', ['ci'], { cwd: here.root, env: here.env });
  assert.equal(run(here, 'tracekeep', 'serve').status, 0);
  assert.equal(here.installs(), 1);
});

test('run.mjs installs when a package is missing that is not for another platform', () => {
  const here = room();
  run(here, 'tracekeep');
  const other = { version: '1.0.0', optional: true, os: ['nowhere'], cpu: ['none'] };
  const lockWith = (entry: object): void => {
    const packages = { ...(JSON.parse(lock) as { packages: object }).packages, 'node_modules/b': entry };
    writeFileSync(join(here.root, 'package-lock.json'), JSON.stringify({ packages }));
  };
  lockWith(other);
  run(here, 'tracekeep');
  assert.equal(here.installs(), 1);
  lockWith({ ...other, os: [process.platform], cpu: [process.arch] });
  run(here, 'tracekeep');
  assert.equal(here.installs(), 2);
});

test('run.mjs tracekeep serve never installs', () => {
  const here = room();
  const { status, stdout, stderr } = run(here, 'tracekeep', 'serve', '--data', 'x');
  assert.equal(status, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /npm ci/u);
  assert.equal(here.installs(), 0);
});

test('run.mjs keeps standard output for the program when the verb is tracekeep', () => {
  const { stdout, stderr } = run(room(), 'tracekeep', 'a b', '$c');
  assert.deepEqual((JSON.parse(stdout) as { words: string[] }).words, ['a b', '$c']);
  assert.match(stderr, /installing/u);
});

test('run.mjs says at once what it begins when people look on', () => {
  const { stdout } = run(room(), 'start', '--data', 'x');
  const [first = '', second = ''] = stdout.split('\n');
  assert.match(first, /^tracekeep start: /u);
  assert.deepEqual((JSON.parse(second) as { words: string[] }).words, ['serve', '--data', 'x']);
});

test('run.mjs builds the console for start, never for serve, and does not start without it', () => {
  const here = room();
  run(here, 'tracekeep', 'x');
  run(here, 'tracekeep', 'serve');
  assert.equal(existsSync(join(here.root, 'console-built')), false);
  assert.match(run(here, 'start').stdout, /"serve"/u);
  assert.equal(existsSync(join(here.root, 'console-built')), true);
  writeFileSync(join(here.root, 'unbuildable'), '');
  const { status, stdout } = run(here, 'start');
  assert.equal(status, 1);
  assert.doesNotMatch(stdout, /"serve"/u);
});

test('run.mjs gives the engine its threads unless the environment does', () => {
  const here = room();
  assert.equal((JSON.parse(run(here, 'tracekeep').stdout) as { pool: string }).pool, '16');
  const set = { ...here, env: { ...here.env, UV_THREADPOOL_SIZE: '5' } };
  assert.equal((JSON.parse(run(set, 'tracekeep').stdout) as { pool: string }).pool, '5');
});

test('run.mjs passes on the exit code of the program and of a failed install', () => {
  const here = room();
  assert.equal(run(here, 'tracekeep', 'fail').status, 7);
  const refused = room();
  writeFileSync(join(refused.root, 'refuse'), '');
  const { status, stderr } = run(refused, 'tracekeep', 'one');
  assert.equal(status, 1);
  assert.match(stderr, /npm ci ended with code 3/u);
});

test('run.mjs refuses a verb it does not know', () => {
  for (const verb of ['nonsense', 'toString', '']) assert.equal(run(room(), verb).status, 1);
});

test('two starts at once install once', async () => {
  const here = room();
  writeFileSync(join(here.root, 'slow'), '');
  const starts = [1, 2, 3].map(() => begin(here, `exec '${process.execPath}' tools/run.mjs tracekeep`));
  const codes = await Promise.all(starts.map((child) => new Promise((resolve) => child.on('close', resolve))));
  assert.deepEqual(codes, [0, 0, 0]);
  assert.equal(here.installs(), 1);
});

test('a guard that a killed install left behind does not stop the next one', () => {
  const here = room();
  const guard = join(here.root, '.tracekeep-install-guard');
  writeFileSync(guard, '');
  utimesSync(guard, 0, 0);
  assert.equal(run(here, 'tracekeep').status, 0);
  assert.equal(here.installs(), 1);
});

test('SIGTERM, repeated, reaches the program in front of which nothing is left standing', async () => {
  const here = room();
  run(here, 'tracekeep');
  const child = begin(here, `exec '${process.execPath}' tools/run.mjs tracekeep stay`);
  const started = JSON.parse(await until(child, '\n')) as { parent: number };
  assert.equal(started.parent, process.pid);
  const drained = until(child, 'drained');
  child.kill('SIGTERM');
  child.kill('SIGTERM');
  await drained;
  assert.equal(await new Promise((resolve) => child.on('exit', resolve)), 0);
});

test('a Node that cannot become another stands in front of it and passes signals on', async () => {
  const here = room();
  run(here, 'tracekeep');
  const without = join(here.root, 'without.cjs');
  writeFileSync(without, 'if (process.argv[1].endsWith("run.mjs")) process.execve = undefined;');
  const child = begin(here, `exec '${process.execPath}' --require '${without}' tools/run.mjs tracekeep stay`);
  const started = JSON.parse(await until(child, '\n')) as { parent: number };
  assert.equal(started.parent, child.pid);
  const drained = until(child, 'drained');
  child.kill('SIGTERM');
  child.kill('SIGTERM');
  await drained;
  assert.equal(await new Promise((resolve) => child.on('exit', resolve)), 0);
});

test('SIGTERM during an install ends it and leaves no guard', async () => {
  const here = room();
  writeFileSync(join(here.root, 'slow'), '');
  const child = begin(here, `exec '${process.execPath}' tools/run.mjs start`);
  await until(child, 'tracekeep start');
  await new Promise((resolve) => setTimeout(resolve, 150));
  child.kill('SIGTERM');
  assert.equal(await new Promise((resolve) => child.on('exit', resolve)), 143);
  assert.throws(() => readFileSync(join(here.root, '.tracekeep-install-guard')), { code: 'ENOENT' });
});

test('npm started with SIGTERM ends in a clean drain', async () => {
  const here = room();
  spawnSync('npm', ['ci'], { cwd: here.root, env: here.env });
  const own = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')) as { scripts: object };
  writeFileSync(join(here.root, 'package.json'), JSON.stringify({ name: 'x', type: 'module', scripts: own.scripts }));
  const real = { ...here, env: { ...here.env, PATH: process.env['PATH'] } };
  const child = begin(real, 'exec npm run -s tracekeep -- stay');
  await until(child, '\n');
  const drained = until(child, 'drained');
  child.kill('SIGTERM');
  await drained;
  assert.equal(await new Promise((resolve) => child.on('exit', resolve)), 0);
});

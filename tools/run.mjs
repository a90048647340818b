// What `npm run demo|start|test|ok|bench|tracekeep` start: it sees to it that the packages of the lock file are
// installed, then becomes the verb's program under the pinned Node. Plain JavaScript without dependencies, because
// it must run on a bare clone with whatever Node (20 or later) the machine has.
//
// The package scripts say `exec node …`: a shell that stays between npm and this process dies of the SIGTERM that
// npm forwards and leaves the server behind as an orphan.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const lockFile = join(root, 'package-lock.json');
const stampFile = join(root, 'node_modules', '.tracekeep-install');
const guardFile = join(root, '.tracekeep-install-guard');
// Not node_modules/.bin/node: npm 10 does not make that link.
const platform = `${process.platform}-${process.arch}`;
const pinnedNodes = [`node-${platform}`, `node-bin-${platform}`].map((name) => join(root, 'node_modules', name, 'bin', 'node'));

/** How often a running install renews its guard, and after how long without renewal the guard counts as left behind. */
const guardRenewMs = 1_000;
const guardStaleMs = 30_000;
/** How often a waiting person is told that the install is still going on. */
const progressMs = 5_000;

const programs = {
  demo: { file: 'demo/demo.ts', args: [], line: 'the demo shop and its server', console: true },
  start: { file: 'src/main.ts', args: ['serve'], line: 'the server', console: true },
  test: { file: 'tools/suite.ts', args: ['test'], line: 'types, shape of the code, all tests' },
  ok: { file: 'tools/suite.ts', args: ['ok'], line: 'types, shape of the code, unit tests' },
  bench: { file: 'bench/bench.ts', args: [], line: 'the figures' },
  // Its standard output belongs to scripts: nothing of the wrapper's own goes there.
  tracekeep: { file: 'src/main.ts', args: [], line: '' },
};

const [verb, ...rest] = process.argv.slice(2);
await start(verb, rest);

async function start(name, args) {
  const program = Object.hasOwn(programs, name ?? '') ? programs[name] : undefined;
  if (program === undefined) return fail(`say one of: ${Object.keys(programs).join(', ')}`);
  if (program.line !== '') console.log(`tracekeep ${name}: ${program.line}`);
  if (!installed()) {
    if (name === 'tracekeep' && args[0] === 'serve') {
      return fail('the packages of package-lock.json are not installed, and serve never installs: run `npm ci` first');
    }
    if (!(await install())) return;
  }
  if (program.console && !(await buildConsole())) return;
  become([join(root, program.file), ...program.args, ...args]);
}

/** True if node_modules holds what the lock file says. */
function installed() {
  if (!existsSync(stampFile)) return agrees() && stamp();
  try {
    return readFileSync(stampFile, 'utf8') === lockHash() || (agrees() && stamp());
  } catch {
    return false;
  }
}

function lockHash() {
  return createHash('sha256').update(readFileSync(lockFile)).digest('hex');
}

/**
 * True if npm's own record of what it installed agrees with the lock file, as it does after a plain `npm ci` or
 * `npm install`: then there is nothing to do but to remember it. A package that is missing is in order only if it
 * is an optional one for another platform.
 */
function agrees() {
  let wanted;
  let present;
  try {
    wanted = JSON.parse(readFileSync(lockFile, 'utf8')).packages;
    present = JSON.parse(readFileSync(join(root, 'node_modules', '.package-lock.json'), 'utf8')).packages;
  } catch {
    return false;
  }
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.startsWith('node_modules/') || entry.link) return true;
    const here = present[path];
    if (here !== undefined) return here.version === entry.version && here.integrity === entry.integrity;
    const fits = entry.os?.includes(process.platform) && entry.cpu?.includes(process.arch) && entry.libc === undefined;
    return entry.optional === true && !fits;
  });
}

function stamp() {
  try {
    writeFileSync(stampFile, lockHash());
  } catch {
    // A read-only installation is looked at anew each time, which costs milliseconds.
  }
  return true;
}

/** Installs what the lock file says, one install at a time; false if it failed or was interrupted. */
async function install() {
  await takeGuard();
  const renew = setInterval(() => {
    try {
      utimesSync(guardFile, new Date(), new Date());
    } catch {
      // Gone with the folder: nothing is left to guard.
    }
  }, guardRenewMs);
  try {
    if (installed()) return true;
    say('installing the packages of package-lock.json (once, about a minute)');
    // Install scripts run only where package.json allows them by name; older npm versions do not know that list.
    const allowed = Object.entries(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).allowScripts ?? {})
      .filter(([, yes]) => yes === true)
      .map(([key]) => key);
    const done =
      (await npm('ci', '--ignore-scripts', '--include=dev', '--include=optional')) &&
      (allowed.length === 0 || (await npm('rebuild', '--ignore-scripts=false', ...allowed)));
    if (done) {
      stamp();
      say('installed');
    }
    return done;
  } finally {
    clearInterval(renew);
    rmSync(guardFile, { force: true });
  }
}

async function takeGuard() {
  let told = false;
  for (;;) {
    try {
      closeSync(openSync(guardFile, 'wx'));
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw new Error('cannot guard the install', { cause: error });
    }
    if (!told) say('another install is running, waiting for it');
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 500));
    dropStaleGuard();
  }
}

/** Removes a guard that nobody renews. The rename lets only one of several waiting processes remove it. */
function dropStaleGuard() {
  try {
    if (Date.now() - statSync(guardFile).mtimeMs < guardStaleMs) return;
    const mine = `${guardFile}.${process.pid}`;
    renameSync(guardFile, mine);
    rmSync(mine, { force: true });
  } catch (error) {
    if (error.code !== 'ENOENT') throw new Error('cannot remove a guard left behind', { cause: error });
  }
}

/** Runs npm with its output on standard error; true if it succeeded. */
function npm(...args) {
  // Not the npm that runs on the Node inside node_modules: `npm ci` begins by deleting that.
  const path = (process.env.PATH ?? '').split(delimiter).filter((part) => !part.endsWith(join('node_modules', '.bin')));
  const env = { ...process.env, PATH: path.join(delimiter) };
  const began = Date.now();
  const tick = setInterval(() => say(`still installing, ${Math.round((Date.now() - began) / 1000)} s`), progressMs);
  return new Promise((resolve) => {
    const options = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];
    const child = spawn('npm', [...args, ...options], { cwd: root, env, stdio: ['ignore', 2, 2] });
    const stop = forward(child);
    const end = (problem) => {
      clearInterval(tick);
      stop();
      if (problem !== '') fail(`npm ${args[0]} ${problem}`);
      resolve(problem === '');
    };
    child.on('error', (error) => end(`could not be started (${error.code})`));
    child.on('exit', (code, signal) => end(code === 0 ? '' : `ended with ${signal ?? `code ${code}`}`));
  });
}

/** Brings console/dist up to date with the pinned Node; false if that failed or was interrupted. */
async function buildConsole() {
  const node = pinnedNode();
  if (node === undefined) return false;
  const child = spawn(node, [join(root, 'tools', 'console.ts')], { cwd: root, stdio: ['ignore', 2, 2] });
  const stop = forward(child);
  return new Promise((resolve) => {
    const end = (ok) => {
      stop();
      if (!ok) process.exitCode ||= 1;
      resolve(ok);
    };
    child.on('error', (error) => {
      say(`cannot start ${node} (${error.code})`);
      end(false);
    });
    child.on('exit', (code) => end(code === 0));
  });
}

function pinnedNode() {
  const node = pinnedNodes.find((path) => existsSync(path)) ?? nodeOfThisMachine();
  if (node === undefined) fail('no pinned Node for this platform, and the one here is older than Node 26');
  return node;
}

/** Turns this process into the pinned Node with these arguments; where that is not possible, stands in front of it. */
function become(args) {
  const node = pinnedNode();
  if (node === undefined) return;
  // The embedded engine blocks threads of libuv's pool, of which there are four by default. What Node has compiled it keeps, beside the packages.
  const { UV_THREADPOOL_SIZE = '16', NODE_COMPILE_CACHE = join(root, 'node_modules', '.cache', 'node-compile') } = process.env;
  const env = { ...process.env, UV_THREADPOOL_SIZE, NODE_COMPILE_CACHE };
  const all = ['--import', pathToFileURL(join(root, 'tools', 'own-modules.mjs')).href, ...args];
  if (typeof process.execve === 'function') process.execve(node, [node, ...all], env);
  const child = spawn(node, all, { env, stdio: 'inherit' });
  const stop = forward(child);
  child.on('error', (error) => fail(`cannot start ${node} (${error.code})`));
  child.on('exit', (code, signal) => {
    stop();
    if (signal === null) process.exitCode = code;
    else process.kill(process.pid, signal);
  });
}

function nodeOfThisMachine() {
  return Number.parseInt(process.versions.node, 10) >= 26 ? process.execPath : undefined;
}

/** Passes each of the ending signals on once; returns the function that stops doing so. */
function forward(child) {
  const handlers = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => {
    let sent = false;
    const handler = () => {
      process.exitCode = 128 + constants.signals[signal];
      if (!sent) child.kill(signal);
      sent = true;
    };
    process.on(signal, handler);
    return [signal, handler];
  });
  return () => handlers.forEach(([signal, handler]) => process.off(signal, handler));
}

function say(text) {
  process.stderr.write(`tracekeep: ${text}\n`);
}

function fail(text) {
  say(text);
  process.exitCode ||= 1;
}

// `npm test` and `npm run ok`: types, the shape of the code, then every test file in a process group of its own, with
// a deadline, a line per file, and node's closing lines at the end. A group of its own, so that a test that leaves a
// server behind neither hangs the run nor leaves it to the machine.
//
//   node tools/suite.ts test            everything
//   node tools/suite.ts test PATTERN…   only the test files whose path contains one of the patterns
//   node tools/suite.ts ok              types, shape, unit tests of src/, tools/ and console/, without those that start a whole store

import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { codeFolders, isTest, readTree, type Tree } from './tidy-tree.ts';

/** The counts of node's closing lines. */
export interface Tally {
  tests: number;
  suites: number;
  pass: number;
  fail: number;
  cancelled: number;
  skipped: number;
  todo: number;
}

interface Lane {
  readonly files: readonly string[];
  readonly atOnce: number;
  readonly deadlineMs: number;
}

interface Ended {
  readonly code: number;
  readonly output: string;
  readonly tookMs: number;
  readonly late: boolean;
}

const unitDeadlineMs = 120_000;
const systemDeadlineMs = 300_000;
/** A file's output beyond this is cut: a runaway test must not exhaust the machine. */
const outputCharsMax = 2_000_000;

const running = new Set<ChildProcess>();

/** Test files of a tree in the order in which they run: `ok` leaves out what needs a running server or a whole store, and what kills processes. */
export function lanes(tree: Tree, verb: 'test' | 'ok', patterns: readonly string[]): Lane[] {
  const wanted = (path: string): boolean =>
    isTest(path) && (patterns.length === 0 || patterns.some((pattern) => path.includes(pattern)));
  const below = (...folders: readonly string[]): string[] =>
    tree.files.filter((path) => wanted(path) && folders.some((folder) => path.startsWith(`${folder}/`)));
  const crash = below('src', 'test').filter((path) => path.startsWith('test/crash/') || /[/-]crash\.test\.ts$/u.test(path));
  const outside = (path: string): boolean => !crash.includes(path);
  // Many wait for timers and disks, so more than the cores have work at once.
  const unit: Lane = { files: below('src', 'tools', 'console').filter(outside), atOnce: 3, deadlineMs: unitDeadlineMs };
  if (verb === 'ok') return [{ ...unit, files: unit.files.filter((path) => !startsStore(tree, path)) }];
  const system = below('test', 'demo', 'bench').filter(outside);
  const browser = below('test/browser');
  return [
    unit,
    // Half of them wait for limits in seconds to pass.
    { files: system.filter((path) => !browser.includes(path)), atOnce: 3, deadlineMs: systemDeadlineMs },
    // Browsers want the cores, crashes mostly wait for a disk or a timer.
    { files: [...browser, ...crash.filter((path) => !comparesTimes(path))], atOnce: 3, deadlineMs: systemDeadlineMs },
    { files: crash.filter(comparesTimes), atOnce: 1, deadlineMs: systemDeadlineMs },
  ];
}

/** Whether a test compares how long things take, so that nothing may run beside it. */
function comparesTimes(path: string): boolean {
  return path === 'test/crash/slow-query.test.ts';
}

/** Whether a test fills a whole store with the embedded engine in it: no unit, and slow. */
function startsStore(tree: Tree, path: string): boolean {
  return /\b(?:createTestStore|Store\.open|Figures\.open)\(/u.test(tree.text(path));
}

/** The folders that ought to hold tests and hold none. */
export function untestedFolders(tree: Tree, verb: 'test' | 'ok'): string[] {
  const folders = verb === 'ok' ? ['src', 'tools'] : codeFolders;
  return folders.filter((folder) => !tree.files.some((path) => isTest(path) && path.startsWith(`${folder}/`)));
}

/** Reads node's closing lines from a test file's output; undefined if there are none. */
export function tallyOf(output: string): Tally | undefined {
  const tally: Tally = { tests: 0, suites: 0, pass: 0, fail: 0, cancelled: 0, skipped: 0, todo: 0 };
  const tail = output.slice(output.lastIndexOf('\nℹ tests ') + 1);
  for (const name of Object.keys(tally) as (keyof Tally)[]) {
    const found = new RegExp(`^ℹ ${name} (\\d{1,9})$`, 'mu').exec(tail);
    if (found === null) return undefined;
    tally[name] = Number(found[1]);
  }
  return tally;
}

/** What is wrong with a test file that ended, in a few words; empty if nothing. */
export function complaint(ended: Pick<Ended, 'code' | 'late'>, tally: Tally | undefined): string {
  if (ended.late) return 'did not end in time';
  if (tally === undefined) return `ended with code ${ended.code} before its tests did`;
  if (tally.tests === 0) return 'holds no test';
  if (tally.fail + tally.cancelled > 0) return `${tally.fail + tally.cancelled} failed`;
  if (tally.skipped + tally.todo > 0) return `${tally.skipped + tally.todo} skipped`;
  return ended.code === 0 ? '' : `ended with code ${ended.code} though its tests passed`;
}

if (import.meta.main) {
  const [verb, ...patterns] = process.argv.slice(2);
  process.exitCode = await suite(verb === 'ok' ? 'ok' : 'test', patterns);
}

async function suite(verb: 'test' | 'ok', patterns: readonly string[]): Promise<number> {
  const began = performance.now();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(128 + constants.signals[signal]));
  // However this process ends, a reader of its output that went away included: nothing it started stays.
  process.stdout.once('error', () => process.exit(1));
  process.once('exit', () => running.forEach((child) => killGroup(child, 'SIGKILL')));
  const tree = readTree(join(import.meta.dirname, '..'));
  const failed: string[] = [];
  if (patterns.length === 0) {
    failed.push(...(await checks(tree)));
    failed.push(...untestedFolders(tree, verb).map((folder) => `${folder}/ holds no test file`));
  }
  const plan = lanes(tree, verb, patterns);
  if (verb === 'ok') console.log('ok leaves out what starts a server, a browser or a whole store: npm test runs it');
  if (patterns.length > 0 && plan.every((lane) => lane.files.length === 0)) failed.push(`no test file matches ${patterns.join(', ')}`);
  const total: Tally = { tests: 0, suites: 0, pass: 0, fail: 0, cancelled: 0, skipped: 0, todo: 0 };
  for (const lane of plan) failed.push(...(await runLane(tree, lane, total)));
  if (plan.some(({ files }) => files.some((path) => path.startsWith('test/browser/')))) sayPictures(tree);
  return close(failed, total, performance.now() - began);
}

async function checks(tree: Tree): Promise<string[]> {
  const found = await Promise.all([
    check(tree, 'types', [join('node_modules', 'typescript', 'bin', 'tsc'), '--noEmit', '-p', '.']),
    check(tree, 'types of console', [join('node_modules', 'typescript', 'bin', 'tsc'), '--noEmit', '-p', 'console']),
    // Its code runs in part inside pages, so it knows the DOM, which the server must not.
    check(tree, 'types of test/browser', [join('node_modules', 'typescript', 'bin', 'tsc'), '--noEmit', '-p', join('test', 'browser')]),
    check(tree, 'shape', [join('tools', 'tidy.ts')]),
  ]);
  return found.filter((name) => name !== '');
}

async function check(tree: Tree, name: string, args: readonly string[]): Promise<string> {
  const ended = await runNode(tree, args, unitDeadlineMs);
  report(ended.code === 0 ? '' : 'failed', name, '', ended);
  return ended.code === 0 ? '' : name;
}

/** Runs the files of a lane, a few at a time; answers the ones that failed and adds to the total. */
async function runLane(tree: Tree, lane: Lane, total: Tally): Promise<string[]> {
  const waiting = [...lane.files];
  const failed: string[] = [];
  const worker = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const ended = await runNode(tree, ['--test-reporter=spec', file], lane.deadlineMs);
      const tally = tallyOf(ended.output);
      const problem = complaint(ended, tally);
      for (const name of Object.keys(total) as (keyof Tally)[]) total[name] += tally?.[name] ?? 0;
      if (problem !== '') {
        failed.push(`${file}: ${problem}`);
        // A file that fails outside its tests counts as one failed test, lest the closing lines say that all is well.
        if ((tally?.fail ?? 0) + (tally?.cancelled ?? 0) === 0) {
          total.tests += 1;
          total.fail += 1;
        }
      }
      report(problem, file, `${tally?.tests ?? 0} tests`, ended);
    }
  };
  await Promise.all(Array.from({ length: lane.atOnce }, worker));
  return failed;
}

function runNode(tree: Tree, args: readonly string[], deadlineMs: number): Promise<Ended> {
  const began = performance.now();
  // The output is read, so it carries no colours; and a runner above this one is not to be reported to.
  const { FORCE_COLOR: _colour, NODE_TEST_CONTEXT: _runner, ...env } = process.env;
  const child = spawn(process.execPath, [...args], {
    cwd: tree.root,
    // Some hundred processes load the same sources: Node keeps what it has stripped and compiled.
    env: { ...env, NO_COLOR: '1', NODE_COMPILE_CACHE: join(tree.root, 'node_modules', '.cache', 'node-compile') },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  running.add(child);
  let output = '';
  let late = false;
  const take = (chunk: string): void => {
    if (output.length < outputCharsMax) output += chunk;
  };
  child.stdout.setEncoding('utf8').on('data', take);
  child.stderr.setEncoding('utf8').on('data', take);
  const deadline = setTimeout(() => {
    late = true;
    killGroup(child, 'SIGKILL');
  }, deadlineMs);
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new Error(`cannot start ${args.join(' ')}`, { cause: error })));
    // After `exit` nothing of its group may stay; only then do the pipes close for certain.
    child.on('exit', () => killGroup(child, 'SIGKILL'));
    child.on('close', (code) => {
      clearTimeout(deadline);
      running.delete(child);
      resolve({ code: code ?? 1, output, tookMs: performance.now() - began, late });
    });
  });
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // ESRCH: the whole group has ended already.
  }
}

function report(problem: string, name: string, count: string, ended: Ended): void {
  const mark = problem === '' ? styleText('green', 'ok  ') : styleText('red', 'FAIL');
  const seconds = `${(ended.tookMs / 1000).toFixed(1)} s`;
  console.log(`${mark} ${name.padEnd(56)} ${count.padStart(9)} ${seconds.padStart(8)}  ${problem}`.trimEnd());
  if (problem !== '') console.log(ended.output.trimEnd().replace(/^/gmu, '     '));
}

/** What the browser tests leave for people to look at. */
function sayPictures(tree: Tree): void {
  const folder = join('test-output', 'pages');
  const count = existsSync(join(tree.root, folder)) ? readdirSync(join(tree.root, folder)).length : 0;
  console.log(`${count} pictures of the console's pages, in both themes and widths: ${folder}/`);
}

/** The closing lines: what failed, then the lines with which node's own test runner ends. */
function close(failed: readonly string[], total: Tally, tookMs: number): number {
  console.log('');
  for (const line of failed) console.log(`${styleText('red', 'FAIL')} ${line}`);
  for (const [name, count] of Object.entries(total)) console.log(`ℹ ${name} ${count}`);
  console.log(`ℹ duration_ms ${Math.round(tookMs)}`);
  console.log(`${total.pass} passed, ${total.fail + total.cancelled} failed`);
  return failed.length === 0 ? 0 : 1;
}

// `npm test` and `npm run ok`: types, the shape of the code and every test file, a few at once, with a line per file, what each took, and
// node's closing lines at the end. What starts nothing and changes nothing of its process shares one with others of its kind.
//
//   node tools/suite.ts test            everything
//   node tools/suite.ts test PATTERN…   only the test files whose path contains one of the patterns
//   node tools/suite.ts ok              types, shape, unit tests of src/, tools/ and console/, without those that start the engine, threads or a build

import { existsSync, readdirSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { killAll, type Tally } from './suite-process.ts';
import { isBrowser, Run, seconds, type Cost, type Job } from './suite-run.ts';
import { codeFolders, isTest, readTree, type Tree } from './tidy-tree.ts';

const unitDeadlineMs = 120_000;
const systemDeadlineMs = 300_000;
/** Several files, and a wait for the browsers of others. */
const browserDeadlineMs = 1_200_000;
/** Many wait for timers and disks, so more than the cores have work at once. */
const jobsAtOnce = 4;
/** Enough that a start of a process costs little for each, and few enough that what fails is said early. */
const filesTogether = 16;
/** Browser files take long, and two processes with browsers run at once. */
const browserFilesTogether = 6;
/** How many of the costliest files are named at the end. */
const costsShown = 10;

/** What a test does that needs a process of its own: it starts something, or changes or measures the process. */
const needsProcess = /\b(?:before|after|beforeEach|afterEach)\(|\bmock\b|\bprocess\.(?!env\b)|\bprocess\.env\S* = |worker_threads|child_process|'node:(?:net|http|http2|tls)'|'chdb'|globalThis|startConsole|setTimeout/u;

/** The test files in the order in which they run. Nothing waits until it is alone: no test compares how long things take. */
export interface Lanes {
  readonly unit: readonly string[];
  readonly system: readonly string[];
}

/** Test files of a tree in the order in which they run: `ok` leaves out what needs a running server, the engine or the threads of the pipeline, and what kills processes. */
export function lanes(tree: Tree, verb: 'test' | 'ok', patterns: readonly string[]): Lanes {
  const wanted = (path: string): boolean =>
    isTest(path) && (patterns.length === 0 || patterns.some((pattern) => path.includes(pattern)));
  const below = (...folders: readonly string[]): string[] =>
    tree.files.filter((path) => wanted(path) && folders.some((folder) => path.startsWith(`${folder}/`)));
  const crash = below('src', 'test').filter((path) => path.startsWith('test/crash/') || /[/-]crash\.test\.ts$/u.test(path));
  const outside = (path: string): boolean => !crash.includes(path);
  const unit = below('src', 'tools', 'console').filter(outside);
  if (verb === 'ok') return { unit: unit.filter((path) => !startsMuch(tree, path)), system: [] };
  const browser = below('test/browser');
  const system = below('test', 'demo', 'bench').filter((path) => outside(path) && !browser.includes(path));
  // The browsers first, because they take longest and only a few of them run at once.
  return { unit, system: [...browser, ...system, ...crash] };
}

/** The files of a lane, in parts that share a process each. */
export function together(tree: Tree, files: readonly string[]): string[][] {
  const parts: string[][] = [];
  let shared: string[] = [];
  for (const file of files) {
    if (needsProcess.test(tree.text(file)) || startsMuch(tree, file)) parts.push([file]);
    else if (shared.push(file) === 1) parts.push(shared);
    else if (shared.length === filesTogether) shared = [];
  }
  return parts;
}

/** The browser files of a lane, in parts that share a process and its browser: above all those that share a server. */
export function stages(tree: Tree, files: readonly string[]): string[][] {
  const sharing = Map.groupBy(files, (file) => /\bshareStage\('(\w+)'\)/u.exec(tree.text(file))?.[1] ?? '');
  const alone = sharing.get('') ?? [];
  sharing.delete('');
  const parts = [...sharing.values()];
  for (let at = 0; at < alone.length; at += browserFilesTogether) parts.push(alone.slice(at, at + browserFilesTogether));
  return parts;
}

/** Whether a test starts the embedded engine, the threads of the pipeline or a build of the console: no unit, and slow. */
function startsMuch(tree: Tree, path: string): boolean {
  return /\b(?:createTestStore|Engine\.open|Store\.open|Figures\.open|startSequencer|buildConsole)\(/u.test(tree.text(path));
}

/** The folders that ought to hold tests and hold none. */
export function untestedFolders(tree: Tree, verb: 'test' | 'ok'): string[] {
  const folders = verb === 'ok' ? ['src', 'tools'] : codeFolders;
  return folders.filter((folder) => !tree.files.some((path) => isTest(path) && path.startsWith(`${folder}/`)));
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
  process.once('exit', killAll);
  const tree = readTree(join(import.meta.dirname, '..'));
  const failed: string[] = [];
  if (patterns.length === 0) failed.push(...untestedFolders(tree, verb).map((folder) => `${folder}/ holds no test file`));
  const { unit, system } = lanes(tree, verb, patterns);
  if (verb === 'ok') console.log('ok leaves out what starts a server, a browser, the engine, the threads of the pipeline or a build of the console: npm test runs it');
  if (patterns.length > 0 && [unit, system].every((files) => files.length === 0)) failed.push(`no test file matches ${patterns.join(', ')}`);
  const run = new Run(tree.root, failed);
  const jobs = [
    ...(patterns.length === 0 ? checks() : []),
    ...together(tree, unit).map((files) => jobOf(files, unitDeadlineMs)),
    ...stages(tree, system.filter(isBrowser)).map((files) => jobOf(files, browserDeadlineMs)),
    ...system.filter((file) => !isBrowser(file)).map((file) => jobOf([file], systemDeadlineMs)),
  ];
  await run.all(jobs, jobsAtOnce);
  if (system.some(isBrowser)) sayPictures(tree);
  sayCosts(run.costs);
  return close(failed, run.total, performance.now() - began);
}

function checks(): Job[] {
  const types = (project: string): string[] => {
    const kept = join('node_modules', '.cache', 'types', `${project === '.' ? 'server' : project.replaceAll('/', '-')}.tsbuildinfo`);
    return [join('node_modules', 'typescript', 'bin', 'tsc'), '--noEmit', '-p', project, '--incremental', '--tsBuildInfoFile', kept];
  };
  const check = (name: string, args: readonly string[]): Job => ({ name, args, files: [], deadlineMs: unitDeadlineMs });
  return [
    check('types', types('.')),
    check('types of console', types('console')),
    // Its code runs in part inside pages, so it knows the DOM, which the server must not.
    check('types of test/browser', types('test/browser')),
    check('shape', [join('tools', 'tidy.ts')]),
  ];
}

function jobOf(files: readonly string[], deadlineMs: number): Job {
  const [first = ''] = files;
  const args = files.length === 1 ? ['--test-reporter=spec', first] : [join('tools', 'suite-together.ts'), ...files];
  return { name: first, args, files, deadlineMs };
}

/** Where the time went. CPU seconds, because they hardly depend on what else a machine does. */
function sayCosts(costs: readonly Cost[]): void {
  const known = costs.filter((cost): cost is Cost & { cpuMs: number } => cost.cpuMs !== null);
  if (known.length < costsShown) return;
  const sum = known.reduce((total, { cpuMs }) => total + cpuMs, 0);
  console.log(`\n${(sum / 1000).toFixed(0)} s of CPU, most of it here:`);
  for (const { name, tookMs, cpuMs } of known.toSorted((a, b) => b.cpuMs - a.cpuMs).slice(0, costsShown)) console.log(`     ${name.padEnd(66)} ${seconds(tookMs)} ${seconds(cpuMs)} CPU`);
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

// Test files of pure code, or of browsers, in one process, one after the other: what a process costs to start, to load the sources and to warm up
// is paid once for all of them. Started by the suite, which hears by message how each file ended.
//
//   node tools/suite-together.ts FILE…

import { isAbsolute, join, relative } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { cpuOfAllMs, type FileEnded, type Tally } from './suite-process.ts';

/** What node's test runner says on the way, as far as it is read here. */
interface Said {
  readonly file?: string;
  readonly name?: string;
  readonly nesting?: number;
  readonly message?: string;
  readonly skip?: string | boolean;
  readonly todo?: string | boolean;
  readonly success?: boolean;
  readonly details?: { readonly type?: string; readonly error?: { readonly failureType?: string } };
}

interface Current {
  readonly file: string;
  readonly tally: Tally;
  readonly reporter: InstanceType<typeof spec>;
  readonly began: number;
  readonly beganCpuMs: number;
}

const root = join(import.meta.dirname, '..');
let current: Current | undefined;

await runTogether(process.argv.slice(2));

async function runTogether(files: readonly string[]): Promise<void> {
  const stream = run({ files: files.map((file) => join(root, file)), cwd: root, isolation: 'none' });
  let anyFailed = false;
  let success = true;
  // Listeners hear at once, unlike a reader of the stream: so a file's time and CPU end with its last test.
  for (const type of ['test:dequeue', 'test:start', 'test:pass', 'test:fail', 'test:diagnostic'] as const) {
    stream.on(type, (said: Said) => {
      if (said.file === undefined) return type === 'test:diagnostic' && said.nesting !== 0 ? console.log(said.message) : undefined;
      const file = nameOf(said.file);
      if (current?.file !== file) {
        close();
        current = open(file);
      }
      if (type === 'test:pass' || type === 'test:fail') count(current!, said, type === 'test:fail');
      anyFailed ||= type === 'test:fail';
      current!.reporter.write({ type, data: said });
    });
  }
  stream.on('test:summary', (said: Said) => (success &&= said.success !== false));
  for await (const _event of stream);
  close();
  // Something went wrong outside every test.
  if (!success && !anyFailed) process.exitCode = 1;
}

function nameOf(file: string): string {
  return isAbsolute(file) ? relative(root, file) : file;
}

function open(file: string): Current {
  const reporter = new spec();
  return { file, tally: { tests: 0, suites: 0, pass: 0, fail: 0, cancelled: 0, skipped: 0, todo: 0 }, reporter, began: performance.now(), beganCpuMs: cpuOfAllMs() };
}

/** Counts as node does. */
function count({ file, tally }: Current, { name, nesting, skip, todo, details }: Said, failed: boolean): void {
  if (details?.type === 'suite') return void (tally.suites += 1);
  // A file without tests passes under its own name.
  if (!failed && nesting === 0 && nameOf(name ?? '') === file) return;
  tally.tests += 1;
  if (skip !== undefined && skip !== false) tally.skipped += 1;
  else if (todo !== undefined && todo !== false) tally.todo += 1;
  else if (!failed) tally.pass += 1;
  else if (details?.error?.failureType === 'cancelledByParent') tally.cancelled += 1;
  else tally.fail += 1;
}

function close(): void {
  if (current === undefined) return;
  const { file, tally, reporter, began, beganCpuMs } = current;
  current = undefined;
  const took = { tookMs: performance.now() - began, cpuMs: cpuOfAllMs() - beganCpuMs };
  let output = '';
  reporter.on('data', (text: unknown) => (output += String(text)));
  reporter.on('end', () => process.send?.({ file, tally, output, ...took } satisfies FileEnded));
  reporter.end();
}

// Runs checks and test files, a few at once, says a line for each, and keeps the counts and what each took.

import { styleText } from 'node:util';
import { runNode, type Ended, type Tally } from './suite-process.ts';
import { isTest } from './tidy-tree.ts';

/** What is run together: a check, a test file, or several that share a process. */
export interface Job {
  readonly name: string;
  readonly args: readonly string[];
  /** None: a check. */
  readonly files: readonly string[];
  readonly deadlineMs: number;
}

/** What a file or a check took. */
export interface Cost {
  readonly name: string;
  readonly tookMs: number;
  readonly cpuMs: number | null;
}

/** A browser and its server keep the cores busy by themselves. */
const browsersAtOnce = 2;

/** What has been run so far, and what came of it. */
export class Run {
  readonly total: Tally = { tests: 0, suites: 0, pass: 0, fail: 0, cancelled: 0, skipped: 0, todo: 0 };
  readonly costs: Cost[] = [];
  readonly #root: string;
  readonly #failed: string[];

  constructor(root: string, failed: string[]) {
    this.#root = root;
    this.#failed = failed;
  }

  /** Runs jobs in their order, a few at a time, and fewer browsers. */
  async all(jobs: readonly Job[], atOnce: number): Promise<void> {
    const waiting = [...jobs];
    let browsers = 0;
    const worker = async (): Promise<void> => {
      for (;;) {
        const at = waiting.findIndex(({ name }) => browsers < browsersAtOnce || !isBrowser(name));
        // Whoever finds only browsers waiting leaves them to those who run one.
        if (at === -1) return;
        const [job] = waiting.splice(at, 1);
        if (job === undefined) return;
        const counts = isBrowser(job.name) ? 1 : 0;
        browsers += counts;
        await this.#one(job);
        browsers -= counts;
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
  }

  async #one(job: Job): Promise<void> {
    const { files, name } = job;
    if (files.length > 1) return this.#several(job);
    const ended = await runNode(this.#root, job.args, job.deadlineMs);
    if (files.length === 0) return this.#note(name, ended.code === 0 ? '' : 'failed', undefined, ended, ended.output);
    const tally = tallyOf(ended.output);
    this.#note(name, complaint(ended, tally), tally, ended, ended.output);
  }

  /** Files that share a process: each is heard of by itself, and the process at its end. */
  async #several({ args, files, deadlineMs, name }: Job): Promise<void> {
    const open = new Set(files);
    let inTests = 0;
    let wellDone = true;
    const ended = await runNode(this.#root, args, deadlineMs, (one) => {
      open.delete(one.file);
      inTests += one.cpuMs;
      const problem = complaint({ code: 0, late: false }, one.tally);
      wellDone &&= problem === '';
      this.#note(one.file, problem, one.tally, one, one.output);
    });
    for (const file of open) this.#note(file, complaint(ended, undefined), undefined, ended, '');
    if (open.size === 0 && (ended.code !== 0 || ended.late)) this.#note(name, `${complaint(ended, undefined)}: the process of ${files.join(', ')}`, undefined, ended, '');
    // What tests wrote themselves belongs to whichever of them failed.
    if ((!wellDone || open.size > 0 || ended.code !== 0) && ended.output !== '') console.log(indented(`what was written meanwhile:\n${ended.output}`));
    if (ended.cpuMs !== null) this.costs.push({ name: `start of the process of ${name}`, tookMs: 0, cpuMs: Math.max(0, ended.cpuMs - inTests) });
  }

  #note(name: string, problem: string, tally: Tally | undefined, { tookMs, cpuMs }: Omit<Cost, 'name'>, output: string): void {
    this.costs.push({ name, tookMs, cpuMs });
    for (const count of Object.keys(this.total) as (keyof Tally)[]) this.total[count] += tally?.[count] ?? 0;
    const isCheck = !isTest(name);
    if (problem !== '') {
      this.#failed.push(isCheck ? name : `${name}: ${problem}`);
      // A file that fails outside its tests counts as one failed test, lest the closing lines say that all is well.
      if (!isCheck && (tally?.fail ?? 0) + (tally?.cancelled ?? 0) === 0) {
        this.total.tests += 1;
        this.total.fail += 1;
      }
    }
    const mark = problem === '' ? styleText('green', 'ok  ') : styleText('red', 'FAIL');
    const count = isCheck ? '' : `${tally?.tests ?? 0} tests`;
    console.log(`${mark} ${name.padEnd(56)} ${count.padStart(9)} ${seconds(tookMs)} ${cpuMs === null ? '' : `${seconds(cpuMs)} CPU`}  ${problem}`.trimEnd());
    if (problem !== '') console.log(indented(output));
  }
}

export function isBrowser(path: string): boolean {
  return path.startsWith('test/browser/');
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

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`.padStart(8);
}

function indented(text: string): string {
  return text.trimEnd().replace(/^/gmu, '     ');
}

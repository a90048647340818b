// How the suite runs a test file or a check: in a process group of its own, with a deadline, so that a test that leaves a server behind neither
// hangs the run nor leaves it to the machine. And what it took: the CPU seconds of everything that it started and waited for.

import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

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

export interface Ended {
  readonly code: number;
  readonly output: string;
  readonly tookMs: number;
  /** Null where the system does not say. */
  readonly cpuMs: number | null;
  readonly late: boolean;
}

/** One of several test files of a process. */
export interface FileEnded {
  readonly file: string;
  readonly tally: Tally;
  readonly output: string;
  readonly tookMs: number;
  readonly cpuMs: number;
}

/** A process's output beyond this is cut: a runaway test must not exhaust the machine. */
const outputCharsMax = 2_000_000;
/** Of /proc/PID/stat, the same for every Linux that Node runs on. */
const tickMs = 10;

/** What a test starts inherits it. A URL has no blanks, at which options would end. */
const OWN_MODULES = new URL('own-modules.mjs', import.meta.url).href;

const running = new Set<ChildProcess>();
let ownChildrenMs = 0;

/** Runs a program under this Node until its whole group is gone; `onFile` hears what it says about single files. */
export function runNode(root: string, args: readonly string[], deadlineMs: number, onFile?: (ended: FileEnded) => void): Promise<Ended> {
  const began = performance.now();
  // The output is read, so it carries no colours; and a runner above this one is not to be reported to.
  const { FORCE_COLOR: _colour, NODE_TEST_CONTEXT: _runner, ...env } = process.env;
  const child = spawn(process.execPath, [...args], {
    cwd: root,
    // Some hundred processes load the same sources: Node keeps what it has stripped and compiled, and need not look for them.
    env: { ...env, NO_COLOR: '1', NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'node-compile'), NODE_OPTIONS: `${env['NODE_OPTIONS'] ?? ''} --import=${OWN_MODULES}` },
    stdio: ['ignore', 'pipe', 'pipe', ...(onFile === undefined ? [] : ['ipc' as const])],
    detached: true,
  });
  running.add(child);
  let output = '';
  let late = false;
  let cpuMs: number | null = null;
  const take = (chunk: string): void => {
    if (output.length < outputCharsMax) output += chunk;
  };
  child.stdout!.setEncoding('utf8').on('data', take);
  child.stderr!.setEncoding('utf8').on('data', take);
  if (onFile !== undefined) child.on('message', (message) => onFile(message as FileEnded));
  const deadline = setTimeout(() => {
    late = true;
    killGroup(child, 'SIGKILL');
  }, deadlineMs);
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new Error(`cannot start ${args.join(' ')}`, { cause: error })));
    // After `exit` nothing of its group may stay; only then do the pipes close for certain.
    child.on('exit', () => {
      cpuMs = cpuOfLatestChild();
      killGroup(child, 'SIGKILL');
    });
    child.on('close', (code) => {
      clearTimeout(deadline);
      running.delete(child);
      resolve({ code: code ?? 1, output, tookMs: performance.now() - began, cpuMs, late });
    });
  });
}

/** Ends everything that runs, at once. */
export function killAll(): void {
  for (const child of running) killGroup(child, 'SIGKILL');
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // ESRCH: the whole group has ended already.
  }
}

/** What the children that ended took, beyond what the ones before had taken: they are collected one by one. */
function cpuOfLatestChild(): number | null {
  const own = statOf('self');
  if (own === null) return null;
  const grown = own.childrenMs - ownChildrenMs;
  ownChildrenMs = own.childrenMs;
  return grown;
}

/** What this process took so far and all that it started, whether it has ended or not. */
export function cpuOfAllMs(): number {
  const { user, system } = process.cpuUsage();
  const own = statOf('self');
  if (own === null) return (user + system) / 1000;
  const stats = new Map(readdirSync('/proc').filter((name) => /^\d+$/u.test(name)).flatMap((name) => {
    const stat = statOf(name);
    return stat === null ? [] : [[Number(name), stat] as const];
  }));
  let sum = (user + system) / 1000 + own.childrenMs;
  const isBelow = (parent: number): boolean => parent === process.pid || (stats.has(parent) && isBelow(stats.get(parent)!.parent));
  for (const { parent, ownMs, childrenMs } of stats.values()) if (isBelow(parent)) sum += ownMs + childrenMs;
  return sum;
}

interface Stat {
  readonly parent: number;
  readonly ownMs: number;
  /** Of the children that it has collected. */
  readonly childrenMs: number;
}

/** Null if it has ended meanwhile, and where the system does not say: only Linux does. */
function statOf(process: string): Stat | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${process}/stat`, 'utf8');
  } catch {
    return null;
  }
  // The name stands in parentheses and may hold spaces; the parent is field 4, and utime, stime, cutime and cstime are fields 14 to 17.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ').map(Number);
  const [utime = 0, stime = 0, cutime = 0, cstime = 0] = fields.slice(11, 15);
  return { parent: fields[1] ?? 0, ownMs: (utime + stime) * tickMs, childrenMs: (cutime + cstime) * tickMs };
}

/** What Linux knows about a process: its CPU time, in all and by thread, its peak memory, and the disk a folder uses. */
import { readdirSync, readFileSync, lstatSync } from 'node:fs';
import { join } from 'node:path';

/** USER_HZ, the unit of CPU times in /proc (proc(5)); 100 on every Linux that Node runs on. */
const TICKS_PER_S = 100;
const LOOK_MS = 200;

export function cpuSeconds(pid: number): number {
  return ticksOf(`/proc/${pid}/stat`) / TICKS_PER_S;
}

/** The most memory the process ever had resident. */
export function peakMemoryBytes(pid: number): number {
  const kib = /^VmHWM:\s*(\d{1,15}) kB$/mu.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kib === undefined) throw new Error(`cannot read the peak memory of process ${pid}`);
  return Number(kib) * 1024;
}

/** As `du` counts: blocks that are allocated. Files that go away meanwhile count nothing. */
export function diskBytes(path: string): number {
  const entry = lstatSync(path, { throwIfNoEntry: false });
  if (entry === undefined) return 0;
  const own = entry.blocks * 512;
  return entry.isDirectory() ? namesIn(path).reduce((sum, name) => sum + diskBytes(join(path, name)), own) : own;
}

/**
 * CPU seconds of a process since this was made, by the name of its threads. Threads end and those of a pool are renamed after
 * their work, so it looks now and then; what ended between two looks is under `ended`.
 */
export class ThreadTimes {
  readonly #pid: number;
  readonly #before: number;
  readonly #last = new Map<string, number>();
  readonly #ticks = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;

  constructor(pid: number) {
    this.#pid = pid;
    this.#before = ticksOf(`/proc/${pid}/stat`);
    this.#look();
    this.#ticks.clear();
    this.#timer = setInterval(() => this.#look(), LOOK_MS).unref();
  }

  /** Ends the looking. */
  seconds(): Record<string, number> {
    clearInterval(this.#timer);
    this.#look();
    const all = ticksOf(`/proc/${this.#pid}/stat`) - this.#before;
    const named = [...this.#ticks].filter(([, ticks]) => ticks > 0).sort(([, a], [, b]) => b - a);
    const ended = all - named.reduce((sum, [, ticks]) => sum + ticks, 0);
    return Object.fromEntries([...named, ['ended', Math.max(0, ended)] as const].map(([name, ticks]) => [name, ticks / TICKS_PER_S]));
  }

  #look(): void {
    for (const thread of namesIn(`/proc/${this.#pid}/task`)) {
      try {
        const folder = `/proc/${this.#pid}/task/${thread}`;
        const name = readFileSync(`${folder}/comm`, 'utf8').trim();
        const ticks = ticksOf(`${folder}/stat`);
        this.#ticks.set(name, (this.#ticks.get(name) ?? 0) + ticks - (this.#last.get(thread) ?? 0));
        this.#last.set(thread, ticks);
      } catch {
        // Ended between two looks.
      }
    }
  }
}

function ticksOf(path: string): number {
  const stat = readFileSync(path, 'utf8');
  // The name may hold spaces and brackets; fields are counted from its end (proc(5): utime is 14, stime 15).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

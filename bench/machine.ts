/** Where figures come from: without the machine and its load they say nothing. */
import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { createRequire } from 'node:module';

export interface Machine {
  readonly at: string;
  readonly cores: number;
  readonly cpu: string;
  readonly memoryBytes: number;
  readonly kernel: string;
  readonly node: string;
  /** The package of the embedded engine, with its version. */
  readonly engine: string;
  /** '' outside a checkout. */
  readonly commit: string;
  /** Load average of the last minute when it began; above half the cores others are at work. */
  readonly loadAverage: number;
  readonly busy: boolean;
}

export function describeMachine(): Machine {
  const cores = availableParallelism();
  const loadAverage = loadavg()[0] ?? 0;
  return {
    at: new Date().toISOString(), cores, cpu: cpus()[0]?.model.trim() ?? 'unknown', memoryBytes: totalmem(), kernel: release(), node: process.version,
    engine: `chdb ${packageVersion('chdb')}`, commit: commitOf(), loadAverage, busy: loadAverage > cores / 2,
  };
}

function packageVersion(name: string): string {
  const { version } = createRequire(import.meta.url)(`${name}/package.json`) as { version: string };
  return version;
}

function commitOf(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { cwd: import.meta.dirname, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return '';
  }
}

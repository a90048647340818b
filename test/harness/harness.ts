/**
 * A real server for tests: a child process on free ports with a data directory of its own, spoken to through its real ports and its real
 * command line. Whatever a test leaves behind, failing or not, is ended and removed when its file is done.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after } from 'node:test';

import type { Role } from '#model';

const ROOT = join(import.meta.dirname, '../..');
const MAIN = join(ROOT, 'src/main.ts');
/** For Node, before the program's file. */
export const CHEAP_ARGON2 = join(ROOT, 'test/harness/cheap-argon2.ts');
/** Machines under load are slow; a test that waits this long for anything has failed. */
const PATIENCE_MS = 60_000;

const children = new Set<ChildProcess>();
const folders = new Set<string>();

after(async () => {
  for (const child of children) {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
  removeFolders();
});
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  removeFolders();
});

function removeFolders(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  folders.clear();
}

/** A new folder with room for a data directory and what lies beside it; gone when the file's tests are done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tracekeep-test-'));
  folders.add(folder);
  return folder;
}

export interface ServerOptions {
  /** Default: a new one. */
  readonly data?: string;
  /** More words for `serve`, such as `['--workers', '2']`. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** For tests that are not about what passwords cost: hashing them costs next to nothing. */
  readonly cheapPasswords?: boolean;
  /** Words before its command line, of a program that becomes it, such as `['strace', '-D']`. */
  readonly under?: readonly string[];
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running `tracekeep serve`. */
export class TestServer {
  readonly data: string;
  readonly child: ChildProcess;
  /** Resolves when the process is gone and everything it said was read. */
  readonly exited: Promise<Exit>;
  /** Everything said so far. */
  stdout = '';
  stderr = '';
  /** `http://127.0.0.1:PORT`, from the line that says ready. */
  otlpHttp = '';
  console = '';
  /** `127.0.0.1:PORT`. */
  otlpGrpc = '';
  /** Listens for a change of the above. */
  #changed = (): void => {};

  constructor(data: string, child: ChildProcess) {
    this.data = data;
    this.child = child;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      this.#changed();
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.exited = once(child, 'close').then(([code, signal]) => {
      children.delete(child);
      this.#changed();
      return { code: code as number | null, signal: signal as NodeJS.Signals | null };
    });
  }

  get pid(): number {
    assert.ok(this.child.pid !== undefined, 'the server has not started');
    return this.child.pid;
  }

  async ready(): Promise<void> {
    const late = setTimeout(() => this.child.kill('SIGKILL'), PATIENCE_MS);
    try {
      while (!this.stdout.includes('\n')) {
        assert.ok(this.child.exitCode === null && this.child.signalCode === null, `the server ended before it was ready:\n${this.stderr}`);
        await new Promise<void>((changed) => (this.#changed = changed));
      }
    } finally {
      clearTimeout(late);
    }
    const [, http, grpc, console] = /^tracekeep ready otlp-http=(\S+) otlp-grpc=https?:\/\/(\S+) console=(\S+) /.exec(this.stdout) ?? [];
    assert.ok(http !== undefined && grpc !== undefined && console !== undefined, `not a line that says ready: ${this.stdout}`);
    Object.assign(this, { otlpHttp: http, otlpGrpc: grpc, console });
  }

  /** Asks it to stop, as an init system would, and expects that it ends in good order. */
  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    const late = setTimeout(() => this.child.kill('SIGKILL'), PATIENCE_MS);
    const exit = await this.exited;
    clearTimeout(late);
    assert.deepEqual(exit, { code: 0, signal: null }, `the server did not stop in good order:\n${this.stderr}`);
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  /** The most memory the process had resident at any moment so far. Linux only. */
  peakMemoryBytes(): number {
    const [, kib] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8')) ?? [];
    assert.ok(kib !== undefined, 'cannot read VmHWM');
    return Number(kib) * 1024;
  }
}

/** Starts a server and waits until it serves. */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const server = launchServer(options);
  await server.ready();
  return server;
}

/** Starts a server and does not wait. */
export function launchServer(options: ServerOptions = {}): TestServer {
  const data = options.data ?? join(temporaryFolder(), 'data');
  const free = '127.0.0.1:0';
  const words = ['serve', '--data', data, '--otlp-http', free, '--otlp-grpc', free, '--console', free, ...(options.args ?? [])];
  return new TestServer(data, spawnTracekeep(words, options.env, options.under, options.cheapPasswords === true ? ['--import', CHEAP_ARGON2] : []));
}

export interface Done {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs another verb of the command line to its end. */
export async function tracekeep(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Done> {
  const child = spawnTracekeep(words, env);
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close', { signal: AbortSignal.timeout(PATIENCE_MS) })) as [number | null];
  children.delete(child);
  return { code, stdout, stderr };
}

/** Makes a producer; its ingest key. What the verb does is done in this process where that is enough: a program for each costs a third of a second of CPU. */
export async function addProducer(data: string, name: string, services: readonly string[] = ['*'], more: readonly string[] = []): Promise<string> {
  const { addedProducer } = await import('./credentials.ts');
  return (await addedProducer(data, name, services, more)) ?? lastLine(await tracekeep(['producer', 'add', name, ...services.flatMap((glob) => ['--service', glob]), '--data', data, ...more]));
}

/** Makes a token, likewise. */
export async function createToken(data: string, role: Role = 'viewer', more: readonly string[] = []): Promise<string> {
  const { createdToken } = await import('./credentials.ts');
  return (await createdToken(data, role, more)) ?? lastLine(await tracekeep(['token', 'create', '--role', role, '--data', data, ...more]));
}

/** Waits until something holds; fails after a while, naming what was waited for. */
export async function until(holds: () => boolean | Promise<boolean>, what: string, ms = PATIENCE_MS): Promise<void> {
  const end = performance.now() + ms;
  while (!(await holds())) {
    assert.ok(performance.now() < end, `waited ${ms} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export function lastLine({ code, stdout, stderr }: Done): string {
  assert.equal(code, 0, stderr);
  return stdout.trimEnd().split('\n').at(-1) ?? '';
}

/** A running `tracekeep witness` on a free port. */
export class TestWitness {
  readonly child: ChildProcess;
  readonly data: string;
  readonly vkeys: readonly string[];
  readonly url: string;
  stderr = '';

  constructor(child: ChildProcess, data: string, vkeys: readonly string[], url: string) {
    this.child = child;
    this.data = data;
    this.vkeys = vkeys;
    this.url = url;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
  }

  /** Asks it to stop, or kills it, and waits until it is gone. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const gone = once(this.child, 'close');
    this.child.kill(signal);
    await gone;
    children.delete(this.child);
  }

  /** Flags of a server that has it cosign. */
  get flags(): readonly string[] {
    return this.vkeys.flatMap((vkey) => ['--witness', `${vkey} ${this.url}`]);
  }
}

/** Starts a witness that follows the log with these keys; `data` and `under` as for a server. */
export async function startWitness(name: string, logVkeys: readonly string[], { data = join(temporaryFolder(), 'witness'), under = [], args = [] }: Pick<ServerOptions, 'data' | 'under' | 'args'> = {}): Promise<TestWitness> {
  const child = spawnTracekeep(['witness', '--data', data, '--name', name, '--listen', '127.0.0.1:0', ...args, ...logVkeys.flatMap((vkey) => ['--log', vkey])], {}, under);
  const lines = createInterface({ input: child.stdout ?? assert.fail() });
  const [ready] = (await once(lines, 'line', { signal: AbortSignal.timeout(PATIENCE_MS) })) as [string];
  const url = /^tracekeep witness ready (https?:\S+) /.exec(ready)?.[1] ?? assert.fail(ready);
  const { stdout } = await tracekeep(['witness', 'vkeys', '--data', data]);
  return new TestWitness(child, data, stdout.trimEnd().split('\n'), url);
}

function spawnTracekeep(words: readonly string[], more: Readonly<Record<string, string>> = {}, under: readonly string[] = [], before: readonly string[] = []): ChildProcess {
  // A test runner above this process is nothing to the server.
  const { NODE_TEST_CONTEXT: _runner, ...env } = process.env;
  const [program = process.execPath, ...args] = [...under, process.execPath, ...before, MAIN, ...words];
  const child = spawn(program, args, { cwd: ROOT, env: { ...env, UV_THREADPOOL_SIZE: '16', ...more }, stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  return child;
}

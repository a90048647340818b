/** The server that is measured: a real `tracekeep serve` on free ports with an empty data directory, and what is known of it from outside. */
import { type ChildProcess, execFile, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Load, Loaded } from './load.ts';
import { cpuSeconds, diskBytes, peakMemoryBytes } from './proc.ts';

const MAIN = join(import.meta.dirname, '..', 'src', 'main.ts');
const LOAD = join(import.meta.dirname, 'load.ts');
const HOST = '127.0.0.1';
const START_MS_MAX = 60_000;
const STOP_MS_MAX = 60_000;
/** Verification takes a while. */
const VERB_MS_MAX = 600_000;
const ANSWER_MS_MAX = 60_000;
/** Quiet: everything is in the engine, and for so long the process has used less than this share of a core. */
const QUIET_MS = 5_000;
const QUIET_SHARE = 0.02;
const QUIET_MS_MAX = 300_000;
/** Parts that were merged stay for a while; the disk is measured when it has not changed for so long. */
const DISK_SAME_MS = 45_000;
const DISK_MS_MAX = 330_000;

export interface ServerOptions {
  /** More arguments for Node, such as those of its profiler. */
  readonly node?: readonly string[];
  readonly args?: readonly string[];
  /** Share of a core below which it is at rest; a profiler needs one of its own. */
  readonly restShare?: number;
  /** True: figures of CPU and disk do not matter, so it is not waited until they have settled. */
  readonly hurried?: boolean;
}

export class MeasuredServer {
  readonly #folder: string;
  readonly #child: ChildProcess;
  readonly #data: string;
  readonly #hurried: boolean;
  readonly #restShare: number;
  #otlpHttp = '';
  #console = '';
  #key = '';
  #token = '';
  #emptyBytes = 0;

  private constructor(folder: string, child: ChildProcess, { hurried = false, restShare = QUIET_SHARE }: ServerOptions) {
    this.#hurried = hurried;
    this.#restShare = restShare;
    this.#folder = folder;
    this.#data = join(folder, 'data');
    this.#child = child;
  }

  static async start(options: ServerOptions = {}): Promise<MeasuredServer> {
    const { node = [], args = [] } = options;
    const folder = mkdtempSync(join(tmpdir(), 'tracekeep-bench-'));
    // What is measured is asked for: nothing goes on in the background.
    const listen = [...['--otlp-http', '--otlp-grpc', '--console'].flatMap((flag) => [flag, `${HOST}:0`]), '--verify-every', 'never'];
    const { NODE_TEST_CONTEXT: _runner, ...env } = process.env;
    const child = spawn(process.execPath, [...node, MAIN, 'serve', '--data', join(folder, 'data'), ...listen, ...args], { env: { ...env, UV_THREADPOOL_SIZE: '16' }, stdio: ['ignore', 'pipe', 'pipe'] });
    const server = new MeasuredServer(folder, child, options);
    process.on('exit', server.#remove);
    try {
      await server.#ready();
      server.#key = await server.#verb('producer', 'add', 'bench', '--service', '*');
      server.#token = await server.token('admin');
      server.#emptyBytes = diskBytes(server.#data);
      return server;
    } catch (failure) {
      server.#remove();
      throw failure;
    }
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('cannot measure a server that has not started');
    return this.#child.pid;
  }

  get cpu_s(): number {
    return cpuSeconds(this.pid);
  }

  get peakMemoryBytes(): number {
    return peakMemoryBytes(this.pid);
  }

  /** Starts a load; `stop` ends one without a last pass early. */
  load(load: Omit<Load, 'url' | 'key'>): { readonly loaded: Promise<Loaded>; readonly stop: () => void } {
    const child = fork(LOAD, { execArgv: [] });
    const loaded = new Promise<Loaded>((resolve, reject) => {
      child.once('message', (message) => resolve(message as Loaded));
      child.once('exit', (code) => reject(new Error(`cannot send the load: its process ended with ${code}`)));
    });
    const all: Load = { ...load, url: this.#otlpHttp, key: this.#key };
    child.send(all);
    return { loaded, stop: () => void (child.connected && child.send('stop')) };
  }

  /** Asks the query API, with a body as POST; time is until the whole answer has arrived. */
  async ask(path: string, { token = this.#token, body }: { readonly token?: string; readonly body?: unknown } = {}): Promise<{ readonly json: unknown; readonly ms: number }> {
    const began = performance.now();
    const posted = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(this.#console + path, { ...posted, headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) }, signal: AbortSignal.timeout(ANSWER_MS_MAX) });
    const text = await response.text();
    const ms = performance.now() - began;
    if (!response.ok) throw new Error(`cannot ask ${path.split('?')[0]}: status ${response.status} ${text}`);
    return { json: JSON.parse(text) as unknown, ms };
  }

  /** Sends one request of spans as JSON; true when all of it was taken. */
  async send(resourceSpans: unknown): Promise<boolean> {
    const response = await fetch(`${this.#otlpHttp}/v1/traces`, { method: 'POST', headers: { authorization: `Bearer ${this.#key}`, 'content-type': 'application/json' }, body: JSON.stringify({ resourceSpans }), signal: AbortSignal.timeout(ANSWER_MS_MAX) });
    return (await response.text()) === '{}' && response.ok;
  }

  /** True when the server came to rest in time; false when it never did, and figures say so. */
  async quiet(most_ms = QUIET_MS_MAX): Promise<boolean> {
    if (this.#hurried) return (await this.#pendingRows()) === 0;
    const end = performance.now() + most_ms;
    while (performance.now() < end) {
      const before = this.cpu_s;
      const began = performance.now();
      await wait(QUIET_MS);
      const busy = (this.cpu_s - before) / ((performance.now() - began) / 1_000);
      if (busy < this.#restShare && (await this.#pendingRows()) === 0) return true;
    }
    return false;
  }

  /** Bytes on the disk beyond those of an empty store. */
  async diskBytes(): Promise<number> {
    const end = performance.now() + (this.#hurried ? 0 : DISK_MS_MAX);
    let bytes = diskBytes(this.#data);
    for (let since = performance.now(); performance.now() < end && performance.now() - since < DISK_SAME_MS; ) {
      await wait(1_000);
      const now = diskBytes(this.#data);
      if (now !== bytes) since = performance.now();
      bytes = now;
    }
    return bytes - this.#emptyBytes;
  }

  /** Ends it and keeps what it stored. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exited = once(this.#child, 'exit', { signal: AbortSignal.timeout(STOP_MS_MAX) });
    this.#child.kill('SIGTERM');
    await exited;
  }

  async stop(): Promise<void> {
    await this.end().finally(this.#remove);
    process.off('exit', this.#remove);
  }

  readonly #remove = (): void => {
    this.#child.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  };

  async #ready(): Promise<void> {
    let said = '';
    let complained = '';
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#child.stderr?.on('data', (part: Buffer) => (complained = (complained + part.toString()).slice(-4_000)));
    this.#child.stdout?.on('data', (part: Buffer) => {
      said += part.toString();
      const [, otlpHttp, console] = /^tracekeep ready otlp-http=(\S+) \S+ console=(\S+)/mu.exec(said) ?? [];
      if (otlpHttp === undefined || console === undefined) return;
      this.#otlpHttp = otlpHttp;
      this.#console = console;
      resolve();
    });
    this.#child.once('exit', (code) => reject(new Error(`cannot start the server, it ended with ${code}: ${complained}`)));
    const late = setTimeout(() => reject(new Error(`cannot start the server in time: ${complained}`)), START_MS_MAX);
    await promise.finally(() => clearTimeout(late));
  }

  /** A new token. */
  token(role: string): Promise<string> {
    return this.#verb('token', 'create', '--role', role);
  }

  /** What a verb prints about this data directory. */
  async verb(...words: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(process.execPath, [MAIN, ...words, '--data', this.#data], { timeout: VERB_MS_MAX, maxBuffer: 64 * 1024 * 1024, env: { ...process.env, UV_THREADPOOL_SIZE: '16' } });
    return stdout;
  }

  /** Keys and tokens stand alone on the last line. */
  async #verb(...words: string[]): Promise<string> {
    return (await this.verb(...words)).trim().split('\n').at(-1) ?? '';
  }

  /** Rows acknowledged and not in the engine yet; 0 where the server does not say. */
  async #pendingRows(): Promise<number> {
    const response = await fetch(`${this.#console}/metrics`, { headers: { authorization: `Bearer ${this.#token}` }, signal: AbortSignal.timeout(ANSWER_MS_MAX) });
    const pending = /^tracekeep_store_rows_pending(?:\{[^}\n]{0,1000}\})? (\d{1,15})/mu.exec(await response.text())?.[1];
    return Number(pending ?? 0);
  }
}

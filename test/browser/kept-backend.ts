/** A server from source with a data directory of its own, for looking at the console: started again when its source changed, with the same data. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');
const MAIN = join(ROOT, 'src/main.ts');
const READY_MS_MAX = 60_000;
const env: NodeJS.ProcessEnv = { ...process.env, UV_THREADPOOL_SIZE: '16' };

export class KeptBackend {
  readonly data: string;
  otlpHttp = '';
  console = '';
  #child: ChildProcess | undefined;
  #startedAt = 0;

  constructor(data: string) {
    this.data = data;
  }

  /**
   * Starts it, or starts it again if a file of `src/` is newer; throws with what it said if it does not come up. A source that does not even load,
   * because somebody is in the middle of a change, is no reason to stop the server of before: the answer says so.
   */
  async fresh(): Promise<string> {
    if (this.#child !== undefined && this.#child.exitCode === null) {
      if (newestSource_ms() < this.#startedAt) return '';
      const trouble = await this.verb('--version').then(() => '', (failure: Error) => failure.message);
      if (trouble !== '') return `src/ does not load just now, so the server is the one of before:\n${trouble.slice(0, 1_500)}`;
    }
    await this.stop();
    this.#startedAt = Date.now();
    const free = '127.0.0.1:0';
    const child = spawn(process.execPath, [MAIN, 'serve', '--data', this.data, '--otlp-http', free, '--otlp-grpc', free, '--console', free], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    let said = '';
    const late = setTimeout(() => child.kill('SIGKILL'), READY_MS_MAX);
    try {
      await new Promise<void>((resolve, reject) => {
        child.stdout.setEncoding('utf8').on('data', (text: string) => {
          said += text;
          const [, http, web] = /^tracekeep ready otlp-http=(\S+) otlp-grpc=\S+ console=(\S+) /m.exec(said) ?? [];
          if (http === undefined || web === undefined) return;
          this.otlpHttp = http;
          this.console = web;
          resolve();
        });
        child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
        child.once('exit', () => reject(new Error(`cannot start the server:\n${said}`)));
      });
      return '';
    } finally {
      clearTimeout(late);
    }
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const late = setTimeout(() => child.kill('SIGKILL'), READY_MS_MAX);
    child.kill('SIGTERM');
    await once(child, 'exit');
    clearTimeout(late);
  }

  killNow(): void {
    this.#child?.kill('SIGKILL');
  }

  /** The last line that another verb of the command line prints, such as a key. */
  async verb(...words: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(process.execPath, [MAIN, ...words, '--data', this.data], { cwd: ROOT, env });
    return stdout.trimEnd().split('\n').at(-1) ?? '';
  }
}

function newestSource_ms(): number {
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter((path) => /(?<!\.test)\.ts$|\.sql$/u.test(path));
  // The server reads the built console when it starts.
  const paths = [...files.map((path) => join(ROOT, 'src', path)), join(ROOT, 'console/dist/.built-from')];
  return paths.reduce((newest, path) => Math.max(newest, statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0), 0);
}

/** A child process that is watched: its last lines are kept for the report when it dies unasked, and it is stopped in good order. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface ChildOptions {
  readonly name: string;
  /** Arguments to this same Node. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly onLine?: (line: string) => void;
  readonly onMessage?: (message: unknown) => void;
}

const LINES_KEPT = 12;

export class Child {
  readonly name: string;
  readonly exited: Promise<string>;
  readonly #process: ChildProcess;
  readonly #lines: string[] = [];
  #stopping = false;

  constructor({ name, args, env = {}, onLine, onMessage }: ChildOptions) {
    this.name = name;
    // A process group of its own: Ctrl-C reaches only the driver, which then stops everything in the right order.
    this.#process = spawn(process.execPath, ['--import', `${import.meta.dirname}/parent.ts`, ...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], detached: true });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.#lines.push(line);
        if (this.#lines.length > LINES_KEPT) this.#lines.shift();
        onLine?.(line);
      });
    }
    if (onMessage !== undefined) this.#process.on('message', onMessage);
    this.exited = new Promise((resolve) => {
      this.#process.on('error', (error) => resolve(`could not be started: ${error.message}`));
      this.#process.on('close', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
    });
  }

  get lastLines(): readonly string[] {
    return this.#lines;
  }

  /** Ended without having been asked to. */
  get died(): Promise<string> {
    return new Promise((resolve) => void this.exited.then((how) => this.#stopping || resolve(how)));
  }

  send(message: object): void {
    if (this.#process.connected) this.#process.send(message, () => {});
  }

  async stop(patience_ms: number): Promise<void> {
    this.#stopping = true;
    this.#process.kill('SIGTERM');
    const lost = setTimeout(() => this.#process.kill('SIGKILL'), patience_ms);
    await this.exited;
    clearTimeout(lost);
  }
}

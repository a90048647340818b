/**
 * Reads policies and compares them with the one in force, on a thread of its own with bounds on its memory and time: a text of the largest size takes a second
 * to read, and may be sent by anybody who may look, and whoever sends spans must not notice. One at a time; the thread ends when nobody asks.
 */
import { Worker } from 'node:worker_threads';
import { LIMITS } from '#limits';
import { isRefusal, refuse, type Refusal } from '#refusal';
import { readAndCompare, type Comparison, type ToCompare } from './comparison.ts';

export interface PolicyReader {
  /** Refusals: query_busy, policy_too_complex. */
  read(question: ToCompare): Promise<Comparison | Refusal>;
  stop(): Promise<void>;
}

/** Where nobody else waits: the command line. */
export const DIRECT_READER: PolicyReader = { read: async (question) => readAndCompare(question), stop: async () => undefined };

const PROGRAM = new URL('./reading-thread.ts', import.meta.url);

/** Asks a program that runs on a thread of its own: a message in, an answer out. */
export class ThreadReader<Question = ToCompare, Answer extends object = Comparison> {
  readonly #program: URL;
  #worker: Worker | null = null;
  #hear: (answer: Answer) => void = () => undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #idle: NodeJS.Timeout | null = null;

  constructor(program: URL = PROGRAM) {
    this.#program = program;
  }

  async read(question: Question): Promise<Answer | Refusal> {
    if (this.#waiting >= LIMITS.policy_readings_waiting_max) return refuse('query_busy', 'other policies are being read');
    this.#waiting++;
    const reading = this.#turn.then(() => this.#ask(question));
    this.#turn = reading.catch(() => undefined);
    return reading.finally(() => this.#waiting--);
  }

  async stop(): Promise<void> {
    if (this.#idle !== null) clearTimeout(this.#idle);
    await this.#worker?.terminate();
    this.#worker = null;
  }

  async #ask(question: Question): Promise<Answer | Refusal> {
    if (this.#idle !== null) clearTimeout(this.#idle);
    const worker = (this.#worker ??= this.#start());
    const answer = Promise.withResolvers<Answer | Refusal>();
    const failed = (): void => answer.resolve(refuse('policy_too_complex'));
    const late = setTimeout(failed, LIMITS.policy_reading_ms_max);
    this.#hear = answer.resolve;
    worker.once('exit', failed);
    worker.postMessage(question);
    const told = await answer.promise;
    clearTimeout(late);
    worker.off('exit', failed);
    // A thread that was late, or is gone, answers no other question.
    if (isRefusal(told)) {
      this.#worker = null;
      void worker.terminate();
    } else this.#idle = setTimeout(() => void this.stop(), LIMITS.policy_reader_idle_ms_max).unref();
    return told;
  }

  #start(): Worker {
    const worker = new Worker(this.#program, { resourceLimits: { maxOldGenerationSizeMb: LIMITS.policy_reader_heap_mib_max } });
    worker.on('message', (answer: Answer) => {
      if (this.#worker === worker) this.#hear(answer);
    });
    // Out of memory, most likely; `exit` comes next.
    worker.on('error', () => undefined);
    worker.unref();
    return worker;
  }
}

/**
 * What happened around the telemetry, carried into the log: changes of control data from the outbox, who read what, who failed to
 * sign in.
 *
 * A change is logged exactly once: its row is removed after its entry is durable, and a start removes the rows that the log has already.
 * Records of reads are written at most a second after the read. As long as they cannot be written, they wait; when too many wait, reads
 * are refused: nobody reads unrecorded for long.
 */
import { createHmac } from 'node:crypto';

import type { FailedAttempt } from '#authenticate/sign-in';
import type { ControlStore } from '#control';
import type { ReportFinding } from '#findings';
import { LIMITS } from '#limits';
import type { Commit, LogBody, Secret } from '#model';
import { refuse } from '#refusal';
import type { Refusal } from '#refusal';

import { FailedAttempts } from './attempts.ts';
import { bodyOfRow } from './body.ts';
import { Reads, type Read } from './reads.ts';

export type { Read } from './reads.ts';

/** What records need of the store. */
export interface RecordStore {
  /** Durable when resolved; nothing of a rejected commit is kept. */
  commit(commit: Commit): Promise<void>;
  /** The last row of the outbox that the log has, pending commits included; 0 if it has none. */
  readonly lastOutbox: number;
}

export interface RecordsOptions {
  readonly control: Pick<ControlStore, 'alignOutbox' | 'readOutbox' | 'forgetOutbox' | 'tellPolicyAgain'>;
  readonly store: RecordStore;
  /** Derived from the root key for this use alone. */
  readonly key: Secret<Uint8Array>;
  readonly reportFinding?: ReportFinding;
  /** Hears that records could not be written; they are tried again. */
  readonly onFailure?: (failure: unknown) => void;
  readonly now_ms?: () => number;
}

const DIGEST_BYTES = 16;
/** A change made beside the server is noticed after this time. */
const LOOK_MS = 250;
/** Failures are told at most so often. */
const FAILURE_MS = 60_000;

export class Records {
  readonly #options: RecordsOptions;
  readonly #now_ms: () => number;
  readonly #reads = new Reads();
  readonly #attempts = new FailedAttempts();
  /** Bodies on their way: kept until they are durable. */
  #leaving: readonly LogBody[] = [];
  #attemptsWritten_ms = 0;
  #writing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;
  #failed_ms = Number.NEGATIVE_INFINITY;
  #looking = false;
  #stopped = false;

  private constructor(options: RecordsOptions) {
    this.#options = options;
    this.#now_ms = options.now_ms ?? Date.now;
  }

  /** Brings into the log what changed while no server ran. */
  static async start(options: RecordsOptions): Promise<Records> {
    const { control, store, reportFinding } = options;
    if (await control.alignOutbox(store.lastOutbox)) {
      reportFinding?.(OLDER_CONTROL);
      await control.tellPolicyAgain();
    }
    const records = new Records(options);
    await records.flush();
    records.#timer = setInterval(() => records.#look(), LOOK_MS).unref();
    return records;
  }

  /** Records a read before it is answered. Refusals: record_unavailable. */
  read(read: Read): true | Refusal {
    if (this.#stopped || !this.#reads.add(read, this.#now_ms())) return refuse('record_unavailable');
    if (this.#reads.size >= LIMITS.records_per_entry_max && this.#leaving.length === 0) this.#look();
    return true;
  }

  /** Records of reads that are not on their way into the log. */
  get waiting(): number {
    return this.#reads.size;
  }

  failedAttempt(attempt: FailedAttempt): void {
    this.#attempts.add(attempt, this.#now_ms());
  }

  /** A keyed digest of what was asked for: equal questions have equal digests. Empty for the empty text. */
  digestOf(text: string): string {
    return text === '' ? '' : createHmac('sha256', this.#options.key.reveal()).update(text).digest().subarray(0, DIGEST_BYTES).toString('hex');
  }

  /** Resolves when everything that came before is durable, or could not be written. */
  flush(): Promise<void> {
    return this.#write(() => true);
  }

  /** Carries what changed until now into the log. Throws if that is not durable then. */
  async carry(): Promise<void> {
    const pass = this.#writing.then(() => this.#pass(() => true));
    this.#writing = pass.catch((failure: unknown) => this.#tell(failure));
    await pass;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.flush();
  }

  /** One look waits for another at most: a store that hangs must not gather them. */
  #look(): void {
    if (this.#looking) return;
    this.#looking = true;
    void this.#write((now) => this.#isDue(now)).finally(() => {
      this.#looking = false;
    });
  }

  /** Half of the time is left for a store that is slow. */
  #isDue(now: number): boolean {
    const { oldest, size } = this.#reads;
    return size >= LIMITS.records_per_entry_max || (oldest !== null && now - oldest >= LIMITS.records_delay_ms_max / 2);
  }

  #write(takesReads: (now: number) => boolean): Promise<void> {
    this.#writing = this.#writing.then(() => this.#pass(takesReads)).catch((failure: unknown) => this.#tell(failure));
    return this.#writing;
  }

  async #pass(takesReads: (now: number) => boolean): Promise<void> {
    const { store, control } = this.#options;
    for (;;) {
      const now = this.#now_ms();
      if (this.#leaving.length === 0) this.#leaving = [...(takesReads(now) ? this.#reads.take(now) : []), ...this.#takeAttempts(now)];
      const rows = control.readOutbox();
      // Those that the log has, whose removal failed, are not logged again.
      const changes = rows.filter(({ id }) => id > store.lastOutbox).map((row) => bodyOfRow(row, now));
      if (changes.length + this.#leaving.length > 0) await store.commit({ blocks: [], requests: [], entries: [...changes, ...this.#leaving] });
      this.#leaving = [];
      const last = rows.at(-1);
      if (last === undefined) return;
      await control.forgetOutbox(last.id);
      if (rows.length < LIMITS.outbox_rows_at_once) return;
    }
  }

  #takeAttempts(now: number): readonly LogBody[] {
    if (this.#attempts.isEmpty || (!this.#stopped && now - this.#attemptsWritten_ms < LIMITS.records_delay_ms_max)) return [];
    this.#attemptsWritten_ms = now;
    return this.#attempts.take(now);
  }

  #tell(failure: unknown): void {
    const now = performance.now();
    if (now - this.#failed_ms < FAILURE_MS) return;
    this.#failed_ms = now;
    this.#options.onFailure?.(failure);
  }
}

const OLDER_CONTROL = {
  tenant: null,
  analytic: { uid: 'control.rollback', name: 'Control database against the log', type_id: 1 },
  subject: 'control',
  severity_id: 5,
  title: 'The control database is older than the log',
  message: 'The log has changes of producers, tokens or people that the control database does not know: an older copy was put in its place. What was revoked since then may be valid again. Compare with the log, and revoke anew.',
  resources: [{ type: 'database', uid: 'control.sqlite' }],
} as const;

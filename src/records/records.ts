/**
 * What happened around the telemetry, carried into the log: changes of control data from the outbox, who read what, who was not let in, who failed to
 * sign in.
 *
 * Each is logged exactly once. A change is written down with the change itself, in the outbox; anything else in the access journal, synced before
 * it is answered. Within a second the log has it, and what it was written down in is removed; a start goes on where the log ends. What cannot be
 * written down is refused: nobody reads unrecorded.
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
import { AccessJournal, type AccessJournalPlace, type Written } from './journal.ts';
import { Reads, type Read } from './reads.ts';

export type { Outcome, Read } from './reads.ts';

/** What records need of the store. */
export interface RecordStore {
  /** Durable when resolved; nothing of a rejected commit is kept. */
  commit(commit: Commit): Promise<void>;
  /** The last row of the outbox that the log has, pending commits included; 0 if it has none. */
  readonly lastOutbox: number;
  /** The same of the records of the access journal. */
  readonly lastRecord: number;
}

export interface RecordsOptions {
  readonly control: Pick<ControlStore, 'alignOutbox' | 'readOutbox' | 'forgetOutbox' | 'tellPolicyAgain'>;
  readonly store: RecordStore;
  /** Derived from the root key for this use alone. */
  readonly key: Secret<Uint8Array>;
  readonly journal: AccessJournalPlace;
  readonly reportFinding?: ReportFinding;
  /** Hears that records could not be written; they are tried again. */
  readonly onFailure?: (failure: unknown) => void;
  readonly now_ms?: () => number;
}

/** On its way into the log: kept until it is durable. */
interface Leaving {
  readonly bodies: readonly LogBody[];
  /** Everything that the access journal has up to this record is among them, or before them. */
  readonly through: number;
}

const DIGEST_BYTES = 16;
/** A change made beside the server is noticed after this time. */
const LOOK_MS = 250;
/** Failures are told at most so often. */
const FAILURE_MS = 60_000;

export class Records {
  readonly #options: RecordsOptions;
  readonly #now_ms: () => number;
  readonly #journal: AccessJournal;
  readonly #reads = new Reads();
  readonly #attempts = new FailedAttempts();
  /** The newest record that is in `#reads` or `#attempts`, or was. */
  #through = 0;
  /** Since the log took the last ones: what strangers did that was written down by itself. */
  #ofStrangers = 0;
  /** Being written down just now. */
  #arriving = 0;
  #leaving: Leaving | null = null;
  #writing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;
  #failed_ms = Number.NEGATIVE_INFINITY;
  #looking = false;
  #stopped = false;

  private constructor(options: RecordsOptions, journal: AccessJournal) {
    this.#options = options;
    this.#now_ms = options.now_ms ?? Date.now;
    this.#journal = journal;
  }

  /** Brings into the log what changed while no server ran, and what was recorded and not logged when the last one ended. */
  static async start(options: RecordsOptions): Promise<Records> {
    const { control, store, reportFinding } = options;
    if (await control.alignOutbox(store.lastOutbox)) {
      reportFinding?.(OLDER_CONTROL);
      await control.tellPolicyAgain();
    }
    const { journal, unlogged } = await AccessJournal.open(options.journal, store.lastRecord);
    const records = new Records(options, journal);
    for (const written of unlogged) records.#gather(written);
    records.#through = journal.lastSequence;
    await records.flush();
    records.#timer = setInterval(() => records.#look(), LOOK_MS).unref();
    return records;
  }

  /**
   * Durable when it resolves, so that what it tells of may be answered. Of requests without a credential only so many are written down by
   * themselves: a flood of them must not keep readers from reading. Refusals: record_unavailable.
   */
  async record(read: Read): Promise<true | Refusal> {
    for (let at = 0; at === 0 || at < read.ids.length; at += LIMITS.record_ids_max) {
      const part = read.ids.length <= LIMITS.record_ids_max ? read : { ...read, ids: read.ids.slice(at, at + LIMITS.record_ids_max) };
      if (read.reader !== null && !this.#reads.hasRoomFor(part, this.#arriving)) return refuse('record_unavailable');
      const kept = await this.#keep({ is: 'read', at: this.#now_ms(), read: part }, read.reader === null);
      if (kept !== true) return kept;
    }
    return true;
  }

  /** As `record`, of an attempt to sign in: each takes the same way, whether or not somebody has the name. */
  failedAttempt(attempt: FailedAttempt): Promise<true | Refusal> {
    return this.#keep({ is: 'attempt', at: this.#now_ms(), attempt }, true);
  }

  /** Somebody sent spans without a credential that counts here. Nothing waits for it: nobody was shown anything, and ingest goes on whatever becomes of records. */
  refusedSender(code: string): void {
    void this.record({ reader: null, action: 'trace.write', route: 'OTLP', outcome: 'refused', code, ids: [], query: '', filter: '', rows: null, reason: '', network: '' });
  }

  /** Records that are not on their way into the log. */
  get waiting(): number {
    return this.#reads.size;
  }

  /** A keyed digest of what was asked for: equal questions have equal digests. Empty for the empty text. */
  digestOf(text: string): string {
    return text === '' ? '' : createHmac('sha256', this.#options.key.reveal()).update(text).digest().subarray(0, DIGEST_BYTES).toString('hex');
  }

  /** Resolves when the log has everything that came before, or could not take it. */
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
    await this.#journal.close();
  }

  async #keep(written: Written, ofStranger: boolean): Promise<true | Refusal> {
    if (this.#stopped) return refuse('record_unavailable');
    if (ofStranger && this.#ofStrangers >= LIMITS.record_attempts_max) {
      this.#gather(written);
      return true;
    }
    if (ofStranger) this.#ofStrangers += 1;
    if (this.#journal.bytes >= LIMITS.records_journal_bytes_max) return refuse('record_unavailable');
    this.#arriving += 1;
    try {
      await this.#journal.append(written, (sequence) => {
        this.#through = sequence;
        this.#gather(written);
      });
    } catch (failure) {
      this.#tell(failure);
      return refuse('record_unavailable');
    } finally {
      this.#arriving -= 1;
    }
    if (this.#reads.size >= LIMITS.records_per_entry_max && this.#leaving === null) this.#look();
    return true;
  }

  #gather(written: Written): void {
    if (written.is === 'read') this.#reads.add(written.read, written.at);
    else this.#attempts.add(written.attempt, written.at);
  }

  /** One look waits for another at most: a store that hangs must not gather them. */
  #look(): void {
    if (this.#looking) return;
    this.#looking = true;
    void this.#write((now) => this.#isDue(now)).finally(() => {
      this.#looking = false;
    });
  }

  #isDue(now: number): boolean {
    const oldest = Math.min(this.#reads.oldest ?? Number.POSITIVE_INFINITY, this.#attempts.oldest ?? Number.POSITIVE_INFINITY);
    return this.#reads.size >= LIMITS.records_per_entry_max || now - oldest >= LIMITS.records_delay_ms_max - LOOK_MS;
  }

  #write(takes: (now: number) => boolean): Promise<void> {
    this.#writing = this.#writing.then(() => this.#pass(takes)).catch((failure: unknown) => this.#tell(failure));
    return this.#writing;
  }

  async #pass(takes: (now: number) => boolean): Promise<void> {
    const { store, control } = this.#options;
    for (;;) {
      const now = this.#now_ms();
      if (takes(now)) this.#leaving ??= this.#take(now);
      const rows = control.readOutbox();
      // Those that the log has, whose removal failed, are not logged again.
      const changes = rows.filter(({ id }) => id > store.lastOutbox).map((row) => bodyOfRow(row, now));
      const entries = [...changes, ...(this.#leaving?.bodies ?? [])];
      if (entries.length > 0) await store.commit({ blocks: [], requests: [], entries });
      await this.#forget();
      const last = rows.at(-1);
      if (last === undefined) return;
      await control.forgetOutbox(last.id);
      if (rows.length < LIMITS.outbox_rows_at_once) return;
    }
  }

  /** INVARIANT: records that share a sequence are gathered in one turn, so that none of them stays behind. */
  #take(now: number): Leaving | null {
    const bodies = [...this.#reads.take(now), ...this.#attempts.take(now)];
    const through = this.#through;
    this.#ofStrangers = 0;
    return bodies.length === 0 ? null : { bodies: bodies.map((body) => (through === 0 ? body : { ...body, recorded: through })), through };
  }

  async #forget(): Promise<void> {
    const { through } = this.#leaving ?? { through: 0 };
    this.#leaving = null;
    // Where it fails, the next time or a start removes them: the log says that it has them.
    await this.#journal.forget(through).catch((failure: unknown) => this.#tell(failure));
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

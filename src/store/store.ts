/**
 * Keeps what the pipeline made: `commit` is durable when it resolves, and what was committed can be queried after `settle`. The journal is the
 * commit; the engine follows in large inserts; a crash in between is repaired by the next start.
 */
import type { Engine, Params, QueryBounds } from '#clickhouse';
import { LIMITS } from '#limits';
import { type AnnouncedRemoval, entryOf, type Log, logKeyBody, retentionBodies } from '#log';
import type { Commit } from '#model';
import type { RefusalCode } from '#refusal';
import type { Account, AccountLine } from './account.ts';
import { retainAccount } from './account-retention.ts';
import type { Figures, FiguresState } from './figures.ts';
import type { Flusher } from './flush.ts';
import { FreeDisk } from './free-disk.ts';
import { type Journal, type Journaled, StoreUnavailable } from './journal.ts';
import type { DirectoryLock } from './lock.ts';
import { type Carried, carriedAfter, readBodies, type StoredBody } from './log-entries.ts';
import { openParts, type StoreOptions, type StoreParts } from './open-parts.ts';
import type { PartSync } from './part-sync.ts';
import { type KeyOfDay, removeTokensOfKeys } from './recovery.ts';
import type { RememberedRequests } from './remembered.ts';
import type { RememberedRequest } from './remembered-record.ts';
import { applyRetention, type Removal } from './retention.ts';
import type { SetAside } from './set-aside.ts';
import { takeSnapshot, type StoreSnapshot } from './snapshot.ts';
import { readTables, type TableFigures } from './tables.ts';
import { bodiesOf, type Unlogged, unloggedAfter, unloggedBodies } from './unlogged.ts';

export type { AccountLine } from './account.ts';
export type { FiguresState } from './figures.ts';
export type { StoreEvent } from './flush.ts';
export { StoreUnavailable } from './journal.ts';
export type { StoredBody } from './log-entries.ts';
export type { RememberedRequest } from './remembered-record.ts';
export type { StoreOptions } from './open-parts.ts';
export type { Removal } from './retention.ts';
export type { StoreSnapshot } from './snapshot.ts';
export type { TableFigures } from './tables.ts';

export interface StoreHealth {
  readonly diskFreeBytes: number;
  /** Tables, journal and remembered requests; as of the last housekeeping. */
  readonly dataBytes: number;
  readonly journalBytes: number;
  readonly pendingRows: number;
  /** When the engine last took rows, in milliseconds since 1970; null before the first flush. */
  readonly lastFlush_ms: number | null;
  readonly acceptingWrites: null | RefusalCode;
}

const HOUSEKEEPING_MS = 60_000;

export class Store {
  readonly engine: Engine;
  readonly #options: StoreOptions;
  readonly #now_ms: () => number;
  readonly #disk: FreeDisk;
  readonly #lock: DirectoryLock;
  /** Everything that was committed, as entries. Whoever appends to it is the store. */
  readonly log: Omit<Log, 'append' | 'close'>;
  readonly #log: Log;
  readonly #journal: Journal;
  readonly #remembered: RememberedRequests;
  readonly #flusher: Flusher;
  readonly #setAside: SetAside;
  readonly #partSync: PartSync;
  readonly #figures: Figures;
  readonly #account: Account;
  /** Not in `#remembered` when the process started. */
  readonly #replayed: RememberedRequest[];
  readonly rememberedSince_ms: number;
  #journalFailed: RefusalCode | null = null;
  #tableBytes = 0;
  #housekeeping: NodeJS.Timeout | null = null;
  /** Of what is durable; the flusher counts its own, of what it has flushed. */
  #unlogged: Unlogged;
  #loggingAccounts: Promise<void> = Promise.resolve();
  #carried: Carried;

  private constructor(options: StoreOptions, parts: StoreParts) {
    this.#options = options;
    this.#now_ms = options.now_ms ?? Date.now;
    this.#disk = new FreeDisk(options.dataDir, options.freeBytes);
    this.engine = parts.engine;
    this.#lock = parts.lock;
    this.log = this.#log = parts.log;
    this.#unlogged = parts.unlogged;
    this.#carried = parts.carried;
    this.#journal = parts.journal;
    this.#remembered = parts.remembered;
    this.#flusher = parts.flusher;
    this.#setAside = parts.setAside;
    this.#partSync = parts.partSync;
    this.#figures = parts.figures;
    this.#account = parts.account;
    this.#replayed = parts.replayed;
    this.rememberedSince_ms = parts.rememberedSince_ms;
  }

  /** Takes the directory's lock, replays the journal and brings the engine up to it. Throws when something is damaged or missing. */
  static async open(options: StoreOptions): Promise<Store> {
    return openParts(options, async (parts) => {
      const store = new Store(options, parts);
      // The first entry of a log says with which keys it begins.
      if (parts.log.size === 0) await store.commit({ blocks: [], requests: [], entries: [logKeyBody(parts.log.vkeys(), parts.journal.lastBlockId, store.#now_ms())] });
      await store.#keepHouse();
      store.#housekeeping = setInterval(() => void store.#keepHouse(), HOUSEKEEPING_MS).unref();
      return store;
    });
  }

  /** Highest id of a block that was ever committed. */
  get lastBlockId(): number {
    return this.#journal.lastBlockId;
  }

  /** Requests acknowledged by earlier processes within the time they are remembered; given once. */
  *rememberedRequests(): Iterable<RememberedRequest> {
    yield* this.#remembered.takeLoaded();
    yield* this.#replayed.splice(0);
  }

  /**
   * Durable, and in the log, when resolved. Calls may overlap and then share a write. Rejects with `StoreUnavailable`; nothing of a rejected commit
   * is kept.
   */
  async commit(commit: Commit): Promise<void> {
    const at_ms = this.#now_ms();
    const bodies = bodiesOf(commit, at_ms);
    // Before the journal has it: what is durable must have entries.
    const entries = bodies.map((body) => entryOf(body));
    try {
      await this.#journal.write(commit, bodies, at_ms, (journaled) => this.#append(journaled, entries));
      this.#journalFailed = null;
    } catch (error) {
      this.#journalFailed = error instanceof StoreUnavailable ? error.code : 'store_unavailable';
      throw error;
    }
  }

  /** The bodies of the log's entries from an index up to but without another, in their order. */
  async bodies(from: number, to: number): Promise<StoredBody[]> {
    const pending = this.#flusher.bodies().filter(({ index }) => index >= from && index < to);
    const end = Math.min(to, pending[0]?.index ?? to, this.#log.size);
    return from < end ? [...(await readBodies(this.engine, from, end)), ...pending] : pending;
  }

  /** The body of one entry; null if there is none. */
  async body(index: number): Promise<StoredBody | null> {
    return (await this.bodies(index, index + 1))[0] ?? null;
  }

  /** The newest row of the outbox of the control data that is in the log, durably. */
  get lastOutbox(): number {
    return this.#carried.outbox;
  }

  /** The newest record of the access journal that is in the log, durably. */
  get lastRecord(): number {
    return this.#carried.recorded;
  }

  /** Rows that are durable and not yet in the engine. */
  get pendingRows(): number {
    return this.#flusher.rows;
  }

  /** False only if no committed span of such a trace is missing from the engine. */
  mayBePending(traceKeyLow32: number): boolean {
    for (const { traceKeys } of this.#flusher.blocks()) if (traceKeys.includes(traceKeyLow32 >>> 0)) return true;
    return false;
  }

  /** Resolves when everything committed before the call can be queried. */
  settle(): Promise<void> {
    return this.#flusher.settle();
  }

  query<T>(sql: string, params: Params, bounds: QueryBounds): Promise<T[]> {
    return this.engine.query<T>(sql, params, bounds);
  }

  /** What of the figures by minute is made, and which blocks are only in `spans`. To be used for statements begun in the same turn. */
  get figures(): FiguresState {
    return this.#figures.state;
  }

  /** The server is about to stop: queries that have not begun are refused. */
  drainQueries(): void {
    this.engine.drainQueries();
  }

  /** The whole account, balanced with what was acknowledged at this moment. */
  accounting(): Promise<readonly AccountLine[]> {
    return Promise.resolve(this.#account.lines());
  }

  /** Why nothing can be written now, or null. */
  get unavailable(): RefusalCode | null {
    if (this.#disk.bytes < this.#options.config.diskFreeBytesMin) return 'disk_full';
    if (this.#flusher.rows >= LIMITS.pending_rows_max || this.#flusher.bytes >= LIMITS.pending_bytes_max) return 'overloaded';
    return null;
  }

  health(): StoreHealth {
    const journalBytes = this.#journal.bytes;
    return {
      diskFreeBytes: this.#disk.bytes,
      dataBytes: this.#tableBytes + journalBytes + this.#remembered.bytes + this.#log.bytes,
      journalBytes,
      pendingRows: this.#flusher.rows,
      lastFlush_ms: this.#flusher.lastFlush_ms,
      acceptingWrites: this.unavailable ?? this.#journalFailed,
    };
  }

  /** A moment in which nothing is half in the tables, for verification. A flush that is due waits for it. */
  snapshot(): Promise<StoreSnapshot> {
    return this.#flusher.between(async (pending, logged) =>
      takeSnapshot({ pending, logged, checkpoint: this.#log.signed?.note ?? null, setAside: [...(await this.#setAside.blocks()).keys()], command: (sql) => this.engine.command(sql) }),
    );
  }

  /**
   * Removes by what sealed values are found of which the keys are destroyed: all tokens of spans that these keys closed, of the person and of their fields. Gone from every part of
   * the table when resolved, and from the disk some seconds later; what is in the journal goes with its segments. Doing it again removes what is left. Gives how many there were.
   */
  async removeTokens(keys: readonly KeyOfDay[]): Promise<number> {
    // What a flush has begun to insert it inserts again when it fails.
    await this.settle();
    return this.#flusher.between(async () => {
      const removed = await removeTokensOfKeys(this.engine, keys);
      await this.#partSync.sync();
      this.#partSync.follow();
      return removed;
    });
  }

  /** The columns of a block that was set aside; null if it was not. */
  setAsideRows(block: number): Promise<Uint8Array | null> {
    return this.#flusher.between(async () => (await this.#setAside.blocks()).get(block) ?? null);
  }

  /** What the engine holds now. */
  tables(): Promise<TableFigures[]> {
    return readTables(this.engine);
  }

  /** One pass of retention, besides the one that runs every minute. */
  async retain(): Promise<Removal[]> {
    const { retention, diskBytesMax } = this.#options.config;
    const announce = (removals: readonly AnnouncedRemoval[]): Promise<void> => this.commit({ blocks: [], requests: [], entries: removals.flatMap((removal) => retentionBodies(removal, this.#now_ms())) });
    const removals = await applyRetention(this.engine, { classes: retention, diskBytesMax }, this.#now_ms(), announce);
    await retainAccount(this.engine, this.#now_ms(), () => this.#partSync.sync());
    this.#tableBytes = Number(await this.engine.command("SELECT sum(bytes_on_disk) FROM system.parts WHERE database = 'tracekeep' AND active"));
    return removals;
  }

  /** What no entry says yet of the account. When such an entry is durable, what it says is taken from what is not logged. */
  logAccounts(): Promise<void> {
    const logging = this.#loggingAccounts.then(async () => {
      const entries = unloggedBodies(this.#unlogged, this.#now_ms());
      if (entries.length > 0) await this.commit({ blocks: [], requests: [], entries });
    });
    this.#loggingAccounts = logging.catch(() => undefined);
    return logging;
  }

  async close(): Promise<void> {
    if (this.#housekeeping !== null) clearInterval(this.#housekeeping);
    try {
      await this.logAccounts().catch((error: unknown) => this.#options.onEvent?.({ is: 'failed', what: 'log', error }));
      await this.#flusher.close();
    } finally {
      await this.#figures.close();
      // What could not be flushed is in the journal.
      await this.#journal.close();
      await this.#remembered.close();
      await this.#log.close();
      await this.engine.close();
      this.#lock.release();
    }
  }

  /** Follows a commit that is durable, in the order of the journal: a start that replays it comes to the same log. */
  #append(journaled: Journaled, entries: readonly Uint8Array[]): void {
    this.#log.append(entries);
    this.#unlogged = unloggedAfter(this.#unlogged, journaled);
    this.#carried = carriedAfter(journaled.bodies ?? [], this.#carried);
    this.#account.addRequests(journaled.commit.requests);
    this.#flusher.add(journaled);
    this.#options.onEvent?.({ is: 'journaled', through: journaled.sequence });
  }

  async #keepHouse(): Promise<void> {
    await this.logAccounts().catch((error: unknown) => this.#options.onEvent?.({ is: 'failed', what: 'log', error }));
    await this.retain().catch((error: unknown) => this.#options.onEvent?.({ is: 'failed', what: 'retention', error }));
  }
}

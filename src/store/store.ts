/**
 * Keeps what the pipeline made: `commit` is durable when it resolves, and what was committed can be queried after `settle`. The journal is the
 * commit; the engine follows in large inserts; a crash in between is repaired by the next start.
 */

import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import { Engine, type Params, type QueryBounds } from '#clickhouse';
import type { Config } from '#config';
import type { Files } from '#files';
import { deriveKey } from '#keys';
import { LIMITS } from '#limits';
import type { Commit, Secret } from '#model';
import type { RefusalCode } from '#refusal';
import { Account, type AccountLine } from './account.ts';
import { retainAccount } from './account-retention.ts';
import { Figures, type FiguresState } from './figures.ts';
import { Flusher, type StoreEvent } from './flush.ts';
import { Journal, type Journaled, StoreUnavailable } from './journal.ts';
import { type DirectoryLock, lockDirectory } from './lock.ts';
import { PartSync } from './part-sync.ts';
import { RememberedRequests, type RememberedRequest, rememberedOf } from './remembered.ts';
import { applyRetention, type Removal } from './retention.ts';
import { SetAside } from './set-aside.ts';
import { readTables, type TableFigures } from './tables.ts';

export type { AccountLine } from './account.ts';
export type { FiguresState } from './figures.ts';
export type { StoreEvent } from './flush.ts';
export { StoreUnavailable } from './journal.ts';
export type { RememberedRequest } from './remembered.ts';
export type { Removal } from './retention.ts';
export type { TableFigures } from './tables.ts';

export interface StoreOptions {
  /** Exists, 0700, and belongs to the root key (`openRootKey`). */
  readonly dataDir: string;
  readonly rootKey: Secret<Uint8Array>;
  readonly config: Pick<Config, 'retention' | 'diskBytesMax' | 'diskFreeBytesMin'>;
  readonly onEvent?: (event: StoreEvent) => void;
  readonly now_ms?: () => number;
  /** For tests: file operations that fail, a smaller journal, another answer about free disk. */
  readonly files?: Files;
  readonly segmentBytesMax?: number;
  readonly freeBytes?: (path: string) => number;
}

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
const FREE_DISK_ASKED_MS = 250;

export class Store {
  readonly engine: Engine;
  readonly #options: StoreOptions;
  readonly #now_ms: () => number;
  readonly #lock: DirectoryLock;
  readonly #journal: Journal;
  readonly #remembered: RememberedRequests;
  readonly #flusher: Flusher;
  readonly #partSync: PartSync;
  readonly #figures: Figures;
  readonly #account: Account;
  readonly #replayed: RememberedRequest[];
  #journalFailed: RefusalCode | null = null;
  #free: { bytes: number; asked_ms: number } | null = null;
  #tableBytes = 0;
  #housekeeping: NodeJS.Timeout | null = null;

  private constructor(options: StoreOptions, parts: { engine: Engine; lock: DirectoryLock; journal: Journal; remembered: RememberedRequests; flusher: Flusher; partSync: PartSync; figures: Figures; account: Account; replayed: RememberedRequest[] }) {
    this.#options = options;
    this.#now_ms = options.now_ms ?? Date.now;
    this.engine = parts.engine;
    this.#lock = parts.lock;
    this.#journal = parts.journal;
    this.#remembered = parts.remembered;
    this.#flusher = parts.flusher;
    this.#partSync = parts.partSync;
    this.#figures = parts.figures;
    this.#account = parts.account;
    this.#replayed = parts.replayed;
  }

  /** Takes the directory's lock, replays the journal and brings the engine up to it. Throws when something is damaged or missing. */
  static async open(options: StoreOptions): Promise<Store> {
    const { dataDir, rootKey } = options;
    const now_ms = options.now_ms ?? Date.now;
    const files = options.files === undefined ? {} : { files: options.files };
    const lock = lockDirectory(dataDir);
    const opened: { close(): Promise<void> }[] = [];
    try {
      const { journal, unflushed } = await Journal.open({
        directory: join(dataDir, 'journal'),
        key: deriveKey(rootKey, 'journal'),
        ...files,
        ...(options.segmentBytesMax === undefined ? {} : { segmentBytesMax: options.segmentBytesMax }),
      });
      opened.push(journal);
      const remembered = await RememberedRequests.open({ directory: join(dataDir, 'remembered'), key: deriveKey(rootKey, 'remembered'), now_ms: now_ms(), ...files });
      opened.push(remembered);
      const engine = await Engine.open({ dataDir, diskKey: deriveKey(rootKey, 'disk') });
      opened.push(engine);
      await refuseLostJournal(engine, journal);
      const partSync = new PartSync(engine, options.files);
      await partSync.syncTables(dataDir);
      const setAside = new SetAside({ directory: join(dataDir, 'set-aside'), key: deriveKey(rootKey, 'set-aside'), ...files });
      let figures: Figures | null = null;
      const flusher = new Flusher({ engine, journal, remembered, partSync, setAside, now_ms, onEvent: (event) => options.onEvent?.(event), onFlushed: (blocks) => figures?.add(blocks) });
      await flusher.recover(unflushed);
      await partSync.sync();
      // A pass that was cut off is finished before anything is summed.
      await retainAccount(engine, now_ms(), () => partSync.sync());
      figures = await Figures.open({ engine, now_ms, onFailure: (error) => options.onEvent?.({ is: 'failed', what: 'figures', error }) });
      opened.push(figures);
      const account = await readAccount(engine);
      const replayed = [...remembered.takeLoaded(), ...unflushed.flatMap(rememberedOf)];
      const store = new Store(options, { engine, lock, journal, remembered, flusher, partSync, figures, account, replayed });
      await store.#keepHouse();
      store.#housekeeping = setInterval(() => void store.#keepHouse(), HOUSEKEEPING_MS).unref();
      return store;
    } catch (error) {
      for (const part of opened.reverse()) await part.close().catch(() => undefined);
      lock.release();
      throw error;
    }
  }

  /** Highest id of a block that was ever committed. */
  get lastBlockId(): number {
    return this.#journal.lastBlockId;
  }

  /** Requests acknowledged by earlier processes within the time they are remembered; given once. */
  rememberedRequests(): Iterable<RememberedRequest> {
    return this.#replayed.splice(0);
  }

  /** Durable when resolved. Calls may overlap and then share a write. Rejects with `StoreUnavailable`; nothing of a rejected commit is kept. */
  async commit(commit: Commit): Promise<void> {
    const journaled = await this.#write(commit);
    this.#account.addRequests(commit.requests);
    this.#flusher.add(journaled);
    this.#options.onEvent?.({ is: 'journaled', through: journaled.sequence });
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
    if (this.#freeBytes() < this.#options.config.diskFreeBytesMin) return 'disk_full';
    if (this.#flusher.rows >= LIMITS.pending_rows_max || this.#flusher.bytes >= LIMITS.pending_bytes_max) return 'overloaded';
    return null;
  }

  health(): StoreHealth {
    const journalBytes = this.#journal.bytes;
    return {
      diskFreeBytes: this.#freeBytes(),
      dataBytes: this.#tableBytes + journalBytes + this.#remembered.bytes,
      journalBytes,
      pendingRows: this.#flusher.rows,
      lastFlush_ms: this.#flusher.lastFlush_ms,
      acceptingWrites: this.unavailable ?? this.#journalFailed,
    };
  }

  /** What the engine holds now. */
  tables(): Promise<TableFigures[]> {
    return readTables(this.engine);
  }

  /** One pass of retention, besides the one that runs every minute. */
  async retain(): Promise<Removal[]> {
    const { retention, diskBytesMax } = this.#options.config;
    const removals = await applyRetention(this.engine, { classes: retention, diskBytesMax }, this.#now_ms());
    await retainAccount(this.engine, this.#now_ms(), () => this.#partSync.sync());
    this.#tableBytes = Number(await this.engine.command("SELECT sum(bytes_on_disk) FROM system.parts WHERE database = 'tracekeep' AND active"));
    return removals;
  }

  async close(): Promise<void> {
    if (this.#housekeeping !== null) clearInterval(this.#housekeeping);
    try {
      await this.#flusher.close();
    } finally {
      await this.#figures.close();
      // What could not be flushed is in the journal.
      await this.#journal.close();
      await this.#remembered.close();
      await this.engine.close();
      this.#lock.release();
    }
  }

  async #write(commit: Commit): Promise<Journaled> {
    try {
      const journaled = await this.#journal.write(commit, this.#now_ms());
      this.#journalFailed = null;
      return journaled;
    } catch (error) {
      this.#journalFailed = error instanceof StoreUnavailable ? error.code : 'store_unavailable';
      throw error;
    }
  }

  #freeBytes(): number {
    const now_ms = performance.now();
    if (this.#free === null || now_ms - this.#free.asked_ms > FREE_DISK_ASKED_MS) {
      this.#free = { bytes: (this.#options.freeBytes ?? freeBytes)(this.#options.dataDir), asked_ms: now_ms };
    }
    return this.#free.bytes;
  }

  async #keepHouse(): Promise<void> {
    try {
      await this.retain();
    } catch (error) {
      this.#options.onEvent?.({ is: 'failed', what: 'retention', error });
    }
  }
}

function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}

/** Sequences and block ids go on from the journal: without it, a start would count from one again and take the account for unflushed. */
async function refuseLostJournal(engine: Engine, journal: Journal): Promise<void> {
  if (journal.isEmpty && Number(await engine.command('SELECT count() FROM tracekeep.accounting')) > 0) throw new Error('cannot open the store: its journal is gone');
}

async function readAccount(engine: Engine): Promise<Account> {
  const account = new Account();
  const lines = await engine.command('SELECT tenant, producer, outcome, reason, sum(count) FROM tracekeep.accounting GROUP BY ALL FORMAT JSONCompactEachRow');
  for (const line of lines.split('\n')) {
    if (line === '') continue;
    const [tenant, producer, outcome, reason, count] = JSON.parse(line) as [string, string, string, string, string];
    account.add({ tenant, producer, outcome, reason, count: Number(count) });
  }
  return account;
}

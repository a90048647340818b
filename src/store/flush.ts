/**
 * Brings journaled commits into the engine. Large inserts are what keeps the store cheap, so commits wait in memory until there are enough
 * rows or the oldest has waited long enough. Order of a flush: tokens ▸ traces ▸ filters ▸ spans ▸ bodies of the log ▸ account ▸ remembered requests ▸ part
 * directories synced ▸ files of the log synced ▸ mark in the journal ▸ segments removed. A flush that fails anywhere is tried again from the
 * beginning, after looking at what the engine already has; a start after a crash takes the same way.
 *
 * Spans come behind everything that leads to them: whoever looks between two inserts, as a live tail does that never looks at a block twice, finds them with their look-up
 * rows, or not yet.
 */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { isExclusive, release } from '#batch';
import type { Engine } from '#clickhouse';
import { ACCOUNTING, ITEM_FILTERS, SEALED_TOKENS, SPANS, TRACES } from '#clickhouse/schema';
import { LIMITS } from '#limits';
import type { Log } from '#log';
import { toBase64 } from '#merkle';
import type { SealedBlock } from '#model';
import { accountingBlock } from './account.ts';
import type { Logged } from './commit-entry.ts';
import type { Journal, Journaled } from './journal.ts';
import { insertBodies, type StoredBody, storedBodies } from './log-entries.ts';
import type { PartSync } from './part-sync.ts';
import { type Inserted, NOTHING, requireWhole, whatIsThere } from './recovery.ts';
import type { RememberedRequests } from './remembered.ts';
import { insertOneByOne, isUnreadable, type SetAside } from './set-aside.ts';
import { unloggedAfter } from './unlogged.ts';

/** Steps of the way of a commit, for logs and for tests that interrupt it. Never carries payload. */
export type StoreEvent =
  | { readonly is: 'journaled' | 'lookups_inserted' | 'spans_inserted' | 'log_inserted' | 'inserted' | 'parts_synced' | 'log_synced' | 'marked' | 'segments_removed'; readonly through: number }
  | { readonly is: 'flushed'; readonly through: number; readonly rows: number; readonly took_ms: number }
  /** The engine does not take this block at all; it is kept, sealed, in `set-aside`. */
  | { readonly is: 'set_aside'; readonly block: number; readonly rows: number; readonly error: unknown }
  | { readonly is: 'failed'; readonly what: 'flush' | 'retention' | 'figures' | 'log'; readonly error: unknown };

export interface FlusherOptions {
  readonly engine: Engine;
  readonly journal: Journal;
  readonly log: Pick<Log, 'sync' | 'root'>;
  /** How far the log had come with the last commit that is marked. */
  readonly logged: Logged;
  readonly remembered: RememberedRequests;
  readonly partSync: PartSync;
  readonly setAside: SetAside;
  readonly onEvent: (event: StoreEvent) => void;
  /** Blocks that are in the engine for good, in the same turn in which they stop to be pending. */
  readonly onFlushed: (blocks: readonly SealedBlock[]) => void;
  readonly now_ms: () => number;
}

const RETRY_MS_MIN = 250;
const RETRY_MS_MAX = 10_000;

export class Flusher {
  readonly #options: FlusherOptions;
  #pending: Journaled[] = [];
  #rows = 0;
  #bytes = 0;
  /** What a settle waits for; everything through it is flushed without waiting for more rows. */
  #wanted = 0;
  #flushed = 0;
  #logged: Logged;
  #running: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #retry_ms = 0;
  #failure: unknown = null;
  #closed = false;
  lastFlush_ms: number | null = null;

  constructor(options: FlusherOptions) {
    this.#options = options;
    this.#logged = options.logged;
  }

  get rows(): number {
    return this.#rows;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get failing(): boolean {
    return this.#failure !== null;
  }

  blocks(): Iterable<SealedBlock> {
    return this.#pending.values().flatMap(({ commit }) => commit.blocks);
  }

  /** The bodies of the log that are not in the engine yet. */
  bodies(): StoredBody[] {
    return storedBodies(this.#pending, this.#logged.size);
  }

  /** Takes a commit that is durable. Called in the order of the journal. */
  add(journaled: Journaled): void {
    if (journaled.sequence <= this.#flushed) throw new Error('cannot flush a commit: its sequence is marked as flushed already');
    this.#pending.push(journaled);
    this.#rows += rowsOf(journaled);
    this.#bytes += bytesOf(journaled);
    this.#schedule();
  }

  /** Resolves when everything added before is in the engine. Rejects when the engine does not take it now. */
  async settle(): Promise<void> {
    const wanted = this.#pending.at(-1)?.sequence ?? 0;
    this.#wanted = Math.max(this.#wanted, wanted);
    while (this.#flushed < wanted) {
      if (this.#failure !== null && this.#running === null) throw new Error('cannot settle: the engine takes no rows at the moment', { cause: this.#failure });
      await (this.#running ?? this.#start());
      if (this.#failure !== null) throw new Error('cannot settle: the engine takes no rows at the moment', { cause: this.#failure });
    }
  }

  /** Does something while no flush runs: what is not pending is in tables, log and mark alike. A flush that is due waits for it. */
  async between<T>(work: (pending: readonly Journaled[], logged: Logged) => Promise<T>): Promise<T> {
    while (this.#running !== null) await this.#running;
    const working = work([...this.#pending], this.#logged);
    this.#running = working.then(
      () => undefined,
      () => undefined,
    ).finally(() => {
      this.#running = null;
      this.#schedule();
    });
    return working;
  }

  async close(): Promise<void> {
    try {
      await this.settle();
    } finally {
      this.#closed = true;
      if (this.#timer !== null) clearTimeout(this.#timer);
      await this.#running;
      await this.#options.partSync.stop();
    }
  }

  // --- when -----------------------------------------------------------------------------------------------------------

  #schedule(): void {
    if (this.#running !== null || this.#closed) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const wait_ms = this.#wait_ms();
    if (wait_ms === null) return;
    if (wait_ms <= 0) void this.#start();
    else this.#timer = setTimeout(() => void this.#start(), wait_ms).unref();
  }

  /** How long the next flush may wait; null without anything to flush. */
  #wait_ms(): number | null {
    const oldest = this.#pending[0];
    if (oldest === undefined) return null;
    if (this.#failure !== null) return this.#retry_ms;
    if (this.#rows >= LIMITS.flush_rows_target || this.#bytes >= LIMITS.flush_bytes_target || oldest.sequence <= this.#wanted) return 0;
    const withRows = this.#pending.find((journaled) => rowsOf(journaled) > 0);
    const now_ms = this.#options.now_ms();
    const rows_ms = withRows === undefined ? Infinity : withRows.at_ms + LIMITS.flush_delay_ms_max - now_ms;
    return Math.min(rows_ms, oldest.at_ms + LIMITS.account_delay_ms_max - now_ms);
  }

  #start(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
      this.#schedule();
    });
    return this.#running;
  }

  // --- what -----------------------------------------------------------------------------------------------------------

  async #run(): Promise<void> {
    // Commits of one record are added one after another within a turn: a batch must hold all of them, or a mark would cover one that was not inserted.
    await nextTurn();
    const batch = this.#takeBatch();
    try {
      if (this.#failure === null) await this.#flush(batch, NOTHING);
      else await this.#repeat(batch, this.#failure);
      this.#failure = null;
      this.#retry_ms = 0;
    } catch (error) {
      this.#failure = error;
      this.#retry_ms = Math.min(RETRY_MS_MAX, Math.max(RETRY_MS_MIN, this.#retry_ms * 2));
      this.#options.onEvent({ is: 'failed', what: 'flush', error });
    }
  }

  /** Flushes what a crash may have left half done. Called before anything else is added. */
  async recover(unflushed: readonly Journaled[]): Promise<void> {
    this.#failure = new Error('not yet compared with the engine');
    for (const journaled of unflushed) {
      this.#pending.push(journaled);
      this.#rows += rowsOf(journaled);
      this.#bytes += bytesOf(journaled);
    }
    while (this.#pending.length > 0) {
      const batch = this.#takeBatch();
      await this.#repeat(batch, null).catch((error: unknown) => this.#repeat(batch, error));
    }
    this.#failure = null;
  }

  /** After a failure: looks at what the engine has, and if it was a block that it could not read, finds out which. */
  async #repeat(batch: readonly Journaled[], failure: unknown): Promise<void> {
    const { engine, setAside, onEvent } = this.#options;
    let there = await whatIsThere(engine, batch, this.#logged.size);
    if (isUnreadable(failure)) {
      const blocks = batch.flatMap(({ commit }) => commit.blocks);
      for (const { block, error } of await insertOneByOne(engine, blocks, there)) {
        await setAside.add(block);
        onEvent({ is: 'set_aside', block: block.id, rows: block.rows, error });
      }
      // By now every block is in the engine or set aside: only bodies, account and mark are left.
      const all = new Set(blocks.map(({ id }) => id));
      there = { spans: all, traces: all, filters: all, tokens: all };
    }
    await this.#flush(batch, there);
  }

  #takeBatch(): Journaled[] {
    let rows = 0;
    let bytes = 0;
    let count = 0;
    for (const journaled of this.#pending) {
      const full = rows >= LIMITS.flush_rows_target || bytes >= LIMITS.flush_bytes_target;
      if (full && journaled.sequence !== this.#pending[count - 1]?.sequence) break;
      rows += rowsOf(journaled);
      bytes += bytesOf(journaled);
      count += 1;
    }
    return this.#pending.slice(0, count);
  }

  async #flush(batch: readonly Journaled[], there: Inserted): Promise<void> {
    const through = batch.at(-1)?.sequence;
    if (through === undefined) return;
    const { engine, journal, log, remembered, partSync, onEvent } = this.#options;
    const started_ms = performance.now();
    const blocks = batch.flatMap(({ commit }) => commit.blocks);
    const spans = blocks.filter(({ id }) => !there.spans.has(id)).map((block) => block.spans);
    const traces = blocks.filter(({ id }) => !there.traces.has(id)).map((block) => block.traces);
    const filters = blocks.filter(({ id, filter }) => filter.length > 0 && !there.filters.has(id)).map(({ filter }) => filter);
    const tokens = blocks.filter(({ id, tokens }) => tokens.length > 0 && !there.tokens.has(id)).map(({ tokens }) => tokens);
    const bodies = storedBodies(batch, this.#logged.size);
    const account = accountingBlock(batch);
    if (tokens.length > 0) await engine.insertNative(SEALED_TOKENS, tokens);
    if (traces.length > 0) await engine.insertNative(TRACES, traces);
    if (filters.length > 0) await engine.insertNative(ITEM_FILTERS, filters);
    onEvent({ is: 'lookups_inserted', through });
    if (spans.length > 0) await engine.insertNative(SPANS, spans);
    onEvent({ is: 'spans_inserted', through });
    await requireWhole(engine, blocks.filter(({ id }) => !there.spans.has(id) || !there.traces.has(id)));
    if (bodies.length > 0) await insertBodies(engine, bodies);
    onEvent({ is: 'log_inserted', through });
    if (account !== null) await engine.insertNative(ACCOUNTING, [account]);
    onEvent({ is: 'inserted', through });
    await remembered.add(batch, this.#options.now_ms());
    await partSync.sync();
    onEvent({ is: 'parts_synced', through });
    await log.sync();
    onEvent({ is: 'log_synced', through });
    const logged = loggedAfter(this.#logged, batch, log);
    await journal.mark(through, logged);
    onEvent({ is: 'marked', through });
    this.#done(batch, through, logged);
    partSync.follow();
    await journal.removeThrough(through);
    onEvent({ is: 'segments_removed', through });
    await remembered.forget(this.#options.now_ms());
    this.lastFlush_ms = this.#options.now_ms();
    onEvent({ is: 'flushed', through, rows: batch.reduce((sum, journaled) => sum + rowsOf(journaled), 0), took_ms: performance.now() - started_ms });
  }

  #done(batch: readonly Journaled[], through: number, logged: Logged): void {
    this.#logged = logged;
    this.#pending.splice(0, batch.length);
    this.#flushed = through;
    this.#options.onFlushed(batch.flatMap(({ commit }) => commit.blocks));
    for (const journaled of batch) {
      this.#rows -= rowsOf(journaled);
      this.#bytes -= bytesOf(journaled);
      for (const { spans, traces, filter, tokens } of journaled.commit.blocks) {
        // Replayed blocks are views of the record they came in.
        for (const bytes of [spans, traces, filter, tokens]) if (isExclusive(bytes)) release(bytes);
      }
    }
  }
}

/** What is counted as logged is what the batch holds: the log may have come further meanwhile. */
function loggedAfter(before: Logged, batch: readonly Journaled[], log: Pick<Log, 'root'>): Logged {
  const size = batch.reduce((sum, { bodies }) => sum + (bodies?.length ?? 0), before.size);
  return { size, root: toBase64(log.root(size)), unlogged: batch.reduce(unloggedAfter, before.unlogged) };
}

function rowsOf({ commit }: Journaled): number {
  return commit.blocks.reduce((sum, { rows }) => sum + rows, 0);
}

function bytesOf({ commit, bodies }: Journaled): number {
  const ofBodies = (bodies ?? []).reduce((sum, { statement, closed }) => sum + statement.length + closed.length, 0);
  return commit.blocks.reduce((sum, { spans, traces, filter, tokens }) => sum + spans.length + traces.length + filter.length + tokens.length, ofBodies);
}

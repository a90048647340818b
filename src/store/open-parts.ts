/**
 * Opens the parts of a store in the order in which they need each other: the directory's lock, the journal, the requests that are remembered, the engine, the log, what was not
 * flushed. What is damaged or missing throws, and closes what was opened before it.
 */
import { join } from 'node:path';
import { Engine } from '#clickhouse';
import type { Config } from '#config';
import type { Files } from '#files';
import { deriveKey } from '#keys';
import { Log, type LogKeySettings } from '#log';
import type { Secret } from '#model';
import { Account } from './account.ts';
import { retainAccount } from './account-retention.ts';
import { Figures } from './figures.ts';
import { Flusher, type StoreEvent } from './flush.ts';
import { Journal } from './journal.ts';
import { type DirectoryLock, lockDirectory } from './lock.ts';
import { type Carried, readCarried } from './log-entries.ts';
import { PartSync } from './part-sync.ts';
import { RememberedRequests, rememberedOf } from './remembered.ts';
import type { RememberedRequest } from './remembered-record.ts';
import { SetAside } from './set-aside.ts';
import { readAccountLines } from './snapshot.ts';
import { type Unlogged, unloggedAfter } from './unlogged.ts';

export interface StoreOptions {
  /** Exists, 0700, and belongs to the root key (`openRootKey`). */
  readonly dataDir: string;
  readonly rootKey: Secret<Uint8Array>;
  readonly config: Pick<Config, 'retention' | 'diskBytesMax' | 'diskFreeBytesMin'>;
  /** The keys that sign the log. Absent: `<dataDir>.log`, under a name of their own. */
  readonly logKeys?: LogKeySettings;
  readonly onEvent?: (event: StoreEvent) => void;
  readonly now_ms?: () => number;
  /** For tests: file operations that fail, a smaller journal, another answer about free disk. */
  readonly files?: Files;
  readonly segmentBytesMax?: number;
  readonly freeBytes?: (path: string) => number;
}

export interface StoreParts {
  readonly engine: Engine;
  readonly lock: DirectoryLock;
  readonly log: Log;
  readonly unlogged: Unlogged;
  readonly carried: Carried;
  readonly journal: Journal;
  readonly remembered: RememberedRequests;
  readonly flusher: Flusher;
  readonly setAside: SetAside;
  readonly partSync: PartSync;
  readonly figures: Figures;
  readonly account: Account;
  /** Not in `remembered` when the process started. */
  readonly replayed: RememberedRequest[];
  readonly rememberedSince_ms: number;
}

/** Gives what `use` makes of them. */
export async function openParts<Made>(options: StoreOptions, use: (parts: StoreParts) => Promise<Made>): Promise<Made> {
  const { dataDir, rootKey } = options;
  const now_ms = options.now_ms ?? Date.now;
  const files = options.files === undefined ? {} : { files: options.files };
  const lock = lockDirectory(dataDir);
  const opened: { close(): Promise<void> }[] = [];
  try {
    const { journal, unflushed, logged } = await Journal.open({
      directory: join(dataDir, 'journal'),
      key: deriveKey(rootKey, 'journal'),
      ...files,
      ...(options.segmentBytesMax === undefined ? {} : { segmentBytesMax: options.segmentBytesMax }),
    });
    opened.push(journal);
    // Nothing was ever taken but what the journal has.
    const isFirst = journal.lastBlockId <= unflushed.reduce((blocks, { commit }) => blocks + commit.blocks.length, 0);
    const remembered = await RememberedRequests.open({ directory: join(dataDir, 'remembered'), key: deriveKey(rootKey, 'remembered'), now_ms: now_ms(), isFirst, ...files });
    opened.push(remembered);
    const engine = await Engine.open({ dataDir, diskKey: deriveKey(rootKey, 'disk') });
    opened.push(engine);
    await refuseLostJournal(engine, journal);
    const bodies = unflushed.flatMap((journaled) => journaled.bodies ?? []);
    const log = await Log.open({ directory: join(dataDir, 'log'), dataDir, keys: options.logKeys ?? { folder: `${dataDir}.log`, origin: null }, synced: logged, replayed: bodies, now_ms, ...files });
    opened.push(log);
    const partSync = new PartSync(engine, options.files);
    await partSync.syncTables(dataDir);
    const setAside = new SetAside({ directory: join(dataDir, 'set-aside'), key: deriveKey(rootKey, 'set-aside'), ...files });
    let figures: Figures | null = null;
    const flusher = new Flusher({ engine, journal, log, logged, remembered, partSync, setAside, now_ms, onEvent: (event) => options.onEvent?.(event), onFlushed: (blocks) => figures?.add(blocks) });
    const rememberedSince_ms = remembered.since_ms;
    await flusher.recover(unflushed);
    await partSync.sync();
    // A pass that was cut off is finished before anything is summed.
    await retainAccount(engine, now_ms(), () => partSync.sync());
    figures = await Figures.open({ engine, now_ms, onFailure: (error) => options.onEvent?.({ is: 'failed', what: 'figures', error }) });
    opened.push(figures);
    const account = await readAccount(engine);
    const replayed = unflushed.flatMap(rememberedOf);
    const unlogged = unflushed.reduce(unloggedAfter, logged.unlogged);
    return await use({ engine, lock, log, unlogged, carried: await readCarried(engine), journal, remembered, flusher, setAside, partSync, figures, account, replayed, rememberedSince_ms });
  } catch (error) {
    for (const part of opened.reverse()) await part.close().catch(() => undefined);
    lock.release();
    throw error;
  }
}

/** Sequences and block ids go on from the journal: without it, a start would count from one again and take the account for unflushed. */
async function refuseLostJournal(engine: Engine, journal: Journal): Promise<void> {
  if (journal.isEmpty && Number(await engine.command('SELECT count() FROM tracekeep.accounting')) > 0) throw new Error('cannot open the store: its journal is gone');
}

async function readAccount(engine: Engine): Promise<Account> {
  const account = new Account();
  for (const line of await readAccountLines((sql) => engine.command(sql), null)) account.add(line);
  return account;
}

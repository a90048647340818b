/**
 * The store of a data directory that no server has open, as it lies: nothing is recovered, nothing in the directory changes. What a start would replay
 * is read from a copy of the journal, and is in flight.
 */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { EngineAtRest } from '#clickhouse/at-rest';
import { ENTRY_BYTES } from '#evidence';
import { deriveKey } from '#keys';
import { NOTE_BYTES_MAX } from '#merkle';
import type { Secret } from '#model';
import { NOTHING_LOGGED } from './commit-entry.ts';
import { Journal } from './journal.ts';
import { SegmentDamaged } from '#segments';
import { SetAside } from './set-aside.ts';
import { takeSnapshot, type StoreFlaw, type StoreSnapshot } from './snapshot.ts';

export interface StoreAtRest {
  snapshot(): Promise<StoreSnapshot>;
  queryNative(sql: string): Promise<Uint8Array>;
  setAsideRows(block: number): Promise<Uint8Array | null>;
  close(): Promise<void>;
}

export async function openAtRest(options: { readonly dataDir: string; readonly rootKey: Secret<Uint8Array>; readonly logKeys: string }): Promise<StoreAtRest> {
  const { dataDir, rootKey, logKeys } = options;
  refuseLocked(dataDir);
  const copy = mkdtempSync(join(tmpdir(), 'tracekeep-journal-'));
  let engine: EngineAtRest | null = null;
  try {
    for (const name of ['journal', 'set-aside']) if (existsSync(join(dataDir, name))) cpSync(join(dataDir, name), join(copy, name), { recursive: true });
    const flaws: StoreFlaw[] = [];
    const flawless = async <T>(what: StoreFlaw['what'], read: () => Promise<T>): Promise<T | null> => {
      try {
        return await read();
      } catch (error) {
        if (!(error instanceof SegmentDamaged)) throw error;
        flaws.push({ what, is: 'changed', file: join(what, basename(error.path)), at: error.at });
        return null;
      }
    };
    const journaled = await flawless('journal', () => readJournal(join(copy, 'journal'), rootKey));
    const path = join(logKeys, 'checkpoint');
    const wasUsed = entriesIn(dataDir) > 0 || existsSync(path);
    if (journaled?.isEmpty === true && wasUsed) flaws.push({ what: 'journal', is: 'gone', file: 'journal', at: null });
    // Without it, all that the files of the log have must be in the tables.
    const isFlawed = flaws.length > 0;
    const unflushed = journaled?.unflushed ?? [];
    const logged = journaled === null || isFlawed ? { ...NOTHING_LOGGED, size: entriesIn(dataDir) } : journaled.logged;
    const setAside = (await flawless('set-aside', () => new SetAside({ directory: join(copy, 'set-aside'), key: deriveKey(rootKey, 'set-aside') }).blocks())) ?? new Map<number, Uint8Array>();
    engine = await EngineAtRest.open({ dataDir, diskKey: deriveKey(rootKey, 'disk'), mayLack: wasUsed });
    // A server that came up meanwhile may have changed journal or parts while they were read.
    refuseLocked(dataDir);
    const checkpoint = existsSync(path) && statSync(path).size <= NOTE_BYTES_MAX ? readFileSync(path, 'utf8') : null;
    const open = engine;
    // What cannot be read may also have been removed by a server that came up meanwhile.
    const whileUnlocked = <T>(answer: Promise<T>): Promise<T> =>
      answer.catch((error: unknown) => {
        refuseLocked(dataDir);
        throw error;
      });
    const [command, queryNative, close] = [(sql: string) => whileUnlocked(open.command(sql)), (sql: string) => whileUnlocked(open.queryNative(sql)), () => open.close()];
    const snapshot = await takeSnapshot({ pending: unflushed, logged, checkpoint, setAside: [...setAside.keys()], command, flaws });
    return { snapshot: async () => snapshot, queryNative, setAsideRows: async (block) => setAside.get(block) ?? null, close };
  } catch (error) {
    await engine?.close();
    throw error;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

async function readJournal(directory: string, rootKey: Secret<Uint8Array>): Promise<Pick<Awaited<ReturnType<typeof Journal.open>>, 'unflushed' | 'logged'> & { readonly isEmpty: boolean }> {
  const { journal, unflushed, logged } = await Journal.open({ directory, key: deriveKey(rootKey, 'journal') });
  const { isEmpty } = journal;
  await journal.close();
  return { unflushed, logged, isEmpty };
}

/** Entries in the files of the log. */
function entriesIn(dataDir: string): number {
  const path = join(dataDir, 'log', 'entries');
  return existsSync(path) ? Math.floor(statSync(path).size / (2 + ENTRY_BYTES)) : 0;
}

/** Throws if another process has the directory's lock. */
function refuseLocked(dataDir: string): void {
  const path = join(dataDir, 'lock');
  if (!existsSync(path)) return;
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    database.exec('PRAGMA busy_timeout = 0; SELECT count(*) FROM sqlite_schema');
  } catch (cause) {
    throw new Error(`cannot read ${dataDir} as it lies: another process has it open, and does not answer yet; try again in a moment`, { cause });
  } finally {
    database.close();
  }
}

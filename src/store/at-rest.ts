/**
 * The store of a data directory that no server has open, as it lies: nothing is recovered, nothing in the directory changes. What a start would replay
 * is read from a copy of the journal, and is in flight.
 */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { EngineAtRest } from '#clickhouse/at-rest';
import { deriveKey } from '#keys';
import { NOTE_BYTES_MAX } from '#merkle';
import type { Secret } from '#model';
import { Journal } from './journal.ts';
import { SetAside } from './set-aside.ts';
import { takeSnapshot, type StoreSnapshot } from './snapshot.ts';

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
    const { journal, unflushed, logged } = await Journal.open({ directory: join(copy, 'journal'), key: deriveKey(rootKey, 'journal') });
    await journal.close();
    const setAside = await new SetAside({ directory: join(copy, 'set-aside'), key: deriveKey(rootKey, 'set-aside') }).blocks();
    engine = await EngineAtRest.open({ dataDir, diskKey: deriveKey(rootKey, 'disk') });
    // A server that came up meanwhile may have changed journal or parts while they were read.
    refuseLocked(dataDir);
    const path = join(logKeys, 'checkpoint');
    const checkpoint = existsSync(path) && statSync(path).size <= NOTE_BYTES_MAX ? readFileSync(path, 'utf8') : null;
    const { command, queryNative, close } = { command: engine.command.bind(engine), queryNative: engine.queryNative.bind(engine), close: engine.close.bind(engine) };
    const snapshot = await takeSnapshot({ pending: unflushed, logged, checkpoint, setAside: [...setAside.keys()], command });
    return { snapshot: async () => snapshot, queryNative, setAsideRows: async (block) => setAside.get(block) ?? null, close };
  } catch (error) {
    await engine?.close();
    throw error;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
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

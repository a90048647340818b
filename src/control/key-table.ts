/** The table of subject keys of a data directory that no server has open, for verification: nothing is migrated, recovered or written. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

import { LIMITS } from '#limits';

import { digestsOf } from './subject-keys.ts';

export interface KeyTableAtRest {
  digestSubjectKeys(after: number): { readonly digests: Uint8Array; readonly last: number | null };
  /** There is a control database, and it is one. */
  readonly isThere: boolean;
  close(): void;
}

/** Whether a data directory has a control database at all; what is in it is not looked at. */
export function isControlThere(dataDir: string): boolean {
  return (statSync(pathIn(dataDir), { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/** One without a row, where there is no database or it has no such table yet. */
export function openKeyTable(dataDir: string): KeyTableAtRest {
  const path = pathIn(dataDir);
  if (!isControlThere(dataDir)) return NO_KEYS;
  // What was closed well has no write-ahead log, and is read without the files by which processes that share it would agree.
  const isClosed = !existsSync(`${path}-wal`) || statSync(`${path}-wal`).size === 0;
  const database = new DatabaseSync(isClosed ? new URL(`${pathToFileURL(path).href}?immutable=1`) : path, { readOnly: true, defensive: true });
  try {
    const hasTable = (name: string): boolean => database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(name) !== undefined;
    if (!hasTable('subject_keys')) {
      const isThere = hasTable('seal_check');
      database.close();
      return { ...NO_KEYS, isThere };
    }
    const rows = database.prepare('SELECT row, key, wrapped FROM subject_keys WHERE row > ? ORDER BY row LIMIT ?');
    return {
      isThere: true,
      digestSubjectKeys: (after) => digestsOf(rows.all(after, LIMITS.key_digests_at_once).map(({ row, key, wrapped }) => ({ row: Number(row), key: key as Uint8Array, wrapped: wrapped as Uint8Array }))),
      close: () => database.close(),
    };
  } catch (cause) {
    database.close();
    throw new Error(`cannot read the keys in ${path}`, { cause });
  }
}

const pathIn = (dataDir: string): string => join(dataDir, 'control', 'control.sqlite');

const NO_KEYS: KeyTableAtRest = { isThere: false, digestSubjectKeys: () => ({ digests: new Uint8Array(0), last: null }), close: () => undefined };

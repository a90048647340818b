/** The table of subject keys of a data directory that no server has open, for verification: nothing is migrated, recovered or written. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

import { LIMITS } from '#limits';

import { digestsOf } from './subject-keys.ts';

export interface KeyTableAtRest {
  digestSubjectKeys(after: number): { readonly digests: Uint8Array; readonly last: number | null };
  close(): void;
}

/** One without a row, where there is no database or it has no such table yet. */
export function openKeyTable(dataDir: string): KeyTableAtRest {
  const path = join(dataDir, 'control', 'control.sqlite');
  if (!existsSync(path)) return NO_KEYS;
  // What was closed well has no write-ahead log, and is read without the files by which processes that share it would agree.
  const isClosed = !existsSync(`${path}-wal`) || statSync(`${path}-wal`).size === 0;
  const database = new DatabaseSync(isClosed ? new URL(`${pathToFileURL(path).href}?immutable=1`) : path, { readOnly: true, defensive: true });
  try {
    if (database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'subject_keys'").get() === undefined) {
      database.close();
      return NO_KEYS;
    }
    const rows = database.prepare('SELECT row, key, wrapped FROM subject_keys WHERE row > ? ORDER BY row LIMIT ?');
    return {
      digestSubjectKeys: (after) => digestsOf(rows.all(after, LIMITS.key_digests_at_once).map(({ row, key, wrapped }) => ({ row: Number(row), key: key as Uint8Array, wrapped: wrapped as Uint8Array }))),
      close: () => database.close(),
    };
  } catch (cause) {
    database.close();
    throw new Error(`cannot read the keys in ${path}`, { cause });
  }
}

const NO_KEYS: KeyTableAtRest = { digestSubjectKeys: () => ({ digests: new Uint8Array(0), last: null }), close: () => undefined };

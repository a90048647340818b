/**
 * One owner per data directory. The lock is the operating system's, held through SQLite, so it ends with its process whatever happens; the
 * process id beside it is only for the message to the second one.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface DirectoryLock {
  release(): void;
}

export function lockDirectory(dataDir: string): DirectoryLock {
  const path = join(dataDir, 'lock');
  writeFileSync(path, '', { mode: 0o600, flag: 'a' });
  const database = new DatabaseSync(path);
  try {
    database.exec('PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    throw new Error(`cannot open ${dataDir}: process ${readOwner(`${path}.pid`)} has it open`, { cause });
  }
  writeFileSync(`${path}.pid`, `${process.pid}\n`, { mode: 0o600 });
  return { release: () => database.close() };
}

function readOwner(path: string): string {
  try {
    return readFileSync(path, 'latin1').trim() || 'unknown';
  } catch {
    return 'unknown';
  }
}

/** A file that a verb makes for what only its owner may read: closed to other users, never written over, and gone again where there was nothing to write. */
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';

import { OperatorError } from './operator-error.ts';

export type Write = (text: string) => void;

/** Made before `use` runs, so that what cannot be kept is not begun. Null: no path was given. */
export async function withNewFile<T>(path: string | undefined, use: (write: Write | null) => Promise<T>): Promise<T> {
  if (path === undefined) return use(null);
  const file = openNew(path);
  let written = false;
  try {
    const result = await use((text) => {
      written = true;
      writeSync(file, text);
    });
    fsyncSync(file);
    return result;
  } catch (failure) {
    // What was begun stays: it may be all that there is.
    if (!written) rmSync(path, { force: true });
    throw failure;
  } finally {
    closeSync(file);
  }
}

function openNew(path: string): number {
  try {
    return openSync(path, 'wx', 0o600);
  } catch (cause) {
    throw new OperatorError(`cannot write ${path}: it must be a new file in a folder that is there; nothing was done`, 1, { cause });
  }
}

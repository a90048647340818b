/**
 * A file that a verb writes: closed to other users, in the place of no other unless that was asked for, and gone again where there was nothing to write. Every verb that
 * writes a file of which the operator chooses the name writes it here.
 */
import { closeSync, fsyncSync, linkSync, lstatSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';

import { OperatorError } from './operator-error.ts';

export type Write = (text: string) => void;

export interface NewFile {
  /** It has its name when it is whole; otherwise from the beginning, so that what was begun stays when the rest fails: it may be all that there is. */
  readonly isWhole?: boolean;
  /** In the place of one that is there, which stays until the new one is whole. Absent: the verb has no such option. */
  readonly force?: boolean;
}

export const FORCE = ['--force', 'write over a file that is there'] as const;

/** Made before `use` runs, so that what cannot be kept is not begun. Null: no path was given. */
export async function withNewFile<T>(path: string | undefined, use: (write: Write | null) => Promise<T>, { force, isWhole = force === true }: NewFile = {}): Promise<T> {
  if (path === undefined) return use(null);
  if (force !== true && lstatSync(path, { throwIfNoEntry: false }) !== undefined) throw isThere(path, force);
  const at = isWhole ? `${path}.${process.pid}.tmp` : path;
  const file = openNew(at, path);
  let written = false;
  try {
    const result = await use((text) => {
      written = true;
      const bytes = Buffer.from(text);
      for (let from = 0; from < bytes.length; ) from += writeSync(file, bytes, from);
    });
    fsyncSync(file);
    if (isWhole) giveName(at, path, force);
    return result;
  } catch (failure) {
    if (isWhole || !written) rmSync(at, { force: true });
    throw failure;
  } finally {
    closeSync(file);
  }
}

function giveName(at: string, path: string, force: boolean | undefined): void {
  if (force === true) return renameSync(at, path);
  try {
    // Fails where somebody else made one meanwhile.
    linkSync(at, path);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') throw isThere(path, force);
    throw new OperatorError(`cannot write ${path}`, 1, { cause });
  }
  rmSync(at);
}

function isThere(path: string, force: boolean | undefined): OperatorError {
  return new OperatorError(`cannot write ${path}: it is there already, and nothing was done; name another file${force === undefined ? '' : ', or say --force to write over it'}`);
}

function openNew(at: string, path: string): number {
  try {
    return openSync(at, 'wx', 0o600);
  } catch (cause) {
    throw new OperatorError(`cannot write ${path}: it must be a new file in a folder that is there; nothing was done`, 1, { cause });
  }
}

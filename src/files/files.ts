/**
 * The few file operations that durability rests on, behind an interface so that tests can let each of them fail.
 */

import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface AppendFile {
  /** Writes all parts at the end of what was written before. */
  append(parts: readonly Uint8Array[]): Promise<void>;
  /** Returns when data and length are on the disk. */
  sync(): Promise<void>;
  /** Cuts the file; the next append continues there. */
  cut(bytes: number): Promise<void>;
  close(): Promise<void>;
}

export interface Files {
  /** Creates a file that does not exist yet, 0600. */
  create(path: string): Promise<AppendFile>;
  /** Opens a file that has at least so many bytes, and cuts it to them; appends go on there. */
  open(path: string, bytes: number): Promise<AppendFile>;
  rename(from: string, to: string): Promise<void>;
  /** Makes creations, renames and removals in a directory durable. */
  syncDirectory(path: string): Promise<void>;
}

export const FILES: Files = {
  create: async (path) => appendFile(await open(path, 'wx', 0o600), 0),
  open: reopen,
  rename,
  syncDirectory,
};

/** Linux takes at most this many pieces in one call (IOV_MAX). */
const PIECES_MAX = 1024;

/** Durable and whole when resolved: whoever reads the path sees what was there before, or all of these bytes. */
export async function replaceFile(files: Files, path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.new`;
  await rm(draft, { force: true });
  const file = await files.create(draft);
  try {
    await file.append([bytes]);
    await file.sync();
  } finally {
    await file.close();
  }
  await files.rename(draft, path);
  await files.syncDirectory(dirname(path));
}

async function reopen(path: string, bytes: number): Promise<AppendFile> {
  const handle = await open(path, 'r+');
  await handle.truncate(bytes);
  return appendFile(handle, bytes);
}

function appendFile(handle: FileHandle, start: number): AppendFile {
  let end = start;
  return {
    async append(parts) {
      for (let from = 0; from < parts.length; from += PIECES_MAX) {
        let rest = parts.slice(from, from + PIECES_MAX);
        while (rest.length > 0) {
          const { bytesWritten } = await handle.writev(rest, end);
          end += bytesWritten;
          rest = after(rest, bytesWritten);
        }
      }
    },
    sync: () => handle.datasync(),
    async cut(bytes) {
      await handle.truncate(bytes);
      await handle.datasync();
      end = bytes;
    },
    close: () => handle.close(),
  };
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** What a short write left over. */
function after(parts: readonly Uint8Array[], written: number): Uint8Array[] {
  const rest: Uint8Array[] = [];
  let skip = written;
  for (const part of parts) {
    if (skip >= part.length) skip -= part.length;
    else {
      rest.push(part.subarray(skip));
      skip = 0;
    }
  }
  return rest;
}

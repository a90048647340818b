/**
 * Files that hold keys: 0600, ours, written whole or not at all. One that others can reach is refused rather than put right, since somebody may
 * have read it already.
 */
import { closeSync, constants, existsSync, fstatSync, fsyncSync, linkSync, openSync, readSync, realpathSync, unlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { emptyBytes } from './secret-bytes.ts';

/** A key file that is there, or may be, and is not used: unsafe, or not what it should be. The message names it and says what is wrong. */
export class KeyFileFault extends Error {}

/** The text of a key file; a longer one gives the empty text, which no reader takes. `what` is for messages, such as `root key`. */
export function readKeyFile(file: string, what: string, bytesMax: number): string {
  return Buffer.from(readKeyBytes(file, what, bytesMax)).toString('latin1').trimEnd();
}

/** The same as bytes that can be wiped. */
export function readKeyBytes(file: string, what: string, bytesMax: number): Uint8Array {
  const { fd, size } = openKeyFile(file, what);
  try {
    if (size > bytesMax) return emptyBytes(0);
    const bytes = emptyBytes(size);
    return bytes.subarray(0, readSync(fd, bytes));
  } finally {
    closeSync(fd);
  }
}

/** Why a key file would not be read; null if it would. Nothing of it is. */
export function keyFileFault(file: string, what: string): string | null {
  try {
    closeSync(openKeyFile(file, what).fd);
    return null;
  } catch (failure) {
    if (failure instanceof KeyFileFault) return failure.message;
    throw failure;
  }
}

/** Writes a file so that it appears whole, durable and only if nobody else was first. */
export function publishFile(file: string, text: string | Uint8Array): void {
  const draft = `${file}.${process.pid}.new`;
  const fd = openSync(draft, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    writeFileSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  try {
    linkSync(draft, file);
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw new Error(`cannot write ${file}`, { cause: error });
  } finally {
    unlinkSync(draft);
  }
  syncDirectory(dirname(resolve(file)));
}

/** Throws for a key file in the data directory, also by way of a symbolic link. Neither needs to be there yet. */
export function refuseInside(what: string, file: string, dataDir: string): void {
  const folder = existsSync(dataDir) ? realpathSync(dataDir) : realPathOf(dataDir);
  if (realPathOf(file).startsWith(folder + sep)) throw new KeyFileFault(`cannot use the ${what} ${file}: it lies inside the data directory, so who copies one has both`);
}

function openKeyFile(file: string, what: string): { readonly fd: number; readonly size: number } {
  let fd: number;
  try {
    // O_NONBLOCK: opening a FIFO in the key's place must fail below, not hang.
    fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    throw new KeyFileFault(`cannot open the ${what} ${file}: ${reason(cause)}`, { cause });
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw new KeyFileFault(`cannot use the ${what} ${file}: it is not a regular file`);
    if ((stat.mode & 0o077) !== 0) throw new KeyFileFault(`cannot use the ${what} ${file}: others may read or write it; run chmod 600`);
    if (process.getuid !== undefined && stat.uid !== process.getuid() && stat.uid !== 0) throw new KeyFileFault(`cannot use the ${what} ${file}: it belongs to another user`);
    return { fd, size: stat.size };
  } catch (fault) {
    closeSync(fd);
    throw fault;
  }
}

/** Links resolved as far as there is anything; the file itself may be a link, which is refused when it is opened. */
function realPathOf(path: string): string {
  const parent = dirname(resolve(path));
  const real = existsSync(parent) ? realpathSync(parent) : parent === dirname(parent) ? parent : realPathOf(parent);
  return join(real, basename(path));
}

export function syncDirectory(path: string): void {
  const fd = openSync(path, constants.O_RDONLY);
  fsyncSync(fd);
  closeSync(fd);
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function reason(error: unknown): string {
  if (isErrno(error, 'ENOENT')) return 'it does not exist';
  if (isErrno(error, 'ELOOP')) return 'it is a symbolic link';
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
}

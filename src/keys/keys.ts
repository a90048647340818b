/**
 * The root key: 32 random bytes, as hexadecimal, in a 0600 file outside the data directory, so that a stolen copy of the data is
 * worth nothing. It is made once, at the first start, and never again: a data directory that has seen a key holds a check
 * value, and without the matching key nothing is opened or overwritten.
 */

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { closeSync, constants, existsSync, fstatSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, readdirSync, realpathSync, unlinkSync, writeSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { Secret } from '#model';
import { deriveKey } from './derive.ts';

export { deriveKey, type KeyPurpose } from './derive.ts';
export { Sealer, SEAL_OVERHEAD_BYTES } from './sealer.ts';

const KEY_BYTES = 32;
const CHECK_FILE = 'key.check';
const CHECK_TEXT = 'tracekeep key check 1';

/**
 * Opens the root key and makes the data directory (0700) and, at the very first start, the key. Safe when several processes start at once.
 * Throws when the key is missing, unsafe, malformed or not the one this data directory was made with.
 */
export function openRootKey(options: { readonly file: string; readonly dataDir: string; readonly random?: (bytes: number) => Uint8Array }): Secret<Uint8Array> {
  const { file, random = randomBytes } = options;
  const made = mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
  if (made !== undefined) syncDirectory(dirname(made));
  const dataDir = realpathSync(options.dataDir);
  refuseInside(file, dataDir);

  const check = join(dataDir, CHECK_FILE);
  const known = existsSync(check);
  if (!known && readdirSync(dataDir).some((name) => name === 'engine' || name === 'journal')) {
    throw new Error(`cannot open the data directory ${dataDir}: it holds data but no ${CHECK_FILE}`);
  }
  if (!known && !existsSync(file)) publish(file, `${Buffer.from(random(KEY_BYTES)).toString('hex')}\n`);

  const root = readKey(file);
  const expected = createHmac('sha256', deriveKey(root, 'check').reveal()).update(CHECK_TEXT).digest('hex');
  if (!known) publish(check, `${expected}\n`);
  const found = readFileSync(check, 'utf8').trim();
  if (found.length !== expected.length || !timingSafeEqual(Buffer.from(found), Buffer.from(expected))) {
    throw new Error(`cannot open the data directory ${dataDir}: the root key in ${file} is not the one it was made with`);
  }
  return root;
}

function refuseInside(file: string, dataDir: string): void {
  const parent = dirname(resolve(file));
  const real = join(existsSync(parent) ? realpathSync(parent) : parent, basename(file));
  if (real.startsWith(dataDir + sep)) throw new Error(`cannot use the root key ${file}: it lies inside the data directory, so who copies one has both`);
}

function readKey(file: string): Secret<Uint8Array> {
  let fd: number;
  try {
    // O_NONBLOCK: opening a FIFO in the key's place must fail below, not hang.
    fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    throw new Error(`cannot open the root key ${file}: ${reason(cause)}`, { cause });
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw new Error(`cannot use the root key ${file}: it is not a regular file`);
    if ((stat.mode & 0o077) !== 0) throw new Error(`cannot use the root key ${file}: others may read or write it; run chmod 600`);
    if (process.getuid !== undefined && stat.uid !== process.getuid() && stat.uid !== 0) throw new Error(`cannot use the root key ${file}: it belongs to another user`);
    const text = stat.size <= 2 * KEY_BYTES + 2 ? readFileSync(fd, 'latin1').trimEnd() : '';
    if (!/^[0-9a-fA-F]{64}$/.test(text)) throw new Error(`cannot use the root key ${file}: it must hold exactly ${2 * KEY_BYTES} hexadecimal digits`);
    return new Secret(new Uint8Array(Buffer.from(text, 'hex')));
  } finally {
    closeSync(fd);
  }
}

/** Writes a file so that it appears whole, durable and only if nobody else was first. */
function publish(file: string, text: string): void {
  const draft = `${file}.${process.pid}.new`;
  const fd = openSync(draft, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    writeSync(fd, text);
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

function syncDirectory(path: string): void {
  const fd = openSync(path, constants.O_RDONLY);
  fsyncSync(fd);
  closeSync(fd);
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function reason(error: unknown): string {
  if (isErrno(error, 'ENOENT')) return 'it does not exist, and the data directory was made with one';
  if (isErrno(error, 'ELOOP')) return 'it is a symbolic link';
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
}

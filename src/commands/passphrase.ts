/** The passphrase that is a sealing root: from a file descriptor, or asked for at the terminal without an echo. As bytes, which can be wiped; never an argument, which others could see. */
import { readSync } from 'node:fs';
import type { ReadStream } from 'node:tty';

import type { Config } from '#config';
import { LIMITS } from '#limits';
import { Secret } from '#model';

import { OperatorError } from './operator-error.ts';

const BYTES_MAX = LIMITS.passphrase_bytes_max;

export const PASSPHRASE_FD = ['--passphrase-fd <NUMBER>', 'read the passphrase from this open file (0: standard input), where the sealing root is one'] as const;

/** For a verb that opens, and null for one that does not, or where the sealing root is no passphrase. Wiped afterwards. */
export async function withPassphrase<Done>(config: Pick<Config, 'sealing'> | null, descriptor: string | undefined, work: (passphrase: Secret<Uint8Array> | null) => Promise<Done>): Promise<Done> {
  const passphrase = config?.sealing.kind === 'passphrase' ? await readPassphrase(descriptor, false) : null;
  try {
    return await work(passphrase);
  } finally {
    passphrase?.reveal().fill(0);
  }
}

/** A server that runs never gets a passphrase, so a verb that opens cannot ask it. */
export function refuseBesideServer({ sealing }: Pick<Config, 'sealing'>): void {
  if (sealing.kind === 'passphrase') throw new OperatorError('cannot open anything beside a running server, which never gets the passphrase: stop it, or use a copy of the data directory');
}

/** `isNew`: it is going to be the sealing root from now on, so it is asked for twice and has to be long. */
export async function readPassphrase(descriptor: string | undefined, isNew: boolean): Promise<Secret<Uint8Array>> {
  const bytes = descriptor !== undefined ? fromDescriptor(descriptor) : await ask('passphrase of the sealing root: ');
  if (bytes.length === 0) throw new OperatorError('cannot use the passphrase: it is empty', 2);
  if (!isNew) return new Secret(bytes);
  if (Buffer.from(bytes).toString('utf8').length < LIMITS.passphrase_characters_min) throw new OperatorError(`cannot take the passphrase: it has less than ${LIMITS.passphrase_characters_min} characters`, 2);
  if (descriptor === undefined) {
    const again = await ask('the same once more: ');
    if (Buffer.compare(bytes, again) !== 0) throw new OperatorError('cannot take the passphrase: it was not the same both times', 2);
    again.fill(0);
  }
  return new Secret(bytes);
}

/** The first line. */
function fromDescriptor(text: string): Uint8Array {
  if (!/^\d{1,4}$/.test(text)) throw new OperatorError('cannot read --passphrase-fd: it is the number of an open file, such as 3', 2);
  const bytes = new Uint8Array(new ArrayBuffer(BYTES_MAX));
  let length = 0;
  try {
    for (let read = 1; read > 0 && length < BYTES_MAX && !bytes.subarray(0, length).includes(0x0a); length += read) read = readSync(Number(text), bytes, length, BYTES_MAX - length, null);
  } catch (cause) {
    throw new OperatorError(`cannot read the passphrase from the descriptor ${text}`, 2, { cause });
  }
  return lineOf(bytes, length);
}

function lineOf(bytes: Uint8Array, length: number): Uint8Array {
  const end = bytes.subarray(0, length).indexOf(0x0a);
  if (end < 0 && length === bytes.length) throw new OperatorError(`cannot use the passphrase: it is longer than ${bytes.length - 1} bytes`, 2);
  const line = bytes.subarray(0, end < 0 ? length : end);
  return line.at(-1) === 0x0d ? line.subarray(0, -1) : line;
}

async function ask(question: string): Promise<Uint8Array> {
  const terminal = process.stdin as ReadStream;
  if (!terminal.isTTY) throw new OperatorError('cannot ask for the passphrase: there is no terminal; give it with --passphrase-fd 0 < FILE', 2);
  process.stderr.write(question);
  const bytes = new Uint8Array(new ArrayBuffer(BYTES_MAX));
  let length = 0;
  terminal.setRawMode(true);
  try {
    for await (const part of terminal.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      for (const byte of part) {
        if (byte === 0x0d || byte === 0x0a) return lineOf(bytes, length);
        if (byte === 0x03 || byte === 0x04) throw new OperatorError('no passphrase was given: nothing was done');
        // Backspace takes a character, of however many bytes.
        if (byte === 0x7f || byte === 0x08) do length = Math.max(0, length - 1); while (length > 0 && ((bytes[length] ?? 0) & 0xc0) === 0x80);
        else if (length < BYTES_MAX) bytes[length++] = byte;
      }
      part.fill(0);
    }
    return lineOf(bytes, length);
  } finally {
    terminal.setRawMode(false);
    terminal.pause();
    process.stderr.write('\n');
  }
}

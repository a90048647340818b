/** The list of what an authority issued: a file to which lines of JSON are added, each synced, so that two that issue at once both stand there. */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Kind } from './authority.ts';

export interface IssuedRecord {
  /** 32 hexadecimal digits. */
  readonly serial: string;
  readonly kind: Kind;
  readonly name: string;
  /** The SPIFFE id. */
  readonly id: string;
  readonly dns: readonly string[];
  readonly ips: readonly string[];
  /** SHA-256 of the certificate, hexadecimal. */
  readonly fingerprint: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly expires: number;
  /** For how long it was asked, and is renewed. */
  readonly valid_ms: number;
}

export function appendIssued(folder: string, record: IssuedRecord): void {
  dropCutLine(fileOf(folder));
  const fd = openSync(fileOf(folder), 'a', 0o600);
  try {
    writeSync(fd, `${JSON.stringify(record)}\n`);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Oldest first. A last line that a crash cut off is of a certificate that was never written. */
export function readIssued(folder: string): readonly IssuedRecord[] {
  if (!existsSync(fileOf(folder))) return [];
  const text = readFileSync(fileOf(folder), 'utf8');
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n').filter((line) => line !== '');
  return lines.map((line, at) => {
    try {
      return JSON.parse(line) as IssuedRecord;
    } catch (cause) {
      throw new Error(`cannot read ${fileOf(folder)}: line ${at + 1} is not one that Tracekeep wrote`, { cause });
    }
  });
}

/** What a crash left of a line would spoil the next one. */
function dropCutLine(file: string): void {
  if (!existsSync(file)) return;
  const bytes = readFileSync(file);
  const whole = bytes.lastIndexOf(0x0a) + 1;
  if (whole < bytes.length) truncateSync(file, whole);
}

const fileOf = (folder: string): string => join(folder, 'issued.jsonl');

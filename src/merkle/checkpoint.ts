/**
 * Checkpoints (C2SP tlog-checkpoint): the text of a note that names a log, the size of its tree and its root.
 */
import { fromBase64, toBase64 } from './base64.ts';
import { flawed, type Flaw } from './flaw.ts';
import { HASH_BYTES } from './hashes.ts';
import { isSize } from './ranges.ts';

export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
  /** Further lines, not recommended: no tree proves them, and ML-DSA-44 cosignatures do not cover them. Ours have none. */
  readonly extensions: readonly string[];
}

/** As in cosignatures, where its length is one byte. */
const ORIGIN_BYTES_MAX = 255;
const EXTENSIONS_MAX = 16;
const LINE_CHARS_MAX = 1024;

/** A checkpoint from the text of a note, with its last line feed; attacker-controlled until the note was opened. */
export function parseCheckpoint(text: string): Checkpoint | Flaw {
  const lines = text.split('\n', 3 + EXTENSIONS_MAX + 2);
  const [origin, size, root, ...extensions] = lines.slice(0, -1);
  if (lines.at(-1) !== '' || origin === undefined || size === undefined || root === undefined) return flawed('checkpoint_malformed', `${lines.length} lines`);
  if (lines.some((line) => line.length > LINE_CHARS_MAX)) return flawed('checkpoint_malformed', 'a line is too long');
  if (!isOrigin(origin)) return flawed('checkpoint_malformed', 'line 1');
  if (!/^(?:0|[1-9]\d{0,15})$/u.test(size) || !isSize(Number(size))) return flawed('checkpoint_malformed', 'line 2');
  const hash = fromBase64(root);
  if (hash?.length !== HASH_BYTES) return flawed('checkpoint_malformed', 'line 3');
  if (extensions.length > EXTENSIONS_MAX || extensions.includes('')) return flawed('checkpoint_malformed', 'after line 3');
  return { origin, size: Number(size), root: hash, extensions };
}

/** What parses to this checkpoint, or the reason why nothing does. */
export function printCheckpoint({ origin, size, root, extensions }: Checkpoint): string | Flaw {
  const text = [origin, size, toBase64(root), ...extensions, ''].join('\n');
  const parsed = parseCheckpoint(text);
  if ('flaw' in parsed) return parsed;
  return parsed.extensions.length === extensions.length ? text : flawed('checkpoint_malformed', 'after line 3');
}

/** Not empty, one line, short enough to be cosigned. */
export function isOrigin(origin: string): boolean {
  return origin !== '' && origin.isWellFormed() && !/[\u0000-\u001f]/u.test(origin) && new TextEncoder().encode(origin).length <= ORIGIN_BYTES_MAX;
}

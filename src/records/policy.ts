/** The policy in force, whole, as entries of the log; a text that is longer than an entry's goes on in the next one. */
import type { OutboxEntry } from '#control';
import { LIMITS } from '#limits';

export interface PolicyText {
  /** Canonical JSON. */
  readonly text: string;
  /** Its SHA-256, hexadecimal. */
  readonly digest: string;
}

export function policyEntries({ text, digest }: PolicyText): readonly Omit<OutboxEntry, 'time'>[] {
  const parts = cut(text, LIMITS.entry_text_bytes_max);
  return parts.map((statement, at) => ({ type: 'policy', statement, closed: { digest, part: at + 1, parts: parts.length } }));
}

/** Pieces of at most so many bytes, not cut within a character. */
function cut(text: string, bytesMax: number): readonly string[] {
  const bytes = Buffer.from(text);
  const pieces: string[] = [];
  for (let from = 0; from < bytes.length || pieces.length === 0; ) {
    let to = Math.min(bytes.length, from + bytesMax);
    // A byte 10xxxxxx goes on with a character that began before.
    while (to < bytes.length && ((bytes[to] ?? 0) & 0xc0) === 0x80) to -= 1;
    pieces.push(bytes.toString('utf8', from, to));
    from = to;
  }
  return pieces;
}

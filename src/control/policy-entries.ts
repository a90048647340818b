/** A version of the policy, whole, as entries of the log; a text that is longer than an entry's goes on in the next one. */
import { LIMITS } from '#limits';

import type { OutboxEntry } from './outbox.ts';
import type { PolicyVersion } from './policies.ts';

/** `canonical`: the JSON that the version's digest is of. Who, why and what it weakens are in the first part. */
export function policyEntries(version: PolicyVersion, canonical: string): readonly Omit<OutboxEntry, 'time'>[] {
  const { digest, since, by, approvedBy, note, approvalNote, weakenings, weakeningsCount } = version;
  const said = {
    version: version.version, since, who: by, ...(approvedBy === null ? {} : { approvedBy, approvalNote }), note,
    weakenings: weakenings.map(({ sentence }) => sentence.slice(0, SENTENCE_CHARACTERS_MAX)), weakeningsCount,
  };
  const parts = textPieces(canonical, LIMITS.entry_text_bytes_max);
  return parts.map((statement, at) => ({ type: 'policy', statement, closed: { digest, part: at + 1, parts: parts.length, ...(at === 0 ? said : {}) } }));
}

/** As many as a version names, of such length, at six bytes a character, and two notes never make a body that is too long. */
const SENTENCE_CHARACTERS_MAX = 240;

/** Pieces of at most so many bytes, not cut within a character. */
export function textPieces(text: string, bytesMax: number): readonly string[] {
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

/**
 * Keys that were destroyed and must not be there: the log has a digest of each, and of every key that there is one is made and looked up. Found where an older copy of the control
 * database was put in place of a newer one, whole or in part.
 */
import { KEY_DIGEST_BYTES } from '#control';
import { ENTRY_TYPES } from '#model';
import type { StoreSnapshot } from '#store';
import { objectIn } from './bodies.ts';
import { finding, type Finding } from './finding.ts';
import type { Source } from './source.ts';
import type { StoreReader } from './store-reader.ts';

/** Digests of keys that there are, one after another, of rows behind `after`; `last`: the last of these rows, null if there is none. */
export interface KeyDigests {
  readonly digests: Uint8Array;
  readonly last: number | null;
}

interface Erased {
  readonly erasure: string;
  readonly tenant: string | null;
  /** Null while it is not in the tables. */
  readonly entry: number | null;
  readonly time_ms: number;
}

/** Whatever else is looked at: it is little, and nothing else would tell. The snapshot is older than what the source gives then, and keys are destroyed before the log has it. */
export async function checkErasedKeys(reader: Pick<StoreReader, 'bodiesOfType'>, { entries, tail }: Pick<StoreSnapshot, 'entries' | 'tail'>, source: Pick<Source, 'keyDigests'>, pause: () => Promise<void> | undefined): Promise<readonly Finding[]> {
  const erased = new Map<string, Erased>();
  for (const { index, time_ms, statement } of await reader.bodiesOfType(ENTRY_TYPES.erasure, 0, entries)) addErased(erased, statement, index, time_ms);
  for (const { type, time_ms, statement } of tail) if (type === 'erasure') addErased(erased, statement, null, time_ms);
  if (erased.size === 0) return [];
  const back = new Map<string, Erased & { keys: number }>();
  for (let after = 0; ; ) {
    const { digests, last } = await source.keyDigests(after);
    if (last === null || last <= after) break;
    for (const digest of digestsIn(digests)) {
      const of = erased.get(digest);
      if (of === undefined) continue;
      const counted = back.get(of.erasure) ?? { ...of, keys: 0 };
      counted.keys += 1;
      back.set(of.erasure, counted);
    }
    after = last;
    await pause();
  }
  return [...back.values()].map(({ erasure, tenant, entry, time_ms, keys }) =>
    finding('key-back', `erasure ${erasure}`, `${keys === 1 ? 'A key is' : `${keys} keys are`} there again that the erasure ${erasure} destroyed at ${new Date(time_ms).toISOString()}. What was sealed under ${keys === 1 ? 'it' : 'them'} can be read.`, { tenant, places: entry === null ? [] : [{ entry }] }),
  );
}

/** Of an entry's statement or of keys, as texts that can be looked up. */
export function* digestsIn(digests: Uint8Array): Iterable<string> {
  const text = Buffer.from(digests.buffer, digests.byteOffset, digests.byteLength).toString('latin1');
  for (let at = 0; at + KEY_DIGEST_BYTES <= text.length; at += KEY_DIGEST_BYTES) yield text.slice(at, at + KEY_DIGEST_BYTES);
}

function addErased(erased: Map<string, Erased>, text: string, entry: number | null, time_ms: number): void {
  const { erasure, tenant, digests } = objectIn(text);
  if (typeof erasure !== 'string' || typeof digests !== 'string') return;
  for (const digest of digestsIn(Buffer.from(digests, 'base64'))) erased.set(digest, { erasure, tenant: typeof tenant === 'string' ? tenant : null, entry, time_ms });
}

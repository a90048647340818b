/**
 * Whether a checkpoint is of the log that this browser knows: signed with the key of first use, and a continuation of the newest checkpoint seen here. A log
 * that became shorter, or has another past, is caught although every one of its own proofs holds.
 */
import { checkConsistency, fromBase64, isFlaw, openedCheckpoint, toBase64, type Checkpoint, type Flaw, type OpenedNote } from '#merkle';
import { browserVerifier, openText } from './open-note.ts';
import type { Remembered } from './remembered.ts';
import { sha256 } from './sha256.ts';

/** What the server is asked for on the way; each may fail, and then nothing is said about the log. */
export interface LogSource {
  /** The verifier keys that the server names, lines. */
  readonly keys: () => Promise<readonly string[]>;
  /** The newest checkpoint, a signed note. */
  readonly newest: () => Promise<string>;
  /** Base64 hashes; null if the server has no such proof. */
  readonly consistency: (from: number, to: number) => Promise<readonly string[] | null>;
}

export const ALARMS = ['key-changed', 'unsigned', 'rolled-back', 'forked', 'memory'] as const;
export type Alarm = (typeof ALARMS)[number];

export type Followed =
  | { readonly alarm: null; readonly opened: OpenedNote; readonly checkpoint: Checkpoint; readonly remember: Remembered; readonly isFirst: boolean }
  /** `now`: what the server shows instead, as far as it can be said. */
  | { readonly alarm: Alarm; readonly flaw: Flaw | null; readonly now: { readonly key: string | null; readonly size: number | null } };

export async function follow(note: string, remembered: Remembered | 'unreadable' | null, source: LogSource, now_ms: number): Promise<Followed> {
  if (remembered === 'unreadable') return { alarm: 'memory', flaw: null, now: { key: null, size: null } };
  const key = remembered?.key ?? (await source.keys()).find((line) => browserVerifier(line) !== null);
  const verifier = key === undefined ? null : browserVerifier(key);
  if (key === undefined || verifier === null) return { alarm: 'unsigned', flaw: null, now: { key: null, size: null } };
  const opened = await openText(note, [verifier]);
  if (isFlaw(opened)) return notOpened(opened, remembered, source);
  const checkpoint = openedCheckpoint(opened);
  if (isFlaw(checkpoint) || checkpoint.origin !== verifier.name) return { alarm: 'unsigned', flaw: isFlaw(checkpoint) ? checkpoint : null, now: { key, size: null } };
  const seen = { origin: checkpoint.origin, key, size: checkpoint.size, root: toBase64(checkpoint.root), since_ms: remembered?.since_ms ?? now_ms, seen_ms: now_ms };
  if (remembered === null) return { alarm: null, opened, checkpoint, remember: seen, isFirst: true };
  if (checkpoint.size >= remembered.size) {
    const wrong = await goesOn(remembered, checkpoint, source);
    return wrong === null ? { alarm: null, opened, checkpoint, remember: seen, isFirst: false } : { ...wrong, now: { key, size: checkpoint.size } };
  }
  // An older one than was seen, which is in order if the newest goes on from both.
  const newest = await openText(await source.newest(), [verifier]);
  const last = isFlaw(newest) ? newest : openedCheckpoint(newest);
  if (isFlaw(last)) return { alarm: 'unsigned', flaw: last, now: { key, size: null } };
  if (last.size < remembered.size) return { alarm: 'rolled-back', flaw: null, now: { key, size: last.size } };
  const wrong = (await goesOn(remembered, last, source)) ?? (await goesOn(seen, last, source));
  if (wrong !== null) return { ...wrong, now: { key, size: last.size } };
  return { alarm: null, opened, checkpoint, remember: { ...seen, size: last.size, root: toBase64(last.root) }, isFirst: false };
}

/** Null if the tree of the first checkpoint is the beginning of the second. */
async function goesOn(first: Pick<Remembered, 'size' | 'root'>, second: Checkpoint, source: LogSource): Promise<{ readonly alarm: 'forked'; readonly flaw: Flaw | null } | null> {
  if (first.size === second.size) return first.root === toBase64(second.root) ? null : { alarm: 'forked', flaw: { flaw: 'root_mismatch' } };
  // Every log goes on from an empty one.
  if (first.size === 0) return null;
  const hashes = (await source.consistency(first.size, second.size))?.map((text) => fromBase64(text));
  const root = fromBase64(first.root);
  if (hashes === undefined || root === undefined || hashes.some((hash) => hash === undefined)) return { alarm: 'forked', flaw: null };
  const flaw = checkConsistency(sha256, first.size, second.size, root, hashes as Uint8Array[], second.root);
  return flaw === undefined ? null : { alarm: 'forked', flaw };
}

async function notOpened(flaw: Flaw, remembered: Remembered | null, source: LogSource): Promise<Followed> {
  const current = (await source.keys()).find((line) => browserVerifier(line) !== null) ?? null;
  const alarm = remembered !== null && current !== remembered.key ? 'key-changed' : 'unsigned';
  return { alarm, flaw, now: { key: current, size: null } };
}

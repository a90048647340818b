/**
 * What this browser saw of the server's log: the key at first use, and the newest checkpoint that was proved to go on from all before. It belongs to
 * the browser and not to an account: whoever signs in, the log must not change behind it.
 */
import { fromBase64, HASH_BYTES } from '#merkle';
import { browserVerifier } from './open-note.ts';

export interface Remembered {
  readonly origin: string;
  /** The Ed25519 verifier key, as a line. */
  readonly key: string;
  readonly size: number;
  /** Base64. */
  readonly root: string;
  /** When the key was seen first, and the checkpoint; milliseconds since 1970. */
  readonly since_ms: number;
  readonly seen_ms: number;
}

/** Storage belongs to one origin of the web already. */
export const REMEMBERED = 'tracekeep.log';

/** `unreadable`: something is there that this console did not write, so nothing can be said about what was seen. */
export function readRemembered(storage: Pick<Storage, 'getItem'>): Remembered | 'unreadable' | null {
  const text = storage.getItem(REMEMBERED);
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isRemembered(value) ? value : 'unreadable';
  } catch {
    return 'unreadable';
  }
}

/** Another tab may have seen more meanwhile: that stays. */
export function writeRemembered(storage: Pick<Storage, 'getItem' | 'setItem'>, next: Remembered): void {
  const now = readRemembered(storage);
  if (now !== null && now !== 'unreadable' && now.key === next.key && now.size > next.size) return;
  storage.setItem(REMEMBERED, JSON.stringify(next));
}

/** Deliberately: the next checkpoint is believed as the first one was. */
export function forgetRemembered(storage: Pick<Storage, 'removeItem'>): void {
  storage.removeItem(REMEMBERED);
}

function isRemembered(value: unknown): value is Remembered {
  if (typeof value !== 'object' || value === null) return false;
  const { origin, key, size, root, since_ms, seen_ms } = value as Readonly<Record<string, unknown>>;
  if (typeof origin !== 'string' || typeof key !== 'string' || typeof root !== 'string') return false;
  if (browserVerifier(key)?.name !== origin || fromBase64(root)?.length !== HASH_BYTES) return false;
  return [size, since_ms, seen_ms].every((number) => Number.isSafeInteger(number) && (number as number) >= 0);
}

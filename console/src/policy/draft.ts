/**
 * Drafts: what somebody wrote and did not apply yet stays in their browser, one for each policy that it was made from. Few, and not longer than a policy
 * may be. A draft holds rules, nothing that was sent.
 */
import { DRAFTS, type TextStorage } from '#api/own-storage.ts';

export interface Draft {
  /** Digest of the policy that was edited. */
  readonly base: string;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

const DRAFTS_MAX = 3;
/** A policy has at most 256 KiB. */
const CHARACTERS_MAX = 256 * 1024;

/** The newest first; what is not understood is no draft. */
export function readDrafts(storage: TextStorage): readonly Draft[] {
  try {
    const list: unknown = JSON.parse(storage.getItem(DRAFTS) ?? '[]');
    return Array.isArray(list) ? list.filter(isDraft).slice(0, DRAFTS_MAX) : [];
  } catch {
    return [];
  }
}

export function keepDraft(storage: TextStorage, draft: Draft): void {
  if (draft.text.length > CHARACTERS_MAX) return;
  write(storage, [draft, ...readDrafts(storage).filter(({ base }) => base !== draft.base)].slice(0, DRAFTS_MAX));
}

export function discardDraft(storage: TextStorage, base: string): void {
  write(storage, readDrafts(storage).filter((draft) => draft.base !== base));
}

function write(storage: TextStorage, drafts: readonly Draft[]): void {
  try {
    if (drafts.length === 0) storage.removeItem(DRAFTS);
    else storage.setItem(DRAFTS, JSON.stringify(drafts));
  } catch {
    // A browser that keeps nothing keeps no drafts either; what is on the page is still there.
  }
}

function isDraft(value: unknown): value is Draft {
  if (typeof value !== 'object' || value === null) return false;
  const { base, text, at } = value as Partial<Record<keyof Draft, unknown>>;
  return typeof base === 'string' && /^[0-9a-f]{64}$/u.test(base) && typeof text === 'string' && text.length <= CHARACTERS_MAX && typeof at === 'number';
}

/**
 * Links that sign in once: for the first administrator of an empty store, and for an account that whoever runs the server names. They live in
 * memory for ten minutes and stand in the fragment of a URL, which browsers send to nobody.
 */
import { hash } from 'node:crypto';

import { LIMITS } from '#limits';
import type { Secret } from '#model';

export interface LinkTarget {
  /** Null: the account that is still to be made. */
  readonly account: string | null;
}

interface Kept extends LinkTarget {
  readonly expires: number;
}

const LINKS_MAX = 16;

export class SignInLinks {
  readonly #kept = new Map<string, Kept>();
  readonly #make: () => Secret<string>;
  readonly #now: () => number;

  constructor(make: () => Secret<string>, now_ms: () => number = Date.now) {
    this.#make = make;
    this.#now = now_ms;
  }

  /** A new link for this target; the one before it ends. */
  make(target: LinkTarget): Secret<string> {
    for (const [digest, kept] of this.#kept) if (kept.account === target.account || kept.expires <= this.#now()) this.#kept.delete(digest);
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined && this.#kept.size >= LINKS_MAX) this.#kept.delete(oldest);
    const text = this.#make();
    this.#kept.set(digestOf(text.reveal()), { ...target, expires: this.#now() + LIMITS.sign_in_link_ms_max });
    return text;
  }

  /** Where a link leads, without using it up: a password that is refused must not cost the link. Attacker-controlled. */
  look(text: string): LinkTarget | null {
    const kept = this.#kept.get(digestOf(text));
    return kept === undefined || kept.expires <= this.#now() ? null : kept;
  }

  /** Where a link leads, for the last time. */
  use(text: string): LinkTarget | null {
    const kept = this.look(text);
    this.#kept.delete(digestOf(text));
    return kept;
  }
}

/** Found by a digest: how long the look-up takes says nothing about the text of another link. */
function digestOf(text: string): string {
  return hash('sha256', `tracekeep sign-in link ${text}`);
}

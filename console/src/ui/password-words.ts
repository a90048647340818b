/**
 * What can honestly be said about a password while it is being typed: whether it is long enough and not plainly a pattern. Whether somebody else has it
 * too, nobody can tell from here; the server refuses what is guessed first.
 */
import { plural } from '#time/format.ts';

export const PASSWORD_CHARACTERS_MIN = 15;
const PASSWORD_CHARACTERS_MAX = 256;
/** Letters and digits that nobody mistakes for another: 31 of them. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const GROUPS = 5;
const GROUP = 4;
const DISTINCT_MIN = 6;

export interface PasswordWords {
  readonly good: boolean;
  /** From 0 to 1: how much of the least length is there. */
  readonly share: number;
  readonly text: string;
}

export function passwordWords(password: string): PasswordWords {
  const characters = [...password.normalize('NFKC')];
  const missing = PASSWORD_CHARACTERS_MIN - characters.length;
  const share = Math.min(1, characters.length / PASSWORD_CHARACTERS_MIN);
  if (characters.length === 0) return { good: false, share, text: `At least ${PASSWORD_CHARACTERS_MIN} characters. A few words that have nothing to do with each other are easy to keep and hard to guess.` };
  if (missing > 0) return { good: false, share, text: `${plural(missing, 'more character')} needed.` };
  if (characters.length > PASSWORD_CHARACTERS_MAX) return { good: false, share, text: `At most ${PASSWORD_CHARACTERS_MAX} characters.` };
  if (new Set(characters).size < DISTINCT_MIN) return { good: false, share, text: 'It repeats a few characters and would be guessed soon.' };
  return { good: true, share, text: 'Long enough. Use it nowhere else: no page can tell you whether it leaked somewhere.' };
}

/** About 99 random bits, in groups that can be read out. */
export function madePassword(random: (bytes: number) => Uint8Array = (bytes) => crypto.getRandomValues(new Uint8Array(bytes))): string {
  let letters = '';
  while (letters.length < GROUPS * GROUP) {
    // 248 is the greatest multiple of 31 that a byte holds: above it the first letters would come more often.
    for (const byte of random(GROUPS * GROUP)) if (byte < 248 && letters.length < GROUPS * GROUP) letters += LETTERS[byte % LETTERS.length];
  }
  return Array.from({ length: GROUPS }, (_, at) => letters.slice(at * GROUP, (at + 1) * GROUP)).join('-');
}

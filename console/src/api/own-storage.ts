/**
 * What somebody searched and looked at stays in their browser, under one name for all parts of the console. When somebody else signs in with the same browser it
 * is put aside, and comes back with its owner.
 */

/** Of policies that somebody wrote and did not apply. */
export const DRAFTS = 'tracekeep.policy-drafts';

/** The names under which parts of the console keep what says something about the person. */
const PERSONAL: readonly string[] = ['tracekeep.searches', 'tracekeep.recent-traces', DRAFTS];
const OWNER = 'tracekeep.account';

export type TextStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** The account that last signed in with this console. */
export function ownerOf(storage: TextStorage): string | null {
  return storage.getItem(OWNER);
}

export function changeOwner(storage: TextStorage, owner: string): void {
  const before = ownerOf(storage);
  if (before !== null && before !== owner) {
    for (const name of PERSONAL) {
      move(storage, name, `${name}@${before}`);
      move(storage, `${name}@${owner}`, name);
    }
  }
  storage.setItem(OWNER, owner);
}

function move(storage: TextStorage, from: string, to: string): void {
  const text = storage.getItem(from);
  if (text === null) return;
  storage.setItem(to, text);
  storage.removeItem(from);
}

/**
 * Whether everything that should be left out was. Nobody may hand out a trace in the belief that something of it is gone: what is open, misspelt or not
 * there is refused by name. A name with `*` that could have matched may match nothing, which is told.
 */
import { globsMeet, matchesGlob } from '#control/glob';
import { refuse, type Refusal } from '#refusal';

/** Names that a refusal names; those of a policy fit. */
const NAMED_MAX = 64;

export interface Taken {
  /** Keys of which values were left out. */
  readonly leftOut: ReadonlySet<string>;
  /** Keys that were asked for and are open. */
  readonly open: ReadonlySet<string>;
}

/** What was asked for and matches nothing here. `restricted`: the names, with `*`, of the policies of the blocks. */
export function heldAgainst(asked: readonly string[], { leftOut, open }: Taken, restricted: readonly string[]): readonly string[] | Refusal {
  const matches = (name: string, keys: ReadonlySet<string>): boolean => [...keys].some((key) => matchesGlob(name, key));
  const cannot = [...open, ...asked.filter((name) => !matches(name, open) && !restricted.some((glob) => globsMeet(name, glob)))];
  if (cannot.length > 0) return refuse('evidence_field_open', `${named(cannot.toSorted())}; what can be left out is ${named(restricted) || 'nothing'}`);
  const unmatched = asked.filter((name) => !matches(name, leftOut));
  const absent = unmatched.filter((name) => !name.includes('*'));
  return absent.length > 0 ? refuse('evidence_field_absent', named(absent)) : unmatched;
}

function named(names: readonly string[]): string {
  const more = names.length - NAMED_MAX;
  return `${names.slice(0, NAMED_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

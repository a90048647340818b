/** What the addresses of the policy's pages say: what a rule is wanted for, which versions are compared. */
import { oneOf } from '#frame/address.ts';
import type { Wanted } from '#editor/new-rule.ts';

/** `/policy/edit?service=…&key=…&kind=…&place=…`: null if nothing is asked for. */
export function readWanted(search: Readonly<Record<string, unknown>>): Wanted | null {
  const [service, key, kind, place] = ['service', 'key', 'kind', 'place'].map((name) => oneOf(search[name])?.slice(0, TEXT_MAX));
  if (key === undefined && kind === undefined && place === undefined) return null;
  // `field` is what a whole value counts under; no recognizer finds it.
  return { service, key, kind: kind === 'field' || kind === 'sealed' ? undefined : kind, place };
}

const TEXT_MAX = 256;

/** `/policy/history?older=3&newer=5`. */
export interface Compared {
  readonly older: number | undefined;
  readonly newer: number | undefined;
}

export function readCompared(search: Readonly<Record<string, unknown>>): Compared {
  return { older: versionOf(search['older']), newer: versionOf(search['newer']) };
}

function versionOf(value: unknown): number | undefined {
  const text = oneOf(value);
  return text !== undefined && /^[0-9]{1,9}$/u.test(text) ? Number(text) : undefined;
}

/**
 * The control database is gone: whoever was told of by the log was in it, and so were the keys of what is sealed. The spans hold, so nothing else would tell.
 */
import { ENTRY_TYPES, type EntryType } from '#model';
import type { StoreSnapshot } from '#store';
import { finding, type Finding } from './finding.ts';
import type { Source } from './source.ts';
import type { StoreReader } from './store-reader.ts';

/** What a server writes down in the control database and tells the log. */
const TOLD = { key: 'keys that seal', erasure: 'erasures', policy: 'policies', 'access-policy': 'access policies', producer: 'producers', token: 'tokens', person: 'people', tenant: 'tenants' } as const satisfies Partial<Record<EntryType, string>>;

/** Nothing where the log tells of nothing that was in it. */
export async function checkControl(reader: Pick<StoreReader, 'bodiesOfType'>, { entries, tail }: Pick<StoreSnapshot, 'entries' | 'tail'>, { isControlGone = false }: Pick<Source, 'isControlGone'>): Promise<readonly Finding[]> {
  if (!isControlGone) return [];
  const counts = new Map<keyof typeof TOLD, number>();
  for (const type of Object.keys(TOLD) as (keyof typeof TOLD)[]) {
    const count = (await reader.bodiesOfType(ENTRY_TYPES[type], 0, entries)).length + tail.filter((one) => one.type === type).length;
    if (count > 0) counts.set(type, count);
  }
  if (counts.size === 0) return [];
  const told = [...counts].map(([type, count]) => `${count} about ${TOLD[type]}`).join(', ');
  const lost = counts.has('key') ? 'Sealed values can no longer be opened: the keys under which they lie were in it and nowhere else. ' : '';
  return [finding('control-gone', 'control', `There is no control database in the folder control of the data directory, and the log has entries of what was in it: ${told}. ${lost}Producers, tokens, people and policies are lost with it; the spans and their proofs are not.`)];
}

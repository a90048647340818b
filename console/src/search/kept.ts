/**
 * Searches that somebody keeps by name, and those they ran lately. They stay in this browser. What stands in the storage may be from
 * another version or written by hand, so it is read with care.
 */

export interface KeptSearch {
  readonly name: string;
  /** The query string as a record. */
  readonly address: Readonly<Record<string, string | readonly string[]>>;
}

export interface Kept {
  readonly saved: readonly KeptSearch[];
  /** Latest first; the name is the query as text. */
  readonly recent: readonly KeptSearch[];
}

export const SAVED_MAX = 50;
const RECENT_MAX = 12;
const NAME_LENGTH_MAX = 120;
const NOTHING: Kept = { saved: [], recent: [] };

export function readKept(text: string | null): Kept {
  if (text === null) return NOTHING;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return NOTHING;
  }
  const { saved, recent } = (typeof parsed === 'object' && parsed !== null ? parsed : {}) as Record<string, unknown>;
  return { saved: listOf(saved).slice(0, SAVED_MAX), recent: listOf(recent).slice(0, RECENT_MAX) };
}

export function writeKept(kept: Kept): string {
  return JSON.stringify(kept);
}

/** A name that is there already now means the other search. */
export function save(kept: Kept, search: KeptSearch): Kept {
  const name = search.name.trim().slice(0, NAME_LENGTH_MAX);
  if (name === '') return kept;
  const others = kept.saved.filter((one) => one.name !== name);
  return { ...kept, saved: [{ ...search, name }, ...others].slice(0, SAVED_MAX) };
}

export function rename(kept: Kept, from: string, to: string): Kept {
  const name = to.trim().slice(0, NAME_LENGTH_MAX);
  if (name === '' || kept.saved.some((one) => one.name === name)) return kept;
  return { ...kept, saved: kept.saved.map((one) => (one.name === from ? { ...one, name } : one)) };
}

export function forget(kept: Kept, name: string): Kept {
  return { ...kept, saved: kept.saved.filter((one) => one.name !== name) };
}

export function remember(kept: Kept, search: KeptSearch): Kept {
  if (search.name === '') return kept;
  const others = kept.recent.filter(({ name }) => name !== search.name);
  return { ...kept, recent: [search, ...others].slice(0, RECENT_MAX) };
}

/** An address without what is of the moment: instants, a live tail. */
export function lasting(address: Readonly<Record<string, unknown>>): KeptSearch['address'] {
  const kept: Record<string, string | readonly string[]> = {};
  for (const [name, value] of Object.entries(address)) {
    if (name === 'live' || name === 'to' || (name === 'from' && address['to'] !== undefined)) continue;
    if (isAddressValue(value)) kept[name] = value;
  }
  return kept;
}

function listOf(value: unknown): readonly KeptSearch[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one: unknown) => {
    const { name, address } = (typeof one === 'object' && one !== null ? one : {}) as Record<string, unknown>;
    if (typeof name !== 'string' || name === '' || typeof address !== 'object' || address === null) return [];
    return Object.values(address).every(isAddressValue) ? [{ name, address: address as KeptSearch['address'] }] : [];
  });
}

function isAddressValue(value: unknown): value is string | readonly string[] {
  return typeof value === 'string' || (Array.isArray(value) && value.every((one) => typeof one === 'string'));
}

/** Which facets somebody wants to see, and whether the side is open: a preference of this browser. */
import { useMemo, useState } from 'react';
import type { AttributeKeys } from '#api/search-types.ts';
import { type Place, PLACES } from './filters.ts';

export interface FacetKey {
  readonly key: string;
  readonly place: Place;
}

interface Preference {
  readonly open: boolean;
  /** Null: never chosen; the usual ones that are there. */
  readonly keys: readonly FacetKey[] | null;
}

const KEY = 'tracekeep.facets';
const KEYS_MAX = 12;
/** Semantic conventions that most often tell spans apart. */
const USUAL: readonly string[] = ['http.route', 'http.response.status_code', 'exception.type', 'rpc.method', 'db.system.name', 'messaging.destination.name', 'deployment.environment.name', 'http.status_code', 'db.system'];
const USUAL_SHOWN = 3;

export function useFacets(known: AttributeKeys | undefined): {
  readonly open: boolean;
  readonly setOpen: (open: boolean) => void;
  readonly keys: readonly FacetKey[];
  readonly setKeys: (keys: readonly FacetKey[]) => void;
} {
  const [preference, setPreference] = useState(() => readPreference(localStorage.getItem(KEY)));
  const set = (after: Preference): void => {
    setPreference(after);
    localStorage.setItem(KEY, JSON.stringify(after));
  };
  const usual = useMemo(() => usualOf(known), [known]);
  return {
    open: preference.open,
    setOpen: (open) => set({ ...preference, open }),
    keys: preference.keys ?? usual,
    setKeys: (keys) => set({ ...preference, keys: keys.slice(-KEYS_MAX) }),
  };
}

function usualOf(known: AttributeKeys | undefined): readonly FacetKey[] {
  const found = USUAL.flatMap((key) => known?.keys.filter((one) => one.key === key).slice(0, 1) ?? []);
  return found.slice(0, USUAL_SHOWN).map(({ key, place }) => ({ key, place }));
}

function readPreference(text: string | null): Preference {
  try {
    const { open, keys } = JSON.parse(text ?? '{}') as { open?: unknown; keys?: unknown };
    return { open: open !== false, keys: Array.isArray(keys) ? keys.flatMap(facetKey).slice(0, KEYS_MAX) : null };
  } catch {
    return { open: true, keys: null };
  }
}

function facetKey(value: unknown): readonly FacetKey[] {
  const { key, place } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const found = PLACES.find((one) => one === place);
  return typeof key === 'string' && key !== '' && found !== undefined ? [{ key, place: found }] : [];
}

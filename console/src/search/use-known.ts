/** What completion knows of the store at this moment: asked for while the list is open, values a moment after the last key. */
import { useEffect, useState } from 'react';
import type { PageRange } from '#time/use-range.ts';
import { type Context, type Known, wantedValues } from './complete.ts';
import type { Filter } from './filters.ts';
import { useKeys, useServices, useValues } from './queries.ts';

const PAUSE_MS = 120;
const VALUES_MAX = 100;

export function useKnown(context: Context, filters: readonly Filter[], range: PageRange, open: boolean): { readonly known: Known; readonly waiting: boolean } {
  const keys = useKeys(filters, range, open);
  const services = useServices();
  const wanted = open ? wantedValues(context) : null;
  const typed = useLater(context.part === 'value' ? context.typed : '', PAUSE_MS);
  const all = useValues(wanted === null ? null : { ...wanted, limit: VALUES_MAX }, filters, range);
  // Only where not all values are known does what is typed have to go to the server.
  const some = useValues(wanted !== null && typed !== '' && all.data?.more === true ? { ...wanted, prefix: typed, limit: VALUES_MAX } : null, filters, range);
  const values = typed !== '' && all.data?.more === true ? [...(some.data?.values ?? []), ...all.data.values.filter(({ value }) => some.data?.values.every((one) => one.value !== value) ?? true)] : (all.data?.values ?? []);
  return { known: { keys: keys.data?.keys ?? [], values, services: services.data ?? [] }, waiting: open && (wanted === null ? keys.isPending : all.isPending) };
}

function useLater<Value>(value: Value, pause_ms: number): Value {
  const [later, setLater] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setLater(value), pause_ms);
    return () => clearTimeout(timer);
  }, [value, pause_ms]);
  return later;
}

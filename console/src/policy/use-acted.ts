/** How many values each rule acted on in the last hour, by its id; null while that is not known, or not for this reader. */
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { get } from '#api/client.ts';
import { useMay } from '#api/session.ts';

interface Exposure {
  readonly rows: readonly { readonly rule: string | null; readonly count: number }[];
}

const HOUR_MS = 3_600_000;

export function useActed(): ReadonlyMap<string, number> | null {
  const enabled = useMay('exposure.read');
  const { data } = useQuery({
    queryKey: ['exposure', 'by rule'],
    queryFn: ({ signal }) => {
      const now = Date.now();
      return get<Exposure>('/api/v1/exposure', { start: new Date(now - HOUR_MS).toISOString(), end: new Date(now).toISOString() }, signal);
    },
    enabled,
    staleTime: 60_000,
    retry: false,
  });
  return useMemo(() => {
    if (data === undefined) return null;
    const sums = new Map<string, number>();
    for (const { rule, count } of data.rows) if (rule !== null) sums.set(rule, (sums.get(rule) ?? 0) + count);
    return sums;
  }, [data]);
}

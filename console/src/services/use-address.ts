/** What the pages of services keep in the URL beside the range. */
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Spans } from '#api/figures.ts';
import { oneOf } from '#frame/address.ts';
import { type Sort, SORTS } from './figures.ts';

export interface ServicesAddress {
  readonly sort: Sort;
  /** Text that names contain. */
  readonly filter: string;
  readonly spans: Spans;
}

export function useServicesAddress(): readonly [ServicesAddress, (change: Partial<ServicesAddress>) => void] {
  const search: Record<string, unknown> = useSearch({ strict: false });
  const navigate = useNavigate();
  const address: ServicesAddress = {
    sort: SORTS.find((sort) => sort === oneOf(search['sort'])) ?? 'count',
    filter: oneOf(search['q']) ?? '',
    spans: oneOf(search['spans']) === 'all' ? 'all' : 'entry',
  };
  const change = (changed: Partial<ServicesAddress>): void => {
    const { sort, filter, spans } = { ...address, ...changed };
    const after = { sort: sort === 'count' ? undefined : sort, q: filter === '' ? undefined : filter, spans: spans === 'entry' ? undefined : spans };
    void navigate({ to: '.', search: (before: Record<string, unknown>) => ({ ...before, ...after }), replace: changed.filter !== undefined });
  };
  return [address, change];
}

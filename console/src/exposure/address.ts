/** What the exposure page keeps in the URL beside the range. Anybody may have written it: what does not read counts as absent. */
import { useNavigate, useSearch } from '@tanstack/react-router';
import { oneOf } from '#frame/address.ts';

export const SORTS = ['count', 'service', 'key', 'kind', 'since', 'action'] as const;
export type Sort = (typeof SORTS)[number];

export interface ExposureAddress {
  readonly service: string | undefined;
  readonly kind: string | undefined;
  /** Only what was first seen in this time. */
  readonly onlyNew: boolean;
  readonly sort: Sort;
}

export function readExposureAddress(search: Readonly<Record<string, unknown>>): ExposureAddress {
  const kind = oneOf(search['kind']);
  return {
    service: oneOf(search['service']),
    kind: kind !== undefined && /^[a-z][a-z0-9-]{0,63}$/u.test(kind) ? kind : undefined,
    onlyNew: oneOf(search['new']) === '1',
    sort: SORTS.find((sort) => sort === oneOf(search['sort'])) ?? 'count',
  };
}

/** As parameters; what is as usual is left out. */
export function writeExposureAddress({ service, kind, onlyNew, sort }: ExposureAddress): Record<string, string | undefined> {
  return { service, kind, new: onlyNew ? '1' : undefined, sort: sort === 'count' ? undefined : sort };
}

export function useExposureAddress(): readonly [ExposureAddress, (change: Partial<ExposureAddress>) => void] {
  const search: Record<string, unknown> = useSearch({ strict: false });
  const navigate = useNavigate();
  const change = (changed: Partial<ExposureAddress>): void =>
    void navigate({ to: '.', search: (before: Record<string, unknown>) => ({ ...before, ...writeExposureAddress({ ...readExposureAddress(before), ...changed }) }), replace: true, resetScroll: false });
  return [readExposureAddress(search), change];
}

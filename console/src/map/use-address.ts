/** What the map keeps in the URL beside the range. */
import { useNavigate, useSearch } from '@tanstack/react-router';
import { oneOf } from '#frame/address.ts';
import { edgeId } from './model.ts';

/** A service, or the calls of one by another. */
export type Selected = { readonly is: 'node'; readonly name: string } | { readonly is: 'edge'; readonly parent: string; readonly child: string };

export interface MapAddress {
  readonly view: 'picture' | 'table';
  /** Only this service and those next to it. */
  readonly focus: string | undefined;
  readonly selected: Selected | null;
  /** Text that names contain. */
  readonly wanted: string;
}

export function useMapAddress(): readonly [MapAddress, (change: Partial<MapAddress>) => void] {
  const search: Record<string, unknown> = useSearch({ strict: false });
  const navigate = useNavigate();
  const node = oneOf(search['node']);
  const caller = oneOf(search['caller']);
  const callee = oneOf(search['callee']);
  const selected: Selected | null = caller !== undefined && callee !== undefined ? { is: 'edge', parent: caller, child: callee } : node !== undefined ? { is: 'node', name: node } : null;
  const address: MapAddress = { view: oneOf(search['view']) === 'table' ? 'table' : 'picture', focus: oneOf(search['focus']), selected, wanted: oneOf(search['q']) ?? '' };
  const change = (changed: Partial<MapAddress>): void => {
    const { view, focus, selected: now, wanted } = { ...address, ...changed };
    const after = {
      view: view === 'picture' ? undefined : view, focus, q: wanted === '' ? undefined : wanted, node: now?.is === 'node' ? now.name : undefined,
      caller: now?.is === 'edge' ? now.parent : undefined, callee: now?.is === 'edge' ? now.child : undefined,
    };
    void navigate({ to: '.', search: (before: Record<string, unknown>) => ({ ...before, ...after }), replace: changed.selected !== undefined || changed.wanted !== undefined });
  };
  return [address, change];
}

export function idOf(selected: Selected | null): string | null {
  return selected === null ? null : selected.is === 'node' ? selected.name : edgeId(selected);
}

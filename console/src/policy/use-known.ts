/** What the store knows that rules can name: services, attribute keys, environments of the last day. */
import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { get } from '#api/client.ts';
import type { AttributeKeys, AttributeValues } from '#api/search-types.ts';
import type { Known } from '#editor/offers.ts';
import { NAMED_GROUPS } from '#policy/groups';

const DAY_MS = 86_400_000;
const KEYS_MAX = 500;
const VALUES_MAX = 50;

/** Stable: the editor asks it whenever it completes. `ownKinds`: ids of recognizers of the text. */
export function useKnown(): { readonly known: () => Known; readonly setOwnKinds: (ids: readonly string[]) => void } {
  const options = { staleTime: 300_000, retry: false } as const;
  const services = useQuery({ queryKey: ['services'], queryFn: async ({ signal }) => (await get<{ services: readonly string[] }>('/api/v1/services', {}, signal)).services, ...options });
  const keys = useQuery({ queryKey: ['policy editor', 'keys'], queryFn: ({ signal }) => get<AttributeKeys>('/api/v1/attributes', { start: lastDay(), limit: KEYS_MAX }, signal), ...options });
  const environments = useQuery({ queryKey: ['policy editor', 'environments'], queryFn: ({ signal }) => get<AttributeValues>('/api/v1/attributes/values', { key: 'deployment.environment.name', start: lastDay(), limit: VALUES_MAX }, signal), ...options });
  const latest = useRef<Known>(NOTHING);
  latest.current = {
    ...latest.current,
    services: services.data ?? [],
    keys: [...new Set(keys.data?.keys.map(({ key }) => key) ?? [])],
    environments: environments.data?.values.map(({ value }) => value) ?? [],
  };
  const stable = useRef({
    known: () => latest.current,
    setOwnKinds: (ownKinds: readonly string[]) => {
      latest.current = { ...latest.current, ownKinds };
    },
  });
  return stable.current;
}

const NOTHING: Known = { services: [], keys: [], environments: [], ownKinds: [], groups: NAMED_GROUPS };

function lastDay(): string {
  return new Date(Date.now() - DAY_MS).toISOString();
}

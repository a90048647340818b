/** Names of people, tokens and producers that records mention by id, for those who may list them; what has gone meanwhile keeps its id alone. */
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { producersQuery } from '#api/ingest.ts';
import { accountsQuery, tokensQuery } from '#api/people.ts';
import { useMay } from '#api/session.ts';

/** By resource, such as `account:ac_…`. */
export type Names = ReadonlyMap<string, string>;

export function useNames(): Names {
  const [people, tokens, producers] = [useMay('account.list'), useMay('token.list'), useMay('producer.list')];
  const { data: accounts } = useQuery({ ...accountsQuery, enabled: people });
  const { data: made } = useQuery({ ...tokensQuery, enabled: tokens });
  const { data: senders } = useQuery({ ...producersQuery, enabled: producers });
  return useMemo(() => {
    const named = (kind: string, all: readonly { readonly id: string; readonly name: string }[] = []): [string, string][] => all.map(({ id, name }) => [`${kind}:${id}`, name]);
    return new Map([...named('account', accounts), ...named('token', made), ...named('producer', senders)]);
  }, [accounts, made, senders]);
}

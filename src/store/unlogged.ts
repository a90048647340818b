/**
 * Which entry of the log says what of the account. Requests with spans in a block are in the entry of their block; those of which nothing was
 * stored are summed here, and become an entry of type `account` from time to time. The sums follow from the journal's commits in their order, so
 * the process that wrote them, its flushes, and a start that replays them come to the same.
 */

import { accountBodies, accountsIn, accountsOf, blockBody, type ProducerAccount, summed } from '#log';
import type { Commit, LogBody, RequestAccount } from '#model';
import type { Journaled } from './journal.ts';

/** By tenant. */
export type Unlogged = Readonly<Record<string, readonly ProducerAccount[]>>;

/** The bodies of a commit's entries: of its blocks, in their order, then the others. */
export function bodiesOf({ blocks, requests, entries = [] }: Commit, at_ms: number): LogBody[] {
  const first = new Map(blocks.toReversed().map((block) => [block.tenant, block]));
  const ofBlocks = blocks.map((block) => blockBody(block, first.get(block.tenant) === block ? requests.filter(({ tenant }) => tenant === block.tenant) : [], at_ms));
  return [...ofBlocks, ...entries];
}

/** What is not logged after a commit. Commits from before there was a log stay out of it. */
export function unloggedAfter(before: Unlogged, { commit: { blocks, requests }, bodies }: Pick<Journaled, 'commit' | 'bodies'>): Unlogged {
  if (bodies === null) return before;
  let unlogged = before;
  const more = Map.groupBy(requests.filter(({ tenant }) => !blocks.some((block) => block.tenant === tenant)), ({ tenant }: RequestAccount): string => tenant);
  for (const [tenant, ofTenant] of more) unlogged = changed(unlogged, tenant, accountsOf(ofTenant), []);
  for (const body of bodies) {
    if (body.type !== 'account') continue;
    const { tenant, accounts } = accountsIn(body);
    unlogged = changed(unlogged, tenant, [], accounts);
  }
  return unlogged;
}

/** The entries that say all of it. */
export function unloggedBodies(unlogged: Unlogged, at_ms: number): LogBody[] {
  return Object.entries(unlogged).flatMap(([tenant, accounts]) => accountBodies(tenant, accounts, at_ms));
}

function changed(unlogged: Unlogged, tenant: string, more: readonly ProducerAccount[], less: readonly ProducerAccount[]): Unlogged {
  const { [tenant]: before = [], ...others } = unlogged;
  const accounts = summed([...before, ...more], less);
  return accounts.length === 0 ? others : { ...others, [tenant]: accounts };
}

/**
 * The account in spans: received = stored + refused + dropped, per producer, always. Sums are kept in memory and read from the engine once, at the
 * start, so that they include what is journaled and not yet inserted and are never counted twice.
 */

import { ACCOUNTING } from '#clickhouse/schema';
import { smallBlock } from '#columns/small-block';
import type { RequestAccount } from '#model';
import type { Journaled } from './journal.ts';

/**
 * `outcome` is received, stored, refused, dropped (in spans) or minimized (in values); `reason` a code or kind, '' for received and stored.
 * What was received is counted by itself, so that a loss would show.
 */
export interface AccountLine {
  readonly tenant: string;
  readonly producer: string;
  readonly outcome: string;
  readonly reason: string;
  readonly count: number;
}

export class Account {
  readonly #lines = new Map<string, AccountLine>();

  add(line: AccountLine): void {
    if (line.count === 0) return;
    const key = JSON.stringify([line.tenant, line.producer, line.outcome, line.reason]);
    this.#lines.set(key, { ...line, count: line.count + (this.#lines.get(key)?.count ?? 0) });
  }

  addRequests(requests: readonly RequestAccount[]): void {
    for (const request of requests) for (const line of linesOf(request)) this.add(line);
  }

  lines(): AccountLine[] {
    return [...this.#lines.values()];
  }
}

/** The rows of one flush: summed, because a row per request would cost more than it tells. The newest commit gives time and sequence. */
export function accountingBlock(commits: readonly Journaled[]): Uint8Array | null {
  const account = new Account();
  for (const { commit } of commits) account.addRequests(commit.requests);
  const lines = account.lines();
  const newest = commits.at(-1);
  if (lines.length === 0 || newest === undefined) return null;
  return smallBlock(ACCOUNTING.columns, {
    time: lines.map(() => newest.at_ms),
    tenant: lines.map(({ tenant }) => tenant),
    producer: lines.map(({ producer }) => producer),
    outcome: lines.map(({ outcome }) => outcome),
    reason: lines.map(({ reason }) => reason),
    count: lines.map(({ count }) => count),
    sequence: lines.map(() => newest.sequence),
  });
}

function linesOf(request: RequestAccount): AccountLine[] {
  const { tenant, producer } = request;
  const line = (outcome: string, reason: string, count: number): AccountLine => ({ tenant, producer, outcome, reason, count });
  return [
    line('received', '', request.received),
    line('stored', '', request.stored),
    ...Object.entries(request.refused).map(([code, count]) => line('refused', code, count)),
    line('dropped', 'duplicate', request.dropped),
    ...Object.entries(request.minimized).map(([kind, count]) => line('minimized', kind, count)),
  ];
}

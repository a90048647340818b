/**
 * The account in spans: received = stored + refused + dropped, per producer, always. Sums are kept in memory and read from the engine once, at the
 * start, so that they include what is journaled and not yet inserted and are never counted twice.
 */

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
  const text = (name: string, pick: (line: AccountLine) => string): Uint8Array => lowCardinality(name, lines.map(pick));
  const words = (name: string, type: string, values: readonly number[]): Uint8Array => Buffer.concat([column(name, type), new Uint8Array(BigInt64Array.from(values, BigInt).buffer)]);
  return Buffer.concat([
    varuint(7),
    varuint(lines.length),
    words('time', 'DateTime64(3)', lines.map(() => newest.at_ms)),
    text('tenant', ({ tenant }) => tenant),
    text('producer', ({ producer }) => producer),
    text('outcome', ({ outcome }) => outcome),
    text('reason', ({ reason }) => reason),
    words('count', 'UInt64', lines.map(({ count }) => count)),
    words('sequence', 'UInt64', lines.map(() => newest.sequence)),
  ]);
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

// --- ClickHouse Native: column name, type, then the data (STANDARDS §13) ------------------------------------------------

function column(name: string, type: string): Uint8Array {
  return Buffer.concat([string(name), string(type)]);
}

/** Prefix 1 (shared dictionaries); then UInt32 indexes with additional keys; keys; indexes. */
function lowCardinality(name: string, values: readonly string[]): Uint8Array {
  const keys = [...new Set(values)];
  const places = new Map(keys.map((key, place) => [key, place]));
  const indexes = Uint32Array.from(values, (value) => places.get(value) ?? 0);
  return Buffer.concat([column(name, 'LowCardinality(String)'), uint64(1), uint64(0x602), uint64(keys.length), ...keys.map(string), uint64(values.length), new Uint8Array(indexes.buffer)]);
}

function string(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([varuint(bytes.length), bytes]);
}

function varuint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.from([...bytes, rest]);
    bytes.push((rest % 128) | 128);
  }
}

function uint64(value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

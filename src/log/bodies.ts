/**
 * The bodies of entries (docs/reference/log-format.md): what stands in the store, and what an entry of the log is a commitment to. Members come in
 * the order of the format; what is hashed is the text as it is stored.
 */
import { randomBytes } from 'node:crypto';
import type { LogBody, RequestAccount, SealedBlock } from '#model';

/** What became of the spans of one producer; `received = stored + Σ refused + Σ dropped`. */
export interface ProducerAccount {
  readonly producer: string;
  readonly received: number;
  readonly stored: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly dropped: Readonly<Record<string, number>>;
  readonly minimized: Readonly<Record<string, number>>;
}

/** What the body of a block is made from. */
export interface LoggedBlock extends Pick<SealedBlock, 'id' | 'tenant' | 'retention' | 'day' | 'rows'> {
  readonly salt: Uint8Array;
  readonly root: Uint8Array;
  readonly first: string;
  readonly last: string;
  readonly policy: string;
}

const SALT_BYTES = 32;

/** A salt for a closed part: without it, a commitment would confirm a guess at what is closed. */
export function newSalt(): string {
  return randomBytes(SALT_BYTES).toString('base64');
}

/** That spans were stored. The accounts are of the requests whose spans they are. */
export function blockBody(block: LoggedBlock, requests: readonly RequestAccount[], time_ms: number): LogBody {
  const { tenant, id, rows, day, retention, first, last, policy } = block;
  const statement = JSON.stringify({ tenant, block: id, rows, day, retention, first, last, root: base64(block.root), policy });
  return { type: 'block', time_ms, statement, closed: JSON.stringify({ salt: base64(block.salt), accounts: sumAccounts(requests) }) };
}

/** What became of requests of which nothing was stored: one body for each tenant. */
export function accountBodies(accounts: ReadonlyMap<string, readonly ProducerAccount[]>, time_ms: number): LogBody[] {
  return [...accounts].map(([tenant, ofTenant]) => ({ type: 'account', time_ms, statement: JSON.stringify({ tenant }), closed: JSON.stringify({ salt: newSalt(), accounts: ofTenant }) }));
}

/** That keys begin to be used. */
export function logKeyBody(vkeys: readonly string[], time_ms: number): LogBody {
  return { type: 'log-key', time_ms, statement: JSON.stringify({ vkeys }), closed: JSON.stringify({ salt: newSalt() }) };
}

/** The accounts of a body of type `block` or `account`, with its tenant. */
export function accountsIn({ statement, closed }: Pick<LogBody, 'statement' | 'closed'>): { readonly tenant: string; readonly accounts: readonly ProducerAccount[] } {
  const { tenant } = JSON.parse(statement) as { tenant: string };
  const { accounts } = JSON.parse(closed) as { accounts: ProducerAccount[] };
  return { tenant, accounts };
}

/** By producer, in the order in which they first appear. */
export function sumAccounts(requests: readonly RequestAccount[]): ProducerAccount[] {
  const sums = new Map<string, ProducerAccount>();
  for (const request of requests) {
    const { producer, received, stored, refused, minimized } = request;
    const sum = sums.get(producer) ?? { producer, received: 0, stored: 0, refused: {}, dropped: {}, minimized: {} };
    const dropped = request.dropped === 0 ? {} : { duplicate: request.dropped };
    sums.set(producer, {
      producer,
      received: sum.received + received,
      stored: sum.stored + stored,
      refused: added(sum.refused, refused),
      dropped: added(sum.dropped, dropped),
      minimized: added(sum.minimized, minimized),
    });
  }
  return [...sums.values()];
}

/** The counts of two accounts by key; `sign` -1 takes the second ones away. What comes to nothing is left out. */
export function added(to: Readonly<Record<string, number>>, more: Readonly<Record<string, number>>, sign: 1 | -1 = 1): Record<string, number> {
  const sums = new Map(Object.entries(to));
  for (const [key, count] of Object.entries(more)) sums.set(key, (sums.get(key) ?? 0) + sign * count);
  return Object.fromEntries([...sums].filter(([, count]) => count !== 0));
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

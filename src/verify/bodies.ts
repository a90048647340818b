/**
 * The bodies of entries as the table has them, read without belief: each is compared with its entry in the log before anything that it says is used.
 */
import { commitmentOf, parseEntry, textHash } from '#evidence';
import { sha256 } from '#keys/signing';
import { sameBytes } from '#merkle';
import { ENTRY_TYPES } from '#model';
import { listsIn } from './questions.ts';
import type { ProducerAccount } from '#log';

export interface Body {
  readonly index: number;
  readonly time_ms: number;
  readonly type: number;
  /** Columns beside the texts; nothing commits to them. */
  readonly block: number;
  readonly rows: number;
  readonly tenant: string;
  readonly statement: string;
  readonly closed: string;
  readonly groups: Uint8Array;
}

/** The body of a block, taken apart. */
export interface BlockBody {
  readonly index: number;
  readonly time_ms: number;
  readonly block: number;
  readonly rows: number;
  readonly tenant: string;
  readonly day: number;
  readonly retention: string;
  readonly root: Uint8Array;
  readonly salt: Uint8Array;
  readonly policy: string;
  readonly first: string;
  readonly last: string;
  readonly groups: Uint8Array;
}

export function bodiesIn(answer: Uint8Array): Body[] {
  return listsIn(answer).map(bodyOf);
}

export function bodyOf([index, time_ms, type, block, rows, tenant, statement, closed, groups]: readonly unknown[]): Body {
  return {
    index: Number(index), time_ms: Number(time_ms), type: Number(type), block: Number(block), rows: Number(rows), tenant: String(tenant), statement: String(statement), closed: String(closed),
    groups: Buffer.from(String(groups), 'base64'),
  };
}

/** Whether an entry of the log is the one of this body. */
export function belongsTo(body: Pick<Body, 'type' | 'time_ms' | 'statement' | 'closed'>, bytes: Uint8Array): boolean {
  const entry = parseEntry(bytes);
  if (entry === undefined || entry.type !== body.type || entry.time_ms !== body.time_ms) return false;
  return sameBytes(entry.commitment, commitmentOf(sha256, body.statement, textHash(sha256, body.closed)));
}

/** What a block's body says; null if it is not of the form that the log writes. */
export function blockBodyOf(body: Body): BlockBody | null {
  const [said, closed] = [objectIn(body.statement), objectIn(body.closed)];
  const { block, rows, tenant, day, retention, policy, first, last } = said;
  const [root, salt] = [bytesOf(said['root']), bytesOf(closed['salt'])];
  if (!isCount(block) || !isCount(rows) || !isCount(day) || typeof tenant !== 'string' || typeof retention !== 'string' || typeof policy !== 'string' || typeof first !== 'string' || typeof last !== 'string') return null;
  if (root?.length !== 32 || salt?.length !== 32) return null;
  return { index: body.index, time_ms: body.time_ms, block, rows, tenant, day, retention, root, salt, policy, first, last, groups: body.groups };
}

/** The accounts in a body of type `block` or `account`. */
export function accountsOf(body: Body): { readonly tenant: string; readonly accounts: readonly ProducerAccount[] } | null {
  if (body.type !== ENTRY_TYPES.block && body.type !== ENTRY_TYPES.account) return null;
  const { tenant } = objectIn(body.statement);
  const { accounts } = objectIn(body.closed);
  return typeof tenant === 'string' && Array.isArray(accounts) ? { tenant, accounts: accounts as ProducerAccount[] } : null;
}

const RECORDING: readonly number[] = [ENTRY_TYPES.access, ENTRY_TYPES['sign-in'], ENTRY_TYPES.person, ENTRY_TYPES.token, ENTRY_TYPES.producer, ENTRY_TYPES.tenant, ENTRY_TYPES.finding, ENTRY_TYPES.opening];

/** How many things that somebody did a body tells of. */
export function recordsIn({ type, statement }: Body): number {
  if (!RECORDING.includes(type)) return 0;
  const { reads, attempts } = objectIn(statement);
  return isCount(reads) ? reads : isCount(attempts) ? attempts : 1;
}

export function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function bytesOf(value: unknown): Uint8Array | null {
  return typeof value === 'string' ? Buffer.from(value, 'base64') : null;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** The block that bodies of one entry are of. */
export function blockPlace(rows: readonly Body[]): { readonly block?: number } {
  const block = rows[0]?.block ?? 0;
  return block === 0 ? {} : { block };
}

export function namedType(entry: Uint8Array): string {
  const type = parseEntry(entry)?.type;
  const name = Object.entries(ENTRY_TYPES).find(([, number]) => number === type)?.[0];
  return name === undefined ? '' : ` (of type ${name})`;
}

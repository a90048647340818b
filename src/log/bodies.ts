/**
 * The bodies of entries (docs/reference/log-format.md): what stands in the store, and what an entry of the log is a commitment to. Members come in
 * the order of the format; what is hashed is the text as it is stored.
 */
import { randomBytes } from 'node:crypto';
import { LIMITS } from '#limits';
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

const SALT_BYTES = 32;
/** More than the members around a list take. */
const FRAME_BYTES = 1_024;

/** A salt for a closed part: without it, a commitment would confirm a guess at what is closed. */
export function newSalt(): string {
  return randomBytes(SALT_BYTES).toString('base64');
}

/** That spans were stored. The accounts are of the requests whose spans they are. */
export function blockBody(block: SealedBlock, requests: readonly RequestAccount[], time_ms: number): LogBody {
  const { tenant, id, rows, day, retention, first, last, policy } = block;
  const statement = JSON.stringify({ tenant, block: id, rows, day, retention, first, last, root: base64(block.root), policy });
  return { type: 'block', time_ms, statement, closed: JSON.stringify({ salt: base64(block.salt), accounts: accountsOf(requests) }) };
}

/** What became of a tenant's requests of which nothing was stored. */
export function accountBodies(tenant: string, accounts: readonly ProducerAccount[], time_ms: number): LogBody[] {
  return fitting(accounts).map((some) => ({ type: 'account', time_ms, statement: JSON.stringify({ tenant }), closed: JSON.stringify({ salt: newSalt(), accounts: some }) }));
}

/** What is about to be removed, and under which rule. */
export interface AnnouncedRemoval {
  /** Days since 1970-01-01 UTC, of arrival. */
  readonly day: number;
  readonly retention: string;
  /** age: the class is kept for so many days. disk: the oldest goes when all of it takes more than so many bytes. */
  readonly why: 'age' | 'disk';
  readonly days?: number;
  readonly diskMax?: number;
  /** First and last ids of blocks, where not all of the day and class goes. */
  readonly blocks?: readonly (readonly [first: number, last: number])[];
}

export function retentionBodies({ day, retention, why, days, diskMax, blocks }: AnnouncedRemoval, time_ms: number): LogBody[] {
  const lists = blocks === undefined ? [undefined] : fitting(blocks);
  return lists.map((some) => ({ type: 'retention', time_ms, statement: JSON.stringify({ day, retention, why, days, diskMax, blocks: some }), closed: JSON.stringify({ salt: newSalt() }) }));
}

/** That keys begin to be used. `blocksBefore`: the highest id of a block from before there was a log, 0 if there was none. */
export function logKeyBody(vkeys: readonly string[], blocksBefore: number, time_ms: number): LogBody {
  return { type: 'log-key', time_ms, statement: JSON.stringify({ vkeys, blocksBefore }), closed: JSON.stringify({ salt: newSalt() }) };
}

/** The accounts of a body of type `block` or `account`, with its tenant. */
export function accountsIn({ statement, closed }: Pick<LogBody, 'statement' | 'closed'>): { readonly tenant: string; readonly accounts: readonly ProducerAccount[] } {
  const { tenant } = JSON.parse(statement) as { tenant: string };
  const { accounts } = JSON.parse(closed) as { accounts: ProducerAccount[] };
  return { tenant, accounts };
}

/** What became of the spans of requests, by producer in the order in which they first appear. */
export function accountsOf(requests: readonly RequestAccount[]): ProducerAccount[] {
  return summed(
    requests.map(({ producer, received, stored, refused, dropped, minimized }) => ({ producer, received, stored, refused, dropped: { duplicate: dropped }, minimized })),
    [],
  );
}

/** The sums of the first accounts by producer, less the second ones; producers of which nothing is left are left out. */
export function summed(accounts: readonly ProducerAccount[], less: readonly ProducerAccount[]): ProducerAccount[] {
  const sums = new Map<string, Sum>();
  for (const account of accounts) add(sums, account, 1);
  for (const account of less) add(sums, account, -1);
  return [...sums].flatMap(([producer, { received, stored, refused, dropped, minimized }]) =>
    received === 0 ? [] : [{ producer, received, stored, refused: countsOf(refused), dropped: countsOf(dropped), minimized: countsOf(minimized) }],
  );
}

interface Sum {
  received: number;
  stored: number;
  readonly refused: Map<string, number>;
  readonly dropped: Map<string, number>;
  readonly minimized: Map<string, number>;
}

function add(sums: Map<string, Sum>, account: ProducerAccount, sign: 1 | -1): void {
  let sum = sums.get(account.producer);
  if (sum === undefined) sums.set(account.producer, (sum = { received: 0, stored: 0, refused: new Map(), dropped: new Map(), minimized: new Map() }));
  sum.received += sign * account.received;
  sum.stored += sign * account.stored;
  for (const field of ['refused', 'dropped', 'minimized'] as const) {
    const [counts, more] = [sum[field], account[field]];
    for (const key of Object.keys(more)) counts.set(key, (counts.get(key) ?? 0) + sign * more[key]!);
  }
}

function countsOf(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].filter(([, count]) => count !== 0));
}

/** Parts of a list, each short enough for a text of a body. They hold ids, codes and numbers: a character is a byte. */
function fitting<Item>(items: readonly Item[]): Item[][] {
  const parts: Item[][] = [];
  let left = 0;
  for (const item of items) {
    const bytes = JSON.stringify(item).length + 1;
    if (bytes > left) {
      parts.push([]);
      left = LIMITS.entry_text_bytes_max - FRAME_BYTES;
    }
    parts.at(-1)?.push(item);
    left -= bytes;
  }
  return parts;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/**
 * Orders of a search and the cursor between its pages. A position is the place of a matching span in the order; a trace stands
 * where its best match stands. The cursor also remembers the newest block of the first page, so that what arrives
 * while somebody pages neither shifts nor hides a result.
 */
import { refuse, type Refusal } from '#refusal';

interface Key {
  readonly column: 'duration' | 'block' | 'row';
  readonly type: 'Int64' | 'UInt64' | 'UInt32';
}

interface OrderBy {
  readonly keys: readonly Key[];
  readonly descending: boolean;
}

const BLOCK: Key = { column: 'block', type: 'UInt64' };
const ROW: Key = { column: 'row', type: 'UInt32' };
const DURATION: Key = { column: 'duration', type: 'Int64' };

/** `newest` and `oldest` follow arrival, the order in which the store keeps spans. */
export const ORDERS = {
  newest: { keys: [BLOCK, ROW], descending: true },
  oldest: { keys: [BLOCK, ROW], descending: false },
  longest: { keys: [DURATION, BLOCK, ROW], descending: true },
  shortest: { keys: [DURATION, BLOCK, ROW], descending: false },
} as const satisfies Record<string, OrderBy>;
export type Order = keyof typeof ORDERS;

export const ORDER_NAMES = Object.keys(ORDERS) as readonly Order[];

export type Position = readonly bigint[];

export interface Cursor {
  readonly order: Order;
  /** No block after this one is looked at. */
  readonly snapshot: bigint;
  readonly position: Position;
}

/** A row that no block has. */
export const ROW_MAX = (1n << 32n) - 1n;

/** Whether `left` comes before `right` in the order. */
export function before(order: Order, left: Position, right: Position): boolean {
  for (const [at, value] of left.entries()) {
    const other = right[at] ?? 0n;
    if (value !== other) return ORDERS[order].descending ? value > other : value < other;
  }
  return false;
}

export function cursorText(cursor: Cursor): string {
  return Buffer.from([cursor.order, cursor.snapshot, ...cursor.position].join('.')).toString('base64url');
}

/** Attacker-controlled: a cursor only narrows a search, so its content needs no seal, but it must be one of this order. */
export function readCursor(text: string, order: Order): Cursor | Refusal {
  const [name, ...numbers] = Buffer.from(text, 'base64url').toString('latin1').split('.');
  const keys: readonly Key[] = ORDERS[order].keys;
  if (name !== order || numbers.length !== keys.length + 1 || !numbers.every((one) => /^-?[0-9]{1,19}$/.test(one))) {
    return refuse('query_invalid', 'cursor is not one of this search and order');
  }
  const [snapshot = 0n, ...position] = numbers.map(BigInt);
  const fits = [snapshot, ...position].every((value, at) => inRange(value, at === 0 ? 'UInt64' : (keys[at - 1]?.type ?? 'UInt64')));
  return fits ? { order, snapshot, position } : refuse('query_invalid', 'cursor is not one of this search and order');
}

function inRange(value: bigint, type: Key['type']): boolean {
  if (type === 'Int64') return BigInt.asIntN(64, value) === value;
  return value >= 0n && value < (type === 'UInt32' ? 1n << 32n : 1n << 64n);
}

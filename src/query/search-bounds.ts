/**
 * What is asked of a search, and its bounds: every time range, list and text is held to its limit before a statement is made of it.
 */
import { LIMITS } from '#limits';
import { isRefusal, refuse, type Refusal } from '#refusal';
import type { Run } from './answering.ts';
import type { BoundedSearch } from './candidates.ts';
import { anchored, type AttributeFilter, FIELD_NAMES, type Filters } from './condition.ts';
import { ORDER_NAMES, readCursor, type Order } from './order.ts';
import { STATEMENTS } from './statements.ts';

/** A time range as asked: nanoseconds since 1970; without them the last hour. */
export interface AskedRange {
  readonly start?: bigint;
  readonly end?: bigint;
}

/** Both included. */
export interface Range {
  readonly start: bigint;
  readonly end: bigint;
}

export interface Search extends Filters, AskedRange {
  readonly limit?: number;
  readonly order?: Order;
  readonly cursor?: string;
}

const DEFAULT_RANGE_NS = 3_600_000_000_000n;

export function boundRange({ start: from, end: to }: AskedRange, now_ms: number): Range | Refusal {
  const now = BigInt(now_ms) * 1_000_000n;
  // Clocks differ: without an end, spans from the near future are found as well.
  const end = to ?? (from === undefined || from <= now ? now + BigInt(LIMITS.future_ms_max) * 1_000_000n : from);
  const start = from ?? (to === undefined ? now : to) - DEFAULT_RANGE_NS;
  if (start > end) return refuse('query_invalid', 'start lies after end');
  if (end - start > BigInt(LIMITS.search_range_ms_max + LIMITS.future_ms_max) * 1_000_000n) return refuse('query_invalid', 'the range from start to end is longer than 31 days');
  return { start: start < 0n ? 0n : start, end };
}

export function boundSearch(search: Search, now_ms: number): BoundedSearch | Refusal {
  const range = boundRange(search, now_ms);
  if (isRefusal(range)) return range;
  const { limit = LIMITS.search_results_default, order = 'newest' } = search;
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMITS.search_results_max) return refuse('query_invalid', `limit is not between 1 and ${LIMITS.search_results_max}`);
  if (!ORDER_NAMES.includes(order)) return refuse('query_invalid', `order is none of ${ORDER_NAMES.join(', ')}`);
  const wrong = wrongFilter(search);
  if (wrong !== null) return wrong;
  const cursor = search.cursor === undefined ? null : readCursor(search.cursor, order);
  if (isRefusal(cursor)) return cursor;
  return { ...search, ...range, limit, order, cursor };
}

/** Lets the engine read every pattern: one that no row meets would otherwise pass unread. Throws what `answer` knows as a refusal. */
export async function readPatterns(attributes: readonly AttributeFilter[], run: Run): Promise<void> {
  for (const { op, value } of attributes) {
    if (op === '=~' || op === '!~') await run(STATEMENTS.pattern, { pattern: anchored(value) }, 1);
  }
}

export function wrongFilter(search: Filters): Refusal | null {
  const { attributes, durationMin_ns: min, durationMax_ns: max } = search;
  if (attributes.length > LIMITS.search_attributes_max) return refuse('query_invalid', `more than ${LIMITS.search_attributes_max} attribute filters`);
  if (min !== undefined && max !== undefined && min > max) return refuse('query_invalid', 'durationMin is longer than durationMax');
  for (const [at, { place, key, op, value }] of attributes.entries()) {
    if (place === 'field' && !FIELD_NAMES.includes(key)) return refuse('query_invalid', `attribute filter ${at}: field: knows ${FIELD_NAMES.join(', ')}`);
    if (op === '~' && value === '') return refuse('query_invalid', `attribute filter ${at}: ~ looks for a text`);
    if (key === '' || Buffer.byteLength(key) > LIMITS.key_bytes_max) return refuse('query_invalid', `attribute filter ${at}: the key is empty or too long`);
    if (Buffer.byteLength(value) > LIMITS.query_text_bytes_max) return refuse('query_invalid', `attribute filter ${at}: the value is too long`);
    if (/^[<>]/.test(op) && (value.trim() === '' || !Number.isFinite(Number(value)))) return refuse('query_invalid', `attribute filter ${at}: ${op} compares numbers`);
  }
  return null;
}

/**
 * Texts of query parameters as values: times, durations, attribute filters. All of it is attacker-controlled; what does not
 * read exactly is null, and the caller refuses naming the parameter, never its value.
 */
import { type AttributeFilter, type Operator, PLACES, type Place } from './condition.ts';

const NANOS: Readonly<Record<string, bigint>> = {
  ns: 1n, us: 1_000n, µs: 1_000n, ms: 1_000_000n, s: 1_000_000_000n, m: 60_000_000_000n, h: 3_600_000_000_000n, d: 86_400_000_000_000n,
};
const MAX_NS = (1n << 63n) - 1n;

/** `1h`, `250ms`, `1.5s`, `1h30m` (Go's notation, and d for days) or plain nanoseconds, as nanoseconds. */
export function readDuration(text: string): bigint | null {
  if (/^[0-9]{1,19}$/.test(text)) return bounded(BigInt(text));
  if (text.length > 64 || !/^(?:[0-9]{1,12}(?:\.[0-9]{1,9})?(?:ns|us|µs|ms|s|m|h|d)){1,8}$/.test(text)) return null;
  let total = 0n;
  for (const [, whole = '0', part = '', unit = 'ns'] of text.matchAll(/([0-9]+)(?:\.([0-9]+))?(ns|us|µs|ms|s|m|h|d)/g)) {
    const nanos = NANOS[unit] ?? 0n;
    total += BigInt(whole) * nanos + (BigInt(part.padEnd(9, '0')) * nanos) / 1_000_000_000n;
  }
  return bounded(total);
}

/**
 * A time as nanoseconds since 1970: RFC 3339, seconds, milliseconds, microseconds or nanoseconds since 1970 (told apart by their size),
 * `now`, or how long ago (`1h`, `-1h`).
 */
export function readTime(text: string, now_ms: number): bigint | null {
  if (text === 'now') return BigInt(now_ms) * 1_000_000n;
  if (/^[0-9]{1,19}$/.test(text)) return bounded(epoch(BigInt(text)));
  const instant = /^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?(Z|[+-][0-9]{2}:[0-9]{2})$/i.exec(text);
  if (instant !== null) {
    const [, seconds = '', part = '', zone = ''] = instant;
    const ms = Date.parse(`${seconds.toUpperCase()}${zone.toUpperCase()}`);
    return Number.isNaN(ms) || ms < 0 ? null : BigInt(ms) * 1_000_000n + BigInt(part.padEnd(9, '0'));
  }
  const ago = readDuration(text.startsWith('-') ? text.slice(1) : text);
  if (ago === null) return null;
  const time = BigInt(now_ms) * 1_000_000n - ago;
  return time < 0n ? 0n : time;
}

/** The sizes overlap nowhere between 1973 and 5138. */
function epoch(value: bigint): bigint {
  if (value < 100_000_000_000n) return value * 1_000_000_000n;
  if (value < 100_000_000_000_000n) return value * 1_000_000n;
  if (value < 100_000_000_000_000_000n) return value * 1_000n;
  return value;
}

function bounded(value: bigint): bigint | null {
  return value <= MAX_NS ? value : null;
}

/** Two-character operators first. */
const SIGNS: readonly Exclude<Operator, 'exists'>[] = ['!=', '!~', '<=', '>=', '=~', '=', '<', '>', '~'];

/** `key=value`, any operator in place of `=`, or the key alone (exists); `span:`, `event:`, `resource:`, `scope:` or `field:` before the key names a place. */
export function readAttribute(text: string): AttributeFilter | null {
  const at = text.search(/[=!<>~]/);
  const [place, key] = splitPlace(at === -1 ? text : text.slice(0, at));
  if (key === '') return null;
  if (at === -1) return { place, key, op: 'exists', value: '' };
  const op = SIGNS.find((sign) => text.startsWith(sign, at));
  return op === undefined ? null : { place, key, op, value: text.slice(at + op.length) };
}

function splitPlace(text: string): [Place, string] {
  const at = text.indexOf(':');
  const place = PLACES.find((one) => one === text.slice(0, at));
  return place === undefined ? ['any', text] : [place, text.slice(at + 1)];
}

/** Jaeger's `tags={"key":"value"}`: equality of each. */
export function readTags(text: string): AttributeFilter[] | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return null;
  const filters: AttributeFilter[] = [];
  for (const [key, value] of Object.entries(parsed)) {
    if (key === '' || !['string', 'number', 'boolean'].includes(typeof value)) return null;
    filters.push({ place: 'any', key, op: '=', value: String(value) });
  }
  return filters;
}

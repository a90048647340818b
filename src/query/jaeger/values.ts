/**
 * Values in the notations of Jaeger's query strings, all of it attacker-controlled: what does not read exactly is null, and the
 * caller refuses naming the parameter. Empty parameters are absent ones, as Jaeger's own parsers have it.
 */
import { traceId, type TraceId } from '#model';
import { readTime } from '#query/parameters';

/** Go's `time.ParseDuration` for what is not negative: `1h15m30.5s`, `100ms`, `.5s`, `+2µs`, `0`. Nanoseconds. */
export function readGoDuration(text: string): bigint | null {
  const unsigned = text.startsWith('+') ? text.slice(1) : text;
  if (unsigned === '0') return 0n;
  if (text.length > 64 || !/^(?:(?:[0-9]{1,19}\.?|[0-9]{0,19}\.[0-9]{1,19})(?:ns|us|µs|μs|ms|s|m|h)){1,16}$/.test(unsigned)) return null;
  let total = 0n;
  for (const [, whole = '', part = '', unit = ''] of unsigned.matchAll(/([0-9]*)\.?([0-9]*)(ns|us|µs|μs|ms|s|m|h)/g)) {
    const nanos = UNIT_NS[unit] ?? 0n;
    total += BigInt(whole === '' ? '0' : whole) * nanos + (BigInt(part.padEnd(19, '0')) * nanos) / 10n ** 19n;
  }
  return total < 1n << 63n ? total : null;
}

/** Both characters for micro: U+00B5 and U+03BC. */
const UNIT_NS: Readonly<Record<string, bigint>> = { ns: 1n, us: 1_000n, µs: 1_000n, μs: 1_000n, ms: 1_000_000n, s: 1_000_000_000n, m: 60_000_000_000n, h: 3_600_000_000_000n };

/**
 * Microseconds since 1970, in nanoseconds. Grafana asks for a trace with times in milliseconds: a number so small that it would
 * lie in the January of 1970 is read as what it must be.
 */
export function readEpoch(text: string, now_ms: number): bigint | null {
  if (/^-[0-9]{1,19}$/.test(text)) return 0n;
  return /^[0-9]{1,19}$/.test(text) ? readTime(text, now_ms) : null;
}

/** Whole milliseconds, at most 15 digits. */
export function readMillis(text: string): number | null {
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : null;
}

/** RFC 3339. Grafana sends it unescaped, and the + of a time zone arrives as a space. */
export function readInstant(text: string, now_ms: number): bigint | null {
  return /^[0-9]{4}-/.test(text) ? readTime(text.replace(' ', '+'), now_ms) : null;
}

/** Go's `strconv.ParseBool`. */
export function readBool(text: string): boolean | null {
  if (/^(?:1|t|T|TRUE|true|True)$/.test(text)) return true;
  return /^(?:0|f|F|FALSE|false|False)$/.test(text) ? false : null;
}

/** Hexadecimal, short ids filled up with zeros from the left, or the 16 bytes in base64. The + of base64 may arrive as a space. */
export function readId(text: string): TraceId | null {
  if (/^[0-9a-fA-F]{1,32}$/.test(text)) return traceId(text.padStart(32, '0'));
  if (!/^[A-Za-z0-9+/_ -]{22}(?:==)?$/.test(text)) return null;
  return traceId(Buffer.from(text.replaceAll(' ', '+'), 'base64').toString('hex'));
}

/**
 * Instants to the beginning of their minute, hour, day, month or year. Texts of ISO 8601 keep their form and their offset; numbers are seconds,
 * milliseconds, microseconds or nanoseconds since 1970, told apart by their size, and keep their unit.
 */
import type { TIME_UNITS } from '#policy';

export type TimeUnit = (typeof TIME_UNITS)[number];

const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:([T ])(\d{2}):(\d{2})(?::(\d{2})(?:([.,])(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})?)?$/;
const NUMBER = /^\d{1,19}$/;
const SECONDS = /^(\d{1,10})\.\d{1,9}$/;
/** Numbers below each are of that unit: all are some thousand years of it, so that none is mistaken for the next. */
const UNITS: readonly { readonly below: bigint; readonly perSecond: bigint }[] = [
  { below: 100_000_000_000n, perSecond: 1n }, { below: 100_000_000_000_000n, perSecond: 1_000n }, { below: 100_000_000_000_000_000n, perSecond: 1_000_000n }, { below: 1n << 63n, perSecond: 1_000_000_000n },
];
const UNIT_MS: Readonly<Partial<Record<TimeUnit, bigint>>> = { minute: 60_000n, hour: 3_600_000n, day: 86_400_000n };

/** Null if the text is no instant. */
export function instantTo(unit: TimeUnit, text: string): string | null {
  if (NUMBER.test(text)) return numberTo(unit, BigInt(text));
  const seconds = SECONDS.exec(text);
  if (seconds !== null) return numberTo(unit, BigInt(seconds[1]!));
  const parsed = ISO.exec(text);
  return parsed === null ? null : isoTo(unit, parsed);
}

function numberTo(unit: TimeUnit, value: bigint): string | null {
  const perSecond = UNITS.find(({ below }) => value < below)?.perSecond;
  if (perSecond === undefined) return null;
  const ms = (value * 1_000n) / perSecond;
  const length = UNIT_MS[unit];
  if (length !== undefined) return String(((ms - (ms % length)) * perSecond) / 1_000n);
  const date = new Date(Number(ms));
  return String((BigInt(Date.UTC(date.getUTCFullYear(), unit === 'year' ? 0 : date.getUTCMonth(), 1)) * perSecond) / 1_000n);
}

function isoTo(unit: TimeUnit, [, year, month, day, separator, hour, minute, second, point, fraction, offset = '']: RegExpExecArray): string | null {
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  if (Number(month) < 1 || date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day) || Number(hour ?? 0) > 24 || Number(minute ?? 0) > 59 || Number(second ?? 0) > 60) return null;
  const keeps = (of: TimeUnit): boolean => ORDER.indexOf(of) >= ORDER.indexOf(unit);
  let text = `${year}-${keeps('month') ? month : '01'}-${keeps('day') ? day : '01'}`;
  if (hour === undefined) return text;
  text += `${separator}${keeps('hour') ? hour : '00'}:${keeps('minute') ? minute : '00'}`;
  if (second !== undefined) text += ':00';
  if (fraction !== undefined) text += point! + '0'.repeat(fraction.length);
  return text + offset;
}

/** A coarser one keeps less. */
const ORDER: readonly TimeUnit[] = ['minute', 'hour', 'day', 'month', 'year'];

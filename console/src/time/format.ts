/**
 * Numbers as people read them, always with their unit. Durations come in nanoseconds, as number or as the decimal text of the API.
 */

const STEPS: readonly (readonly [number, string])[] = [
  [1, 'ns'],
  [1e3, 'µs'],
  [1e6, 'ms'],
  [1e9, 's'],
  [60e9, 'min'],
  [3_600e9, 'h'],
];

/** `1.24 ms`, `320 µs`, `2 min 5 s`: three figures that matter. */
export function duration(nanos: number | string | null | undefined): string {
  if (nanos === null || nanos === undefined) return '–';
  const value = Number(nanos);
  if (!Number.isFinite(value)) return '–';
  if (value < 0) return `−${duration(-value)}`;
  if (value === 0) return '0 ms';
  if (value >= 60e9) return long(value);
  let at = 0;
  while (at + 1 < 4 && value >= (STEPS[at + 1]?.[0] ?? Infinity)) at += 1;
  const [size, unit] = STEPS[at] ?? [1, 'ns'];
  const scaled = value / size;
  return `${figures(scaled)} ${unit}`;
}

function long(nanos: number): string {
  const seconds = Math.round(nanos / 1e9);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
  return `${Math.floor(seconds / 86_400)} d ${Math.floor((seconds % 86_400) / 3_600)} h`;
}

function figures(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toFixed(digits).replace(/\.0+$|(\.[0-9]*[1-9])0+$/, '$1');
}

/** `12,345`; from a million on `1.23 M`. */
export function count(value: number): string {
  if (value >= 1e9) return `${figures(value / 1e9)} G`;
  if (value >= 1e6) return `${figures(value / 1e6)} M`;
  return value.toLocaleString('en-GB');
}

export function percent(share: number): string {
  if (share === 0) return '0 %';
  const value = share * 100;
  return value < 0.1 ? '< 0.1 %' : `${figures(value)} %`;
}

/** Events a second: `12.5/s`, `3/min`. */
export function rate(perSecond: number): string {
  if (perSecond === 0) return '0/s';
  if (perSecond < 0.1) return `${figures(perSecond * 60)}/min`;
  return perSecond >= 10_000 ? `${count(Math.round(perSecond))}/s` : `${figures(perSecond)}/s`;
}

const UNITS = [['s', 1], ['min', 60], ['h', 3_600]] as const;
export type RateUnit = (typeof UNITS)[number][0];

/** One unit for rates that stand beside each other, so that the larger number is the larger rate: the first in which the largest is one or more. */
export function rateUnit(perSecond: readonly (number | null)[]): RateUnit {
  const largest = Math.max(0, ...perSecond.map((one) => one ?? 0));
  return UNITS.find(([, seconds]) => largest * seconds >= 1)?.[0] ?? (largest === 0 ? 's' : 'h');
}

/** In a unit that was chosen for all of them. */
export function rateIn(perSecond: number, unit: RateUnit): string {
  const value = perSecond * (UNITS.find(([name]) => name === unit)?.[1] ?? 1);
  if (value === 0) return `0/${unit}`;
  if (value < 0.01) return `< 0.01/${unit}`;
  return `${value >= 10_000 ? count(Math.round(value)) : figures(value)}/${unit}`;
}

export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let at = 0;
  let left = value;
  while (left >= 1024 && at < units.length - 1) {
    left /= 1024;
    at += 1;
  }
  return `${figures(left)} ${units[at] ?? 'B'}`;
}

/** `1 span`, `2 spans`. */
export function plural(many: number, one: string, more = `${one}s`): string {
  return `${count(many)} ${many === 1 ? one : more}`;
}

/** Milliseconds since 1970 of an instant in nanoseconds. */
export function millisOf(unixNano: string): number {
  return Number(BigInt(unixNano) / 1_000n) / 1_000;
}

/** Local time with zone, to the millisecond. */
export function instant(unix_ms: number): string {
  const date = new Date(unix_ms);
  const time = date.toLocaleString('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'short' });
  const millis = String(date.getMilliseconds()).padStart(3, '0');
  return time.replace(/(:[0-9]{2})( |$)(?!.*:[0-9]{2})/, `$1.${millis}$2`);
}

/** `12 s ago`, `3 min ago`, `in 5 s`. */
export function ago(unix_ms: number, now_ms: number): string {
  const apart = now_ms - unix_ms;
  if (Math.abs(apart) < 1_000) return 'now';
  const text = coarse(Math.abs(apart));
  return apart < 0 ? `in ${text}` : `${text} ago`;
}

function coarse(ms: number): string {
  if (ms < 60_000) return `${Math.floor(ms / 1_000)} s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min`;
  if (ms < 86_400_000) return `${Math.floor(ms / 3_600_000)} h`;
  return `${Math.floor(ms / 86_400_000)} d`;
}

/** The settings of what is kept and for how long, and of the threads that take it in. */
import type { RetentionClass } from '#config';

import { isMap, unreadable, type Given } from './given.ts';
import { readPeriod, readSize } from './quantity.ts';

const DAY_MS = 86_400_000;

/** `default=30d,audit=400d`, or in the file a map of class and period. */
export function readRetention({ value, place }: Given): Readonly<Record<string, RetentionClass>> {
  const what = 'classes with periods of whole days, one of them "default", such as default=30d,audit=400d';
  const pairs: readonly (readonly [string, unknown])[] =
    typeof value === 'string' ? value.split(',').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const) : isMap(value) ? Object.entries(value) : [];
  const classes = new Map<string, RetentionClass>();
  for (const [name, period] of pairs) {
    const ms = typeof period === 'string' ? readPeriod(period) : null;
    if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(name) || classes.has(name) || ms === null || ms < DAY_MS || ms % DAY_MS !== 0 || ms > 36_530 * DAY_MS) throw unreadable(place, what);
    classes.set(name, { days: ms / DAY_MS });
  }
  if (!classes.has('default')) throw unreadable(place, what);
  return Object.fromEntries(classes);
}

/** `none`: it is not bounded. */
export function readDiskMax(given: Given): number | null {
  return given.value === 'none' ? null : readBytes(given);
}

export function readBytes({ value, place }: Given): number {
  const bytes = typeof value === 'string' || typeof value === 'number' ? readSize(String(value)) : null;
  if (bytes === null || bytes === 0) throw unreadable(place, 'a size, such as 512MiB or 200GB');
  return bytes;
}

export function readWorkers({ value, place }: Given): number {
  const text = String(value);
  const count = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > 64) throw unreadable(place, 'a number from 1 to 64');
  return count;
}

/** Axes of the two pictures: from values to pixels and back, with ticks where a person would put them. */
import { duration } from '#time/format.ts';
import type { Scale } from './address.ts';

export interface Tick {
  readonly px: number;
  readonly label: string;
}

export interface Axis {
  readonly toPx: (value: number) => number;
  readonly toValue: (px: number) => number;
  readonly ticks: readonly Tick[];
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TIME_STEPS: readonly number[] = [1, 5, 10, 50, 100, 500, SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 15 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY];
const TIME_LABEL_PX = 84;
const VALUE_LABEL_PX = 34;

/** Milliseconds since 1970, from left to right. */
export function timeAxis(from_ms: number, to_ms: number, width: number): Axis {
  const length = Math.max(1, to_ms - from_ms);
  const toPx = (value: number): number => ((value - from_ms) / length) * width;
  const wanted = length / Math.max(1, width / TIME_LABEL_PX);
  const step = TIME_STEPS.find((one) => one >= wanted) ?? Math.ceil(wanted / DAY) * DAY;
  // Days begin at local midnight, smaller steps fall on whole numbers of themselves.
  const zone = step >= HOUR ? new Date(from_ms).getTimezoneOffset() * MINUTE : 0;
  const ticks: Tick[] = [];
  for (let at = Math.ceil((from_ms - zone) / step) * step + zone; at <= to_ms; at += step) ticks.push({ px: toPx(at), label: timeLabel(at, step) });
  return { toPx, toValue: (px) => from_ms + (px / Math.max(1, width)) * length, ticks };
}

/** Nanoseconds, from the bottom up. On the logarithmic scale zero lies with the smallest. */
export function durationAxis(scale: Scale, min: number, max: number, height: number): Axis {
  return scale === 'log' ? logAxis(Math.max(1, min), Math.max(1, max), height) : linearAxis(Math.max(1, max), height);
}

function logAxis(min: number, max: number, height: number): Axis {
  const low = Math.floor(Math.log10(min) * 2) / 2;
  const high = Math.max(low + 1, Math.log10(max) + 0.06);
  const toPx = (value: number): number => height - ((Math.log10(Math.max(value, 10 ** low)) - low) / (high - low)) * height;
  const ticks: Tick[] = [];
  const perDecade = height / (high - low) > VALUE_LABEL_PX * 2.6 ? [1, 3] : [1];
  const every = Math.max(1, Math.ceil(VALUE_LABEL_PX / (height / (high - low))));
  for (let decade = Math.floor(low); decade <= high; decade += 1) {
    if (decade % every !== 0) continue;
    for (const times of perDecade) {
      const value = times * 10 ** decade;
      if (Math.log10(value) >= low && Math.log10(value) <= high) ticks.push({ px: toPx(value), label: duration(value) });
    }
  }
  return { toPx, toValue: (px) => 10 ** (low + ((height - px) / height) * (high - low)), ticks };
}

function linearAxis(max: number, height: number): Axis {
  const top = max * 1.06;
  const toPx = (value: number): number => height - (value / top) * height;
  const wanted = top / Math.max(1, height / VALUE_LABEL_PX);
  const size = 10 ** Math.floor(Math.log10(wanted));
  const step = ([1, 2, 5, 10].find((times) => times * size >= wanted) ?? 10) * size;
  const ticks: Tick[] = [];
  for (let value = 0; value <= top; value += step) ticks.push({ px: toPx(value), label: duration(value) });
  return { toPx, toValue: (px) => ((height - px) / height) * top, ticks };
}

function timeLabel(at: number, step: number): string {
  const date = new Date(at);
  if (step >= DAY || (step >= HOUR && date.getHours() === 0 && date.getMinutes() === 0)) return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
  const text = date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', ...(step < MINUTE ? { second: '2-digit' } : {}) });
  return step < SECOND ? `${text}.${String(date.getMilliseconds()).padStart(3, '0')}` : text;
}

/** A duration as the API reads it, to three figures: rounded down or up so that nothing brushed is lost. */
export function durationText(nanos: number, towards: 'down' | 'up'): string {
  const value = Math.max(0, nanos);
  const round = towards === 'down' ? Math.floor : Math.ceil;
  const [unit, size] = value >= 1e9 ? ['s', 1e9] as const : value >= 1e6 ? ['ms', 1e6] as const : value >= 1e3 ? ['us', 1e3] as const : ['ns', 1] as const;
  const scaled = value / size;
  const digits = size === 1 ? 0 : scaled >= 100 ? 0 : scaled >= 10 ? 1 : 2;
  return `${round(scaled * 10 ** digits) / 10 ** digits}${unit}`;
}

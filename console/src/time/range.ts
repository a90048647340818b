/**
 * The time range of a page, as it stands in the URL: `from` is how long ago (`1h`) or an RFC 3339 instant, `to` an instant or absent
 * for now. What people type is bounded here, so that a page never asks for more than the server answers.
 */

/** The range as it stands in the URL. */
export interface RangeText {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface Range {
  readonly from: string;
  /** Absent: up to now. */
  readonly to?: string | undefined;
}

export interface RangePreset {
  readonly from: string;
  readonly label: string;
}

export const PRESETS: readonly RangePreset[] = [
  { from: '5m', label: 'Last 5 minutes' },
  { from: '15m', label: 'Last 15 minutes' },
  { from: '1h', label: 'Last hour' },
  { from: '6h', label: 'Last 6 hours' },
  { from: '24h', label: 'Last 24 hours' },
  { from: '7d', label: 'Last 7 days' },
  { from: '30d', label: 'Last 30 days' },
];

export const DEFAULT_FROM = '1h';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const AGO = /^([0-9]{1,5})([smhd])$/;
/** The server searches at most 31 days at a time. */
const RANGE_MS_MAX = 31 * 86_400_000;

/** The range of a URL; what does not read counts as absent. */
export function readRange({ from, to }: RangeText): Range {
  const goodFrom = from !== undefined && (agoOf(from) !== null || !Number.isNaN(Date.parse(from))) ? from : DEFAULT_FROM;
  const goodTo = to !== undefined && !Number.isNaN(Date.parse(to)) ? to : undefined;
  return goodTo === undefined ? { from: goodFrom } : { from: goodFrom, to: goodTo };
}

/** Milliseconds since 1970 of both ends. */
export function endsOf(range: Range, now_ms: number): { readonly from_ms: number; readonly to_ms: number } {
  const to_ms = range.to === undefined ? now_ms : Date.parse(range.to);
  const ago = agoOf(range.from);
  const from_ms = ago === null ? Date.parse(range.from) : to_ms - ago;
  return { from_ms: Math.max(Math.min(from_ms, to_ms), to_ms - RANGE_MS_MAX), to_ms };
}

/** The two parameters of the query API. */
export function apiRange(range: Range, now_ms: number): { readonly start: string; readonly end?: string } {
  const { from_ms, to_ms } = endsOf(range, now_ms);
  const start = new Date(from_ms).toISOString();
  return range.to === undefined ? { start } : { start, end: new Date(to_ms).toISOString() };
}

export function rangeLabel(range: Range): string {
  const preset = range.to === undefined ? PRESETS.find(({ from }) => from === range.from) : undefined;
  if (preset !== undefined) return preset.label;
  if (range.to === undefined) return agoOf(range.from) === null ? `Since ${shortInstant(range.from)}` : `Last ${range.from}`;
  return `${agoOf(range.from) === null ? shortInstant(range.from) : `${range.from} before`} – ${shortInstant(range.to)}`;
}

function agoOf(text: string): number | null {
  const found = AGO.exec(text);
  if (found === null) return null;
  return Number(found[1]) * (UNIT_MS[found[2] ?? ''] ?? 0);
}

function shortInstant(iso: string): string {
  return new Date(iso).toLocaleString(undefined, { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' });
}

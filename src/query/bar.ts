/**
 * The time scale of a drawing and the bars on it, in eighths of a cell.
 */
import type { DrawnSpan } from './drawn-trace.ts';
import type { Paint } from './paint.ts';

export interface Scale {
  readonly start: bigint;
  /** At least 1, so that positions exist. */
  readonly length: bigint;
}

export function scaleOf(spans: readonly DrawnSpan[]): Scale {
  const start = least(spans.map((span) => span.start));
  const end = -least(spans.map((span) => -endOf(span)));
  return { start, length: end > start ? end - start : 1n };
}

const FROM_LEFT = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;

export function barOf(span: DrawnSpan, { start, length }: Scale, bar: number, color: number, paint: Paint): string {
  const eighths = BigInt(bar * 8);
  const from = Math.min(bar * 8 - 1, Number(((span.start - start) * eighths) / length));
  const to = Math.max(from + 1, Math.min(bar * 8, Number(((endOf(span) - start) * eighths) / length)));
  const ticks = new Set(span.events.map(({ time }) => Math.min(bar - 1, Math.max(0, Number(((time - start) * BigInt(bar)) / length)))));
  let line = '';
  let plain = '';
  for (let cell = 0; cell < bar; cell += 1) {
    const { text, reversed } = ticks.has(cell) ? { text: '◆', reversed: false } : cellOf(from - cell * 8, to - cell * 8, paint.color);
    if (reversed) {
      line += paint.code(color, plain) + paint.reverse(color, text);
      plain = '';
    } else {
      plain += text;
    }
  }
  return line + paint.code(color, plain);
}

/**
 * One cell of a bar that fills the eighths from `from` to `to`, counted from the cell's left edge. Blocks grow from the left only: a
 * bar that begins inside a cell is the reverse of the block before it where there are colours, else the nearest there is.
 */
function cellOf(from: number, to: number, color: boolean): { text: string; reversed: boolean } {
  const plain = (text: string): { text: string; reversed: boolean } => ({ text, reversed: false });
  if (to <= 0 || from >= 8) return plain(' ');
  if (from <= 0) return plain(to >= 8 ? '█' : (FROM_LEFT[to] ?? ' '));
  if (to < 8) return plain(from < 4 ? '▌' : '▐');
  if (color) return { text: FROM_LEFT[from] ?? ' ', reversed: true };
  return plain(from < 6 ? '▐' : '▕');
}

/** Marks at quarters or halves of the scale, to stand above the bars. */
export function axisOf({ length }: Scale, bar: number): string {
  let line = '';
  const steps = bar >= 40 ? 4 : 2;
  for (let step = 0; step < steps; step += 1) {
    line = line.padEnd(Math.floor((bar * step) / steps));
    line += `│${step === 0 ? '0' : durationText((length * BigInt(step)) / BigInt(steps))}`;
  }
  return line;
}

const UNITS: readonly (readonly [string, number])[] = [['s', 1e9], ['ms', 1e6], ['µs', 1e3], ['ns', 1]];

/** Three significant digits and a unit. */
export function durationText(duration: bigint): string {
  if (duration < 0n) return `-${durationText(-duration)}`;
  const nanos = Number(duration);
  if (nanos >= 3600e9) return `${Math.floor(nanos / 3600e9)} h ${Math.floor((nanos % 3600e9) / 60e9)} m`;
  if (nanos >= 60e9) return `${Math.floor(nanos / 60e9)} m ${Math.floor((nanos % 60e9) / 1e9)} s`;
  const [unit, size] = UNITS.find(([, one]) => nanos >= one) ?? ['ns', 1];
  const value = nanos / size;
  return `${value >= 100 || unit === 'ns' ? Math.round(value) : Number(value.toPrecision(3))} ${unit}`;
}

const endOf = (span: DrawnSpan): bigint => (span.duration > 0n ? span.start + span.duration : span.start);
const least = (values: readonly bigint[]): bigint => values.reduce((one, other) => (other < one ? other : one));

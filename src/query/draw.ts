/**
 * A trace as a waterfall for the terminal: the tree of spans with services in stable colours, bars on a common time scale in eighths
 * of a cell, durations, errors, events, and what was minimized. Every text of the trace passes `safeText` first.
 */
import { axisOf, barOf, durationText, scaleOf, type Scale } from './bar.ts';
import type { DrawnSpan, DrawnTrace } from './drawn-trace.ts';
import { kindText, replacedText, totalsOf } from './minimized-text.ts';
import { colorsOf, painter, type Paint } from './paint.ts';
import { cellsOf, clip, fit, safeText } from './terminal-text.ts';
import { branchesOf, type Branch } from './trace-tree.ts';

export { readOtlpTrace } from './drawn-trace.ts';
export { otlpJson } from './otlp-json.ts';

export interface DrawOptions {
  /** Cells of a line. */
  readonly width: number;
  /** ANSI colours; off for NO_COLOR and pipes. */
  readonly color: boolean;
  /** Spans drawn at most. */
  readonly spans_max?: number;
}

/** How a stream wants to be drawn on: its width, and colours unless it is no terminal or NO_COLOR (no-color.org) is set. */
export function drawOptions(stream: { readonly isTTY?: boolean; readonly columns?: number }, environment: Readonly<Record<string, string | undefined>>): DrawOptions {
  const plain = (environment['NO_COLOR'] ?? '') !== '' || environment['TERM'] === 'dumb';
  return { width: stream.columns || 100, color: stream.isTTY === true && !plain };
}

const WIDTH_MIN = 24;
/** Narrower than this there is no room for bars. */
const BARS_FROM = 64;
const DURATION_CELLS = 9;
const DEPTH_MAX = 12;
const NOTES_MAX = 3;

export function drawTrace(trace: DrawnTrace, { width, color, spans_max = 300 }: DrawOptions): string {
  const paint = painter(color);
  const cells = Math.max(WIDTH_MIN, Math.min(width, 400));
  if (trace.spans.length === 0) return 'The trace holds no spans.\n';
  const branches = branchesOf(trace.spans);
  const shown = branches.slice(0, spans_max);
  const scale = scaleOf(trace.spans);
  const colors = colorsOf(trace.spans);
  const layout = layoutOf(shown, cells);
  const lines = [
    ...headLines(trace, branches, scale, cells, paint),
    '',
    ...legendLines(trace.spans, colors, cells, paint),
    ...(layout.bar === 0 ? [''] : ['', ' '.repeat(layout.label + 1) + paint.dim(axisOf(scale, layout.bar))]),
    ...shown.flatMap((branch, at) => spanLines(branch, (branches[at + 1]?.depth ?? 0) > branch.depth, scale, layout, cells, colors, paint)),
    ...restLines(branches.slice(spans_max), trace.more, paint),
    '',
    ...minimizedLines(trace.spans, cells, paint),
  ];
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

interface Layout {
  readonly label: number;
  /** 0: no bars. */
  readonly bar: number;
}

function layoutOf(shown: readonly Branch<DrawnSpan>[], cells: number): Layout {
  if (cells < BARS_FROM) return { label: cells - DURATION_CELLS - 1, bar: 0 };
  const wanted = shown.reduce((most, branch) => Math.max(most, cellsOf(treeOf(branch)) + cellsOf(labelOf(branch.span)) + 3), 0);
  const label = Math.max(20, Math.min(wanted, Math.floor(cells * 0.45)));
  return { label, bar: cells - label - DURATION_CELLS - 2 };
}

function headLines(trace: DrawnTrace, branches: readonly Branch<DrawnSpan>[], scale: Scale, cells: number, paint: Paint): string[] {
  const root = (branches.find(({ place }) => place === 'root') ?? branches[0])?.span;
  const errors = trace.spans.filter(isError).length;
  const services = new Set(trace.spans.map(({ service }) => service)).size;
  const facts = [
    new Date(Number(scale.start / 1_000_000n)).toISOString(),
    durationText(scale.length),
    counted(trace.spans.length, 'span'),
    counted(services, 'service'),
    ...(errors === 0 ? [] : [counted(errors, 'error')]),
  ];
  return [
    paint.bold(clip(root === undefined ? '' : labelOf(root), cells)),
    ...wrap([`trace ${safeText(trace.traceId)}`, ...facts], ' · ', cells).map(paint.dim),
  ];
}

function legendLines(spans: readonly DrawnSpan[], colors: ReadonlyMap<string, number>, cells: number, paint: Paint): string[] {
  const counts = new Map<string, number>();
  for (const { service } of spans) counts.set(service, (counts.get(service) ?? 0) + 1);
  const items = [...counts].map(([service, count]) => ({ service, text: `■ ${clip(safeText(service), 40)} ${count}` }));
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const { service, text } of items.slice(0, 40)) {
    const size = cellsOf(text) + 3;
    if (used > 0 && used + size > cells) {
      lines.push(line);
      line = '';
      used = 0;
    }
    line += `${paint.code(colors.get(service) ?? 7, '■')}${text.slice(1)}   `;
    used += size;
  }
  return [...lines, line, ...(items.length > 40 ? [`… ${items.length - 40} more services`] : [])];
}

function spanLines(branch: Branch<DrawnSpan>, hasChildren: boolean, scale: Scale, layout: Layout, cells: number, colors: ReadonlyMap<string, number>, paint: Paint): string[] {
  const { span } = branch;
  const tree = clip(treeOf(branch), Math.max(4, layout.label - 12));
  const room = layout.label - cellsOf(tree);
  const color = colors.get(span.service) ?? 7;
  const mark = isError(span) ? '✕ ' : '';
  const service = clip(safeText(span.service), Math.max(3, Math.floor(room / 2)));
  const name = fit(mark + safeText(span.name), room - cellsOf(service) - 2);
  const label = `${paint.dim(tree)}${paint.code(color, service)}  ${isError(span) ? paint.red(name) : name}`;
  const duration = fit(durationText(span.duration), DURATION_CELLS);
  const line = layout.bar === 0 ? `${label} ${duration}` : `${label} ${barOf(span, scale, layout.bar, color, paint)} ${duration}`;
  const indent = clip(`${trunkOf(branch)}${hasChildren ? '│' : ' '}  `, Math.max(4, layout.label - 12));
  const notes = notesOf(branch).map(({ text, error }) => `${paint.dim(indent)}${(error ? paint.red : paint.amber)(clip(text, cells - cellsOf(indent)))}`);
  return [line, ...notes];
}

/** Lines below a span: why it failed, where it hangs, what was minimized in it. */
function notesOf({ span, place }: Branch<DrawnSpan>): { text: string; error: boolean }[] {
  const own = span.minimized.filter((one) => !isOwners(one.place));
  return [
    ...(span.statusMessage !== '' && isError(span) ? [{ text: `✕ ${safeText(span.statusMessage)}`, error: true }] : []),
    ...versionNotes(span),
    ...(place === 'orphan' && span.begunOutside === true ? [{ text: '? begun from outside: its parent is in another process and did not report here', error: false }] : []),
    ...(place === 'orphan' && span.begunOutside !== true ? [{ text: `? its parent ${safeText(span.parentSpanId)} is not in this trace`, error: false }] : []),
    ...(place === 'cycle' ? [{ text: '? its ancestors lead back to it', error: false }] : []),
    ...own.slice(0, NOTES_MAX).map((one) => ({ text: `◇ ${safeText(one.place)}: ${kindText(one.kind, one.count)}`, error: false })),
    ...(own.length > NOTES_MAX ? [{ text: `◇ … ${own.length - NOTES_MAX} more places`, error: false }] : []),
  ];
}

function versionNotes({ version = 1, versions = 1, copies = 1 }: DrawnSpan): { text: string; error: boolean }[] {
  return [
    ...(versions > 1 ? [{ text: version === 1 ? `! version 1 of ${versions}, stored first` : `! version ${version} of ${versions}, forged: stored after another version`, error: version > 1 }] : []),
    ...(copies > 1 ? [{ text: `stored ${copies} times, shown once`, error: false }] : []),
  ];
}

function restLines(rest: readonly Branch<DrawnSpan>[], more: boolean, paint: Paint): string[] {
  const errors = rest.filter(({ span }) => isError(span)).length;
  return [
    ...(rest.length === 0 ? [] : [paint.dim(`… ${rest.length} more ${rest.length === 1 ? 'span' : 'spans'}${errors === 0 ? '' : `, ${counted(errors, 'error')} among them`}`)]),
    ...(more ? [paint.dim('… the trace holds more spans than one answer carries')] : []),
  ];
}

function minimizedLines(spans: readonly DrawnSpan[], cells: number, paint: Paint): string[] {
  return wrap(replacedText(totalsOf(spans)).split(' '), ' ', cells).map(paint.amber);
}

/** Minimized places of the resource or scope: the same for every span of a service, so they are only summed up. */
function isOwners(place: string): boolean {
  return place.startsWith('resource.') || place.startsWith('scope.');
}

function treeOf(branch: Branch<DrawnSpan>): string {
  if (branch.depth === 0) return '';
  return `${trunkOf(branch.parent)}${branch.last ? '└─ ' : '├─ '}`;
}

/** What runs down the left side below the line of a branch. */
function trunkOf(branch: Branch<DrawnSpan> | null): string {
  const parts: string[] = [];
  let at = branch;
  for (let level = 0; at !== null && at.depth > 0 && level < DEPTH_MAX; level += 1, at = at.parent) parts.push(at.last ? '   ' : '│  ');
  const deeper = at === null ? 0 : at.depth;
  return `${deeper > 0 ? `+${deeper} ` : ''}${parts.reverse().join('')}`;
}

function labelOf(span: DrawnSpan): string {
  return `${safeText(span.service)}  ${safeText(span.name)}`;
}

const isError = (span: DrawnSpan): boolean => span.statusCode === 2;
const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

function wrap(words: readonly string[], separator: string, cells: number): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && cellsOf(last + separator + word) <= cells) lines[lines.length - 1] = last + separator + word;
    else lines.push(clip(word, cells));
  }
  return lines;
}


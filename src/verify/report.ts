/**
 * What a verification says in plain words: what was looked at, with which keys, what was not, and what was found with what to do. One list for the
 * terminal; the same facts as JSON for machines.
 */
import { KINDS, type Finding } from './finding.ts';
import type { Report } from './outcome.ts';

export interface Told {
  readonly report: Report;
  readonly through: 'server' | 'directory';
  readonly pinned: boolean;
  readonly keys: readonly string[];
  readonly cpu_ms: number;
  /** What the verification was bounded to; null: everything. */
  readonly bounds: string | null;
  /** The trace that alone was asked for. */
  readonly trace: string | null;
}

const THROUGH = {
  server: 'A server runs here: it gave the rows over its admin socket, the files of the log were read directly, and everything was computed and compared in this process.',
  directory: 'No server runs here: the store was read as it lies, through a mirror of links, and nothing in it was changed.',
} as const;

const NOT_CHECKED = 'Never checked: the tables figures, calls, item_filters and sealed_tokens, which are made from the spans. They can hide a span from a chart or a search, and never change or remove it.';

/** So many findings are told one by one. */
const TOLD_MAX = 50;

export function reportText({ report, through, pinned, keys, bounds, trace }: Told): string {
  const lines: string[] = [];
  const { spans, seals, blocks, entries, took_ms, expired, inFlight, beforeLog, records, setAside, checkpoints, findings, more } = report;
  lines.push(`Checked ${count(spans, 'span')} in ${count(blocks, 'block')} against ${entries === 1 ? 'the entry' : `all ${number(entries)} entries`} of the log, in ${seconds(took_ms)}${bounds === null ? '' : ` (${bounds})`}.`);
  lines.push(THROUGH[through]);
  for (const { what, size, origin, signatures } of checkpoints) lines.push(`${capital(what)}: ${origin}, ${count(size, 'entry', 'entries')}, ${keys.length === 1 ? 'signed with the key' : `signed with ${signatures} of the ${keys.length} keys`}.`);
  if (!pinned) {
    lines.push('Key not pinned: the keys beside the data were believed, which whoever owns this machine can exchange together with everything else.', `  To pin it, keep this line elsewhere and say --key next time: ${keys[0] ?? ''}`);
  }
  if (expired.blocks > 0) lines.push(`Expired: ${count(expired.spans, 'span')} in ${count(expired.blocks, 'block')}, removed by rules of retention that the log states.`);
  if (inFlight.entries > 0) lines.push(`In flight: ${count(inFlight.entries, 'entry', 'entries')} of the newest, with ${count(inFlight.spans, 'span')}, ${inFlight.entries === 1 ? 'is' : 'are'} still on the way into the tables and not looked at.`);
  if (beforeLog.blocks > 0) lines.push(`From before the log: ${count(beforeLog.spans, 'span')} in ${count(beforeLog.blocks, 'block')}, which nothing holds.`);
  if (seals > 0) lines.push(`Sealed: ${count(seals, 'span')} ${seals === 1 ? 'has' : 'have'} values that are closed exactly as they were stored. That takes no key, so it holds for those whose keys were destroyed too.`);
  if (records > 0) lines.push(`Records of who did what: ${number(records)}, each in an entry that is as it was logged.`);
  if (setAside > 0) lines.push(`Set aside: ${count(setAside, 'block')} that the engine cannot read, kept apart and compared there.`);
  lines.push(...clockNotices(report.clock), notCompared(report), NOT_CHECKED);
  const unchecked = uncheckedOf(report, trace);
  if (unchecked !== null) lines.push(unchecked);
  if (findings.length === 0) return [...lines.filter((line) => line !== ''), ...(unchecked === null ? ['', 'Nothing was changed, dropped, added or reordered.'] : [])].join('\n');
  const told = findings.slice(0, TOLD_MAX).flatMap((one) => ['', ...findingText(one)]);
  const left = findings.length - Math.min(findings.length, TOLD_MAX) + more;
  return [...lines.filter((line) => line !== ''), '', `TAMPERED: ${count(findings.length + more, 'finding')}.`, ...told, ...(left > 0 ? ['', `and ${number(left)} more; --json has all of them that are kept`] : [])].join('\n');
}

export function reportJson({ report, through, pinned, keys, cpu_ms, bounds, trace }: Told): string {
  const unchecked = uncheckedOf(report, trace);
  const findings = report.findings.map((one) => ({ ...one, title: KINDS[one.kind][0], advice: KINDS[one.kind][1] }));
  return JSON.stringify({ clean: report.findings.length === 0 && unchecked === null, unchecked, through, pinned, keys, cpu_ms, bounds, ...report, findings }, null, 2);
}

/** Why nothing at all can be said about a trace; null if something can. */
export function uncheckedOf({ blocks, setAside, beforeLog, inFlight, findings }: Report, trace: string | null): string | null {
  if (trace === null || blocks > 0 || setAside > 0 || findings.length > 0) return null;
  if (beforeLog.blocks > 0) return `What is stored of trace ${trace} is from before the log, so nothing of it was checked.`;
  const coming = inFlight.entries === 0 ? '' : ' It may be among what is still on the way into the tables: then a moment later there is more.';
  return `No span of trace ${trace} is stored, so nothing of it was checked.${coming} A whole pass, without --trace, tells whether something was removed.`;
}

function clockNotices({ future, farthest_ms, backward, firstBackward }: Report['clock']): string[] {
  return [
    ...(future === 0 ? [] : [`Notice: ${count(future, 'entry', 'entries')} of the log ${future === 1 ? 'is' : 'are'} dated in the future, up to ${new Date(farthest_ms).toISOString()}: the clock of the server, or the one here, is wrong.`]),
    ...(backward === 0 ? [] : [`Notice: ${count(backward, 'time')} the log goes back in time by more than an hour, first with entry ${firstBackward}: the clock of the server was set back.`]),
  ];
}

function findingText({ kind, message, places }: Finding): string[] {
  const [title, advice] = KINDS[kind];
  const spans = places.filter(({ span_id, trace_id }) => span_id !== undefined && trace_id !== undefined).slice(0, 5).map(({ row, trace_id, span_id }) => `    row ${row}: trace ${trace_id}, span ${span_id}`);
  const more = places.filter(({ span_id }) => span_id !== undefined).length - spans.length;
  return [`  ${title}`, `    ${message}`, ...spans, ...(more > 0 ? [`    … and ${more} more, in --json`] : []), `    ${advice}`];
}

function notCompared({ full, accountChecked }: Report): string {
  if (!full) return 'Not looked at, because only a part was asked for: other blocks, rows of blocks that nobody logged, and the account.';
  return accountChecked ? '' : 'Not compared: the account, because it began before the log, or because bodies that it is the sum of are in doubt.';
}

const number = (value: number): string => value.toLocaleString('en-US');
const count = (value: number, one: string, many = `${one}s`): string => `${number(value)} ${value === 1 ? one : many}`;
const seconds = (ms: number): string => (ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`);
const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

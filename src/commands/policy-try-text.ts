/** A dry run for people: differences first, then what stays as it is, then what both come to, and what would be weaker. */
import type { DryRunResult } from '#dry-run';
import type { Weakening } from '#policy/weakening';
import type { TriedChange, TriedOnStored } from '#query/trial';

import { printable, tableText } from './table.ts';

/** Rows of what does not change, before the rest is only counted. */
const SAME_ROWS_MAX = 20;
const SHAPES = 'Samples are shapes: a is a letter, 9 a digit; in brackets stands what was recognized.';

/** Of requests that were run through both policies. */
export function dryRunText({ requests, refusedRequests, spans, dropped, droppedToday, more, changes }: DryRunResult, weakenings: readonly Weakening[]): string {
  const totals = [`${countText(requests, 'request')}, ${countText(spans, 'span')}${refusedRequests === 0 ? '' : `; ${countText(refusedRequests, 'request')} no server would take`}`];
  if (dropped > 0 || droppedToday > 0) totals.push(`Spans that would be dropped: ${dropped}; today: ${droppedToday}`);
  const seen = 'Seen is what was in these requests: values that they do not hold, and what their senders will send one day, are not.';
  return [changesText(changes, 'SENT'), weakeningsText(weakenings), [...totals, ...(more ? [MORE] : []), SHAPES, seen].join('\n')].filter((part) => part !== '').join('\n\n');
}

/** Of stored spans. */
export function storedRunText({ spans, more, changes }: TriedOnStored, weakenings: readonly Weakening[], period: string): string {
  const totals = spans === 0 ? [`No span that began in the last ${period} is stored: there is nothing to try it on. --otlp FILE takes requests.`] : [`${countText(spans, 'span')} of the last ${period}${more ? ', the newest; there are more' : ''}`];
  const gone = [
    'What was removed when the spans came does not come back, whatever the policy says: such rows say how it would be treated from now on.',
    'Recognizers see what is stored, not what was sent: what a new one would find in what is gone cannot be seen. --otlp FILE shows it.',
  ];
  return [spans === 0 ? '' : changesText(changes, 'STORED'), weakeningsText(weakenings), [...totals, ...(spans === 0 ? [] : [...gone, SHAPES])].join('\n')].filter((part) => part !== '').join('\n\n');
}

const MORE = 'There is more than could be told apart: narrow it down to fewer requests.';

function changesText(changes: readonly TriedChange[], before: string): string {
  const [different, same] = [changes.filter(({ differs }) => differs), changes.filter(({ differs }) => !differs)];
  const parts: string[] = [];
  if (different.length === 0) parts.push(changes.length === 0 ? 'This policy and the one in force leave all of it as it is.' : 'Nothing would be treated otherwise than today.');
  else parts.push(`Would change:\n${tableOf(different, before)}`);
  if (same.length > 0) {
    const shown = same.slice(0, SAME_ROWS_MAX);
    parts.push(`As today:\n${tableOf(shown, before)}${same.length > shown.length ? `\n… and ${same.length - shown.length} more; --json has them all` : ''}`);
  }
  return parts.join('\n\n');
}

function tableOf(changes: readonly TriedChange[], before: string): string {
  const header = ['SERVICE', 'WHERE', 'KIND', 'COUNT', 'TODAY', 'THEN', 'BY RULE', before, 'WOULD BE'];
  return tableText(header, changes.map((change) => {
    const { service, kind, count, today, action, rule } = change;
    return [service, whereText(change), kind, String(count), today === null ? '-' : today.action, action, rule ?? '-', change.before ?? '', change.after ?? ''];
  }));
}

/** The key alone where it is an attribute of a span, as most are. */
function whereText({ place, key }: TriedChange): string {
  return place === 'span' || key === place ? key : `${place}: ${key}`;
}

function weakeningsText(weakenings: readonly Weakening[]): string {
  if (weakenings.length === 0) return '';
  return `Weaker than the policy in force, whether or not it was met here:\n${weakenings.map(({ rule, sentence }) => `  ${rule === '' ? '' : `${rule}: `}${printable(sentence)}`).join('\n')}`;
}

/** `1 span`, `3 spans`. */
function countText(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}

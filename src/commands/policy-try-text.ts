/** A dry run for people: differences first, then what stays as it is, then what both come to. */
import type { Change } from '#dry-run/changes';

import { tableText } from './table.ts';

/** Rows of what does not change, before the rest is only counted. */
const SAME_ROWS_MAX = 20;

export function changesText(changes: readonly Change[], more: boolean): string {
  const [different, same] = [changes.filter(({ differs }) => differs), changes.filter(({ differs }) => !differs)];
  const parts: string[] = [];
  if (different.length === 0) parts.push(changes.length === 0 ? 'This policy and the one in force leave all of it as it was sent.' : 'Nothing would be treated otherwise than today.');
  else parts.push(`Would change:\n${tableOf(different)}`);
  if (same.length > 0) {
    const shown = same.slice(0, SAME_ROWS_MAX);
    parts.push(`As today:\n${tableOf(shown)}${same.length > shown.length ? `\n… and ${same.length - shown.length} more; --json has them all` : ''}`);
  }
  if (more) parts.push('There is more than could be told apart: narrow it down to a service, or to fewer requests.');
  return parts.join('\n\n');
}

function tableOf(changes: readonly Change[]): string {
  const header = ['SERVICE', 'WHERE', 'KIND', 'COUNT', 'TODAY', 'THEN', 'BY RULE', 'SENT', 'STORED'];
  return tableText(header, changes.map((change) => {
    const { service, kind, count, today, action, rule, before, after } = change;
    return [service, whereText(change), kind, String(count), today === null ? '-' : today.action, action, rule ?? '-', before ?? '', after ?? ''];
  }));
}

/** The key alone where it is an attribute of a span, as most are. */
function whereText({ place, key }: Change): string {
  return place === 'span' || key === place ? key : `${place}: ${key}`;
}

/** `1 span`, `3 spans`. */
export function countText(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}

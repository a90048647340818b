/** What a dry run found, in the order in which people should see it: what is removed less, what else differs, what stays as it is. */
import type { PolicyChange } from '#api/policy.ts';
import { ACTION_NAMES } from '#policy/action';

/** `less`: less of the value is removed than today. */
export type Difference = 'less' | 'more' | 'other' | 'same';

const ORDER: readonly Difference[] = ['less', 'more', 'other', 'same'];

export function differenceOf({ action, today, differs }: PolicyChange): Difference {
  if (!differs) return 'same';
  const [before, after] = [strength(today?.action ?? 'keep'), strength(action)];
  // The same action may act otherwise: another name, other digits, another period.
  return after === before ? 'other' : after < before ? 'less' : 'more';
}

function strength(action: string): number {
  const at = (ACTION_NAMES as readonly string[]).indexOf(action);
  return at === -1 ? ACTION_NAMES.length : at;
}

export interface ToldChange extends PolicyChange {
  readonly difference: Difference;
}

export interface ServiceChanges {
  readonly service: string;
  readonly changes: readonly ToldChange[];
  readonly differing: number;
}

/** By service, those with differences first; within one the differences first, then what is frequent. */
export function byService(changes: readonly PolicyChange[]): readonly ServiceChanges[] {
  const groups = Map.groupBy(changes.map((change): ToldChange => ({ ...change, difference: differenceOf(change) })), ({ service }) => service);
  return [...groups]
    .map(([service, all]) => ({
      service,
      changes: all.sort((a, b) => ORDER.indexOf(a.difference) - ORDER.indexOf(b.difference) || b.count - a.count || (a.key < b.key ? -1 : 1)),
      differing: all.filter(({ difference }) => difference !== 'same').length,
    }))
    .sort((a, b) => b.differing - a.differing || (a.service < b.service ? -1 : 1));
}

export interface Sums {
  /** Values of each kind of difference. */
  readonly less: number;
  readonly more: number;
  readonly other: number;
  readonly same: number;
  /** Spans refused whole that are not refused today. */
  readonly spansRefused: number;
}

export function sumsOf(changes: readonly PolicyChange[]): Sums {
  const sums = { less: 0, more: 0, other: 0, same: 0, spansRefused: 0 };
  for (const change of changes) {
    sums[differenceOf(change)] += change.count;
    if (change.action === 'drop-span' && change.today?.action !== 'drop-span') sums.spansRefused += change.count;
  }
  return sums;
}

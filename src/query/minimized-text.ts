/**
 * What minimization did, in words people use: `3 values replaced: 2 e-mail addresses, 1 token. 1 value sealed.`
 */
import { minimizedWords, NEUTRALIZED } from '#words';
import type { Minimized } from './span.ts';
import { safeText } from './terminal-text.ts';

/** Of what is sealed, the value is kept. */
const SEALED = 'sealed';

export function kindText(kind: string, count: number): string {
  if (kind === SEALED) return `${count} sealed ${count === 1 ? 'value' : 'values'}`;
  return minimizedWords(safeText(kind), count, String(count));
}

interface Told {
  readonly service: string;
  readonly minimized: readonly Minimized[];
}

/** Counts by kind over a trace. What a resource or scope had replaced stands at each of its spans and counts once a service. */
export function totalsOf(spans: readonly Told[]): Map<string, number> {
  const totals = new Map<string, number>();
  const told = new Set<string>();
  for (const { service, minimized } of spans) {
    for (const { place, kind, count } of minimized) {
      if (place.startsWith('resource.') || place.startsWith('scope.')) {
        const once = JSON.stringify([service, place, kind, count]);
        if (told.has(once)) continue;
        told.add(once);
      }
      totals.set(kind, (totals.get(kind) ?? 0) + count);
    }
  }
  return totals;
}

export function replacedText(totals: ReadonlyMap<string, number>): string {
  const neutralized = totals.get(NEUTRALIZED) ?? 0;
  const sealed = totals.get(SEALED) ?? 0;
  const kinds = [...totals].filter(([kind]) => kind !== NEUTRALIZED && kind !== SEALED).sort(([, left], [, right]) => right - left);
  const sum = kinds.reduce((total, [, count]) => total + count, 0);
  const told = [
    sum === 0 && sealed === 0 ? 'No value was replaced.' : '',
    sum === 0 ? '' : `${sum} ${sum === 1 ? 'value' : 'values'} replaced: ${kinds.map(([kind, count]) => kindText(kind, count)).join(', ')}.`,
    sealed === 0 ? '' : `${sealed} ${sealed === 1 ? 'value' : 'values'} sealed.`,
    neutralized === 0 ? '' : `${kindText(NEUTRALIZED, neutralized)}.`,
  ];
  return told.filter((text) => text !== '').join(' ');
}

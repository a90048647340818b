/** What minimization did, in words people use: `3 values replaced: 2 e-mail addresses, 1 token`. */
import { count, plural } from '#time/format.ts';
import { minimizedWords, NEUTRALIZED } from '#words';
import type { KindCount, ReplacedKind } from './outline.ts';

/** `2 e-mail addresses`. */
export function kindWords({ kind, count: many }: KindCount): string {
  return minimizedWords(kind, many, count(many));
}

/** The whole sentence; '' when nothing was done. */
export function replacedWords(kinds: readonly KindCount[]): string {
  const replaced = kinds.filter(({ kind }) => kind !== NEUTRALIZED);
  const sum = replaced.reduce((total, { count: many }) => total + many, 0);
  const sentences = [
    ...(sum === 0 ? [] : [`${plural(sum, 'value')} replaced: ${replaced.map(kindWords).join(', ')}`]),
    ...kinds.filter(({ kind }) => kind === NEUTRALIZED).map(kindWords),
  ];
  return sentences.join('; ');
}

/** Ids of the rules that replaced something, the one of most values first. */
export function rulesOf(kinds: readonly ReplacedKind[]): readonly string[] {
  return [...new Set(kinds.flatMap(({ rules }) => rules.flatMap(({ rule }) => (rule === null ? [] : [rule]))))];
}

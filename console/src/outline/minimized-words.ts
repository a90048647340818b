/** What minimization did, in words people use: `3 values replaced: 2 e-mail addresses, 1 token`; `minimized` where some were masked, dropped or made coarser. */
import { count, plural } from '#time/format.ts';
import { actionWords, minimizedWords, NEUTRALIZED } from '#words';
import type { KindCount, ReplacedKind } from './outline.ts';

/** `2 e-mail addresses`. */
export function kindWords({ kind, count: many }: KindCount): string {
  return minimizedWords(kind, many, count(many));
}

/** What was done of a kind, and how; without an action the policy is not known any more. */
export interface KindDone extends KindCount {
  readonly action?: string;
}

/** `2 e-mail addresses, 1 token replaced`; `1 e-mail address replaced, 1 client address made coarser`. */
export function doneWords(done: readonly KindDone[]): string {
  const told = done.map((one) => ({ words: kindWords(one), verb: one.kind === NEUTRALIZED ? '' : ` ${actionWords(one.action ?? 'replace')}` }));
  return told.map(({ words, verb }, at) => (told[at + 1]?.verb === verb ? words : `${words}${verb}`)).join(', ');
}

/** Values that are kept closed. They are not gone, so they are told apart from what is. */
export const SEALED = 'sealed';

/** The whole sentence; '' when nothing was done. */
export function replacedWords(kinds: readonly (KindCount & Partial<Pick<ReplacedKind, 'rules'>>)[]): string {
  const replaced = kinds.filter(({ kind }) => kind !== NEUTRALIZED);
  const sum = replaced.reduce((total, { count: many }) => total + many, 0);
  const verb = replaced.every(({ rules = [] }) => rules.every(({ action }) => action === 'replace')) ? 'replaced' : 'minimized';
  const sentences = [
    ...(sum === 0 ? [] : [`${plural(sum, 'value')} ${verb}: ${replaced.map(kindWords).join(', ')}`]),
    ...kinds.filter(({ kind }) => kind === NEUTRALIZED).map(kindWords),
  ];
  return sentences.join('; ');
}

/** Ids of the rules that replaced something, the one of most values first. */
export function rulesOf(kinds: readonly ReplacedKind[]): readonly string[] {
  return [...new Set(kinds.flatMap(({ rules }) => rules.flatMap(({ rule }) => (rule === null ? [] : [rule]))))];
}

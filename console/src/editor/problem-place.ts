/** Where a problem stands in a text, how it is marked there, and where it is after the text has changed. */
import { type Action, type Diagnostic, forEachDiagnostic } from '@codemirror/lint';
import type { Text } from '@codemirror/state';
import type { EditorView } from '@codemirror/view';
import type { Problem } from '#policy/read';
import { told } from './completion.ts';

export function diagnosticOf(doc: Text, problem: Problem): Diagnostic {
  const { from, to } = rangeOf(doc, problem);
  const fix = fixOf(problem);
  const actions: readonly Action[] = fix === null ? [] : [{ name: `Write ${fix}`, apply: (view, start, end) => view.dispatch({ changes: { from: start, to: end, insert: fix }, userEvent: 'input.fix' }) }];
  return {
    from,
    to,
    severity: problem.severity,
    message: `${problem.message}. ${problem.remedy}`,
    renderMessage: () => {
      const place = document.createElement('span');
      place.append(...told(sentence(problem.message)).childNodes);
      const remedy = document.createElement('span');
      remedy.className = 'cm-remedy';
      remedy.append(...told(problem.remedy).childNodes);
      place.append(remedy);
      return place;
    },
    actions,
  };
}

/** With a capital and a full stop. */
export function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}${/[.!?]$/u.test(text) ? '' : '.'}`;
}

/** What should stand there instead, where the problem is a word that is nearly another. */
export function fixOf({ remedy }: Pick<Problem, 'remedy'>): string | null {
  return /^Did you mean ([a-z0-9][a-z0-9_.-]*)\?(?: |$)/u.exec(remedy)?.[1] ?? null;
}

/** Places of a text that has changed since are the nearest that there are. */
export function rangeOf(doc: Text, { line, column, endLine, endColumn }: Pick<Problem, 'line' | 'column' | 'endLine' | 'endColumn'>): { readonly from: number; readonly to: number } {
  const at = (number: number, place: number): number => {
    const { from, to } = doc.line(Math.min(Math.max(number, 1), doc.lines));
    return Math.min(from + Math.max(place - 1, 0), to);
  };
  const from = at(line, column);
  return { from, to: Math.max(from, at(endLine, endColumn)) };
}

/** Where a problem that was marked is by now: the marks move with the text. */
export function placeNow(view: EditorView, problem: Problem): { readonly from: number; readonly to: number } {
  const wanted = `${problem.message}. ${problem.remedy}`;
  const guess = rangeOf(view.state.doc, problem);
  let best: { readonly from: number; readonly to: number } | null = null;
  forEachDiagnostic(view.state, ({ message }, from, to) => {
    if (message === wanted && (best === null || Math.abs(from - guess.from) < Math.abs(best.from - guess.from))) best = { from, to };
  });
  return best ?? guess;
}

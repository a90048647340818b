/** Problems where they are: the very file by which the server reads policies reads the text as one types. */
import { type Action, type Diagnostic, forEachDiagnostic, linter, lintGutter } from '@codemirror/lint';
import type { Extension, Text } from '@codemirror/state';
import type { EditorView } from '@codemirror/view';
import type { PolicyDocument } from '#policy/document';
import { type Problem, readPolicy } from '#policy/read';
import { told } from './completion.ts';

export interface Reading {
  readonly text: string;
  /** Null if there is any error. */
  readonly document: PolicyDocument | null;
  readonly problems: readonly Problem[];
}

const PAUSE_MS_MIN = 200;
const PAUSE_MS_MAX = 3_000;

/** `first`: the text that is there at first. What takes long to read is read less often, so that typing stays quick. */
export function problemMarks(first: string, onRead: (reading: Reading) => void): Extension {
  const began = performance.now();
  readPolicy(first);
  const delay = Math.min(PAUSE_MS_MAX, Math.max(PAUSE_MS_MIN, 4 * (performance.now() - began)));
  return [
    linter(
      (view) => {
        const text = view.state.doc.toString();
        const { document, problems } = readPolicy(text);
        onRead({ text, document, problems });
        return problems.map((problem) => diagnosticOf(view.state.doc, problem));
      },
      { delay },
    ),
    lintGutter(),
  ];
}

function diagnosticOf(doc: Text, problem: Problem): Diagnostic {
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

/** Problems where they are: the very file by which the server reads policies reads the text as one types. */
import { linter, lintGutter } from '@codemirror/lint';
import type { Extension } from '@codemirror/state';
import type { PolicyDocument } from '#policy/document';
import { type Problem, readPolicy } from '#policy/read';
import { diagnosticOf } from './problem-place.ts';

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

/** Two texts, line by line: what is gone, what is new, and a few unchanged lines around. */
import { structuredPatch } from 'diff';

export interface DiffLine {
  readonly is: 'same' | 'gone' | 'new';
  /** Line numbers from 1; null where the text does not have the line. */
  readonly old: number | null;
  readonly new: number | null;
  readonly text: string;
}

/** Unchanged lines between two pieces are left out. */
export interface DiffPiece {
  /** How many unchanged lines stand before it without being shown. */
  readonly skipped: number;
  readonly lines: readonly DiffLine[];
}

const AROUND = 3;
/** Texts that differ in more are shown as one that is gone and one that is new: finding the shortest way costs the square of it. */
const EDITS_MAX = 4_000;

export function lineDiff(older: string, newer: string): readonly DiffPiece[] {
  if (older === newer) return [];
  const patch = structuredPatch('', '', older, newer, undefined, undefined, { context: AROUND, maxEditLength: EDITS_MAX });
  if (patch === undefined) return [{ skipped: 0, lines: [...linesOf(older, 'gone'), ...linesOf(newer, 'new')] }];
  let shown = 0;
  return patch.hunks.map(({ oldStart, newStart, oldLines, lines }) => {
    let [old, now] = [oldStart, newStart];
    const skipped = Math.max(0, oldStart - 1 - shown);
    shown = oldStart - 1 + oldLines;
    return {
      skipped,
      lines: lines.flatMap((line): DiffLine[] => {
        const text = line.slice(1);
        if (line.startsWith('-')) return [{ is: 'gone', old: old++, new: null, text }];
        if (line.startsWith('+')) return [{ is: 'new', old: null, new: now++, text }];
        // `\ No newline at end of file`.
        return line.startsWith(' ') ? [{ is: 'same', old: old++, new: now++, text }] : [];
      }),
    };
  });
}

/** How many lines went and came. */
export function diffSize(pieces: readonly DiffPiece[]): { readonly gone: number; readonly come: number } {
  const lines = pieces.flatMap((piece) => piece.lines);
  return { gone: lines.filter(({ is }) => is === 'gone').length, come: lines.filter(({ is }) => is === 'new').length };
}

function linesOf(text: string, is: 'gone' | 'new'): DiffLine[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line, at) => ({ is, old: is === 'gone' ? at + 1 : null, new: is === 'new' ? at + 1 : null, text: line }));
}

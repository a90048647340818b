/**
 * Writes a text anew with its marks acted upon: `[email]` where an address stood, the rest as it was. Scanning the result
 * again finds nothing, because recognizers know what is left here and leave it alone.
 */
import { withoutKept } from '#scanner/overlaps';
import { KINDS, type Kind, type Mark } from '#scanner/recognizer';
import type { Action } from './policy.ts';

export interface Rewritten {
  readonly text: string;
  /** What was replaced, shortened or dropped; what was kept is not counted. */
  readonly counts: readonly { readonly kind: Kind; readonly count: number }[];
}

/** `marks` are sorted and do not overlap, as the scanner gives them. Dropped ranges leave nothing behind. */
export function rewrite(text: string, marks: readonly Mark[], decide: (mark: Mark) => Action): Rewritten {
  const counts = new Map<Kind, number>();
  let written = '';
  let at = 0;
  for (const mark of marks) {
    // INVARIANT: an overlap would write a marked range out twice, or leave a part of it.
    if (mark.start < at || mark.end < mark.start || mark.end > text.length) throw new Error('cannot rewrite a text: its marks overlap or lie outside');
    for (const part of mark.parts ?? []) decide(part);
    // What is kept of a mark is what no other kind in it wants gone.
    for (const left of withoutKept(mark, (kind) => decide({ ...mark, kind }) === 'keep') ?? [mark]) {
      written += text.slice(at, left.start);
      at = left.end;
      counts.set(left.kind, (counts.get(left.kind) ?? 0) + 1);
      if (decide(left) !== 'drop') written += left.instead ?? `[${left.kind}]`;
    }
  }
  return { text: written + text.slice(at), counts: [...counts].map(([kind, count]) => ({ kind, count })) };
}

/** The same where no kind is kept or dropped: every mark is replaced. */
export function replaceAll(text: string, marks: readonly Mark[]): Rewritten {
  const counts: { kind: Kind; count: number }[] = [];
  let written = '';
  let at = 0;
  for (const { kind, start, end, instead } of marks) {
    if (start < at || end < start || end > text.length) throw new Error('cannot rewrite a text: its marks overlap or lie outside');
    written += text.slice(at, start) + (instead ?? PLACEHOLDERS[kind]);
    at = end;
    const counted = counts.find((one) => one.kind === kind);
    if (counted === undefined) counts.push({ kind, count: 1 });
    else counted.count++;
  }
  return { text: at === text.length ? written : written + text.slice(at), counts };
}

export const PLACEHOLDERS = Object.fromEntries(KINDS.map((kind) => [kind, `[${kind}]`])) as Readonly<Record<Kind, string>>;

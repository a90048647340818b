/**
 * A secret in pieces, one string of a list each: its form shows only when they are read as one. Names and other words beside it do not count
 * here, since in a list they belong to other things.
 */
import type { Mark, Recognizer } from './recognizer.ts';
import { isBuiltInKind } from './recognizer.ts';
import { looksRandom } from './values.ts';

/** Recognizers that know what they find by its form alone. */
const OF_FORM: ReadonlySet<string> = new Set(['credential.known', 'credential.shape', 'jwt', 'private-key.pem', 'card', 'iban', 'email']);

export function knowsForm({ id, kind }: Recognizer): boolean {
  return OF_FORM.has(id) || !isBuiltInKind(kind);
}

/** Shorter words tell nothing about how they were made. */
const RANDOM_MIN = 8;

/**
 * Of the marks of all strings written together those that more than one string has a part in, each part as a mark of its string.
 * Where one of the strings holds a secret by itself, others belong to it only if they look drawn at random.
 */
export function marksOfPieces(texts: readonly string[], together: readonly Mark[], own: readonly (readonly Mark[] | null)[], add: (index: number, mark: Mark) => void): void {
  let first = 0;
  let from = 0;
  for (const { kind, start, end } of together) {
    while (from + texts[first]!.length <= start) from += texts[first++]!.length;
    const pieces: { readonly index: number; readonly mark: Mark }[] = [];
    for (let index = first, begin = from; index < texts.length && begin < end; begin += texts[index++]!.length) {
      const mark = { kind, start: Math.max(start - begin, 0), end: Math.min(end - begin, texts[index]!.length) };
      if (mark.end > mark.start) pieces.push({ index, mark });
    }
    if (pieces.length < 2) continue;
    const isKnown = pieces.some(({ index, mark }) => own[index]?.some((one) => one.start < mark.end && one.end > mark.start) === true);
    for (const { index, mark } of pieces) if (!isKnown || looksRandom(texts[index]!.slice(mark.start, mark.end), RANDOM_MIN)) add(index, mark);
  }
}

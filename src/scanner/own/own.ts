/**
 * Recognizers that a policy brings along: a pattern of the safe subset (`pattern.ts`), words that must stand near, a checksum. They become
 * recognizers like those that are built in, for the one scanner. Pure, so that the console checks patterns while they are written.
 */
import { LIMITS } from '#limits';
import { featuresOfText } from '#scanner/features';
import { KEY, ownKind, type Recognizer } from '#scanner/recognizer';
import { checksumOf } from './checksums.ts';
import { contextOf } from './context.ts';
import { Matcher } from './matcher.ts';
import { PatternProblem } from './pattern.ts';

export { CHECKSUMS } from './checksums.ts';

/** As policies say it. */
export interface RecognizerText {
  readonly id: string;
  readonly pattern: string;
  readonly context?: readonly string[];
  readonly within?: number;
  readonly checksum?: string;
  readonly examples?: readonly string[];
  readonly 'counter-examples'?: readonly string[];
}

/** What became of one example. */
export interface TriedExample {
  readonly example: string;
  /** True for `examples`, false for `counter-examples`. */
  readonly wanted: boolean;
  readonly found: boolean;
}

/** Characters at which a word may stand from a match where the policy does not say. */
export const WITHIN_DEFAULT = 40;

/** Why a pattern is refused, as the end of a sentence about it; null = it is of the safe subset. */
export function checkPattern(pattern: string): string | null {
  try {
    new Matcher(pattern);
    return null;
  } catch (error) {
    if (error instanceof PatternProblem) return error.message;
    throw error;
  }
}

/** Compiles recognizers that were checked. Throws if one is not what a checked policy says. */
export function ownRecognizers(list: readonly RecognizerText[]): Recognizer[] {
  if (list.length > LIMITS.policy_recognizers_max) throw new Error('cannot compile recognizers: too many');
  return list.map(ownRecognizer);
}

/** Looks for the examples with the first of the context words as their key: they show what the pattern and the checksum find. */
export function tryExamples(recognizer: RecognizerText): readonly TriedExample[] {
  const [compiled] = ownRecognizers([recognizer]);
  const name = recognizer.context?.[0] ?? '';
  const tried = (wanted: boolean) => (example: string): TriedExample => {
    let found = false;
    if ((featuresOfText(example) & compiled!.needs) === compiled!.needs) compiled!.find(example, KEY.plain, () => (found = true), name);
    return { example, wanted, found };
  };
  return [...(recognizer.examples ?? []).map(tried(true)), ...(recognizer['counter-examples'] ?? []).map(tried(false))];
}

function ownRecognizer({ id, pattern, context: words = [], within = WITHIN_DEFAULT, checksum }: RecognizerText): Recognizer {
  const kind = ownKind(id);
  if (kind === null) throw new Error('cannot compile a recognizer: its id is none');
  const matcher = new Matcher(pattern);
  const isRight = checksum === undefined ? undefined : checksumOf(checksum);
  const context = words.length === 0 ? undefined : contextOf(words, within);
  return {
    id: kind,
    kind,
    needs: matcher.features,
    find(text, _keyClass, mark, name) {
      let isNamed: ((start: number, end: number) => boolean) | undefined;
      const looked = matcher.forEachMatch(text, (start, end) => {
        if (isRight !== undefined && !isRight(text.slice(start, end))) return false;
        isNamed ??= context === undefined || context.isIn(name) ? always : context.near(text);
        if (!isNamed(start, end)) return false;
        mark(start, end);
        return true;
      });
      // On doubt it goes.
      if (looked < text.length) mark(looked, text.length);
    },
  };
}

function always(): boolean {
  return true;
}

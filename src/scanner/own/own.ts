/**
 * Recognizers that a policy brings along: a pattern of the safe subset (`pattern.ts`), words that must stand near, a checksum. They become
 * recognizers like those that are built in, for the one scanner. Pure, so that the console checks patterns while they are written.
 */
import { LIMITS } from '#limits';
import { featuresOfText } from '#scanner/features';
import { KEY, ownKind, type Recognizer } from '#scanner/recognizer';
import { checksumOf } from './checksums.ts';
import { contextOf } from './context.ts';
import { EVERYDAY, SINGLE } from './everyday.ts';
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
    rememberedMatcher(pattern);
    return null;
  } catch (error) {
    if (error instanceof PatternProblem) return error.message;
    throw error;
  }
}

/** Compiles recognizers that were checked. Throws if one is not what a checked policy says. */
export function ownRecognizers(list: readonly RecognizerText[]): Recognizer[] {
  if (list.length > LIMITS.policy_recognizers_max) throw new Error('cannot compile recognizers: too many');
  return list.map((one) => ownRecognizer(one, new Matcher(one.pattern)));
}

/** Looks for the examples with the first of the context words as their key: they show what the pattern and the checksum find. */
export function tryExamples(recognizer: RecognizerText): readonly TriedExample[] {
  const finds = findsWith(recognizer, recognizer.context?.[0] ?? '');
  return [...(recognizer.examples ?? []).map((example) => ({ example, wanted: true, found: finds(example) })), ...(recognizer['counter-examples'] ?? []).map((example) => ({ example, wanted: false, found: finds(example) }))];
}

/** A value of any service's spans that it finds though no word of its context is near, or a single digit that it finds beside one; null = none of those that are tried. */
export function everydayMatch(recognizer: RecognizerText): string | null {
  return EVERYDAY.find(findsWith(recognizer, '')) ?? SINGLE.find(findsWith(recognizer, recognizer.context?.[0] ?? '')) ?? null;
}

function findsWith(text: RecognizerText, name: string): (value: string) => boolean {
  const recognizer = ownRecognizer(text, rememberedMatcher(text.pattern));
  return (value) => {
    let found = false;
    if ((featuresOfText(value) & recognizer.needs) === recognizer.needs) recognizer.find(value, KEY.plain, () => (found = true), name);
    return found;
  };
}

/** Of patterns that are being checked: editors ask about the same ones with every letter that is typed. */
const matchers = new Map<string, Matcher>();
const MATCHERS_MAX = 128;

function rememberedMatcher(pattern: string): Matcher {
  let matcher = matchers.get(pattern);
  if (matcher === undefined) {
    matcher = new Matcher(pattern);
    if (matchers.size >= MATCHERS_MAX) matchers.clear();
    matchers.set(pattern, matcher);
  }
  return matcher;
}

function ownRecognizer({ id, context: words = [], within = WITHIN_DEFAULT, checksum }: RecognizerText, matcher: Matcher): Recognizer {
  const kind = ownKind(id);
  if (kind === null) throw new Error('cannot compile a recognizer: its id is none');
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

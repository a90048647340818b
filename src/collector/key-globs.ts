/**
 * Regular expressions about keys and names (RE2, as the Collector has them) as globs with `*`. Where a glob cannot say the same it says more, and
 * where upper and lower case are the same it says the usual spellings: the answer tells, and who asks decides whether that will do.
 */

export interface Globs {
  readonly globs: readonly string[];
  /** They match more than the expression. */
  readonly wider: boolean;
  /** They may match less. */
  readonly narrower: boolean;
}

const ALTERNATIVES_MAX = 64;
const CLASS_MAX = 6;
const PATTERN_MAX = 1_024;

class NotSaid extends Error {}

/** Null if it cannot be said by globs at all, or means everything. */
export function globsOf(pattern: string): Globs | null {
  if (pattern.length > PATTERN_MAX) return null;
  try {
    const folded = /^\(\?i\)/.test(pattern);
    const reader = new PatternReader(folded ? pattern.slice(4) : pattern);
    const found = reader.all().map(({ text, start, end }) => `${start ? '' : '*'}${text}${end ? '' : '*'}`.replace(/\*+/g, '*'));
    const globs = [...new Set(folded ? found.flatMap(spellings) : found)];
    return globs.length > ALTERNATIVES_MAX || globs.some((glob) => glob === '*' || glob === '') ? null : { globs, wider: reader.wider, narrower: folded };
  } catch (error) {
    if (error instanceof NotSaid) return null;
    throw error;
  }
}

/** `api_key`, `API_KEY`, `Api_key`, `ApiKey`. */
function spellings(glob: string): string[] {
  const lower = glob.toLowerCase();
  const words = lower.replace(/[a-z0-9]+/g, (word) => word[0]!.toUpperCase() + word.slice(1));
  return [lower, lower.toUpperCase(), words, lower.replace(/[a-z]/, (letter) => letter.toUpperCase()), glob];
}

/** One way through the expression, and whether it is bound to the beginning or end of the text. */
interface Way {
  readonly text: string;
  readonly start: boolean;
  readonly end: boolean;
}

const NOTHING: Way = { text: '', start: false, end: false };

class PatternReader {
  wider = false;
  readonly #pattern: string;
  #at = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  all(): Way[] {
    const ways = this.#alternatives();
    if (this.#at < this.#pattern.length) throw new NotSaid();
    return ways;
  }

  #alternatives(): Way[] {
    const ways = this.#sequence();
    while (this.#take('|')) ways.push(...this.#sequence());
    if (ways.length > ALTERNATIVES_MAX) throw new NotSaid();
    return ways;
  }

  #sequence(): Way[] {
    let ways: Way[] = [NOTHING];
    while (this.#at < this.#pattern.length && this.#pattern[this.#at] !== '|' && this.#pattern[this.#at] !== ')') {
      const next = this.#repeated(this.#atom());
      ways = ways.flatMap((way) => next.map((one) => joined(way, one)));
      if (ways.length > ALTERNATIVES_MAX) throw new NotSaid();
    }
    return ways;
  }

  #atom(): Way[] {
    const character = this.#pattern[this.#at++]!;
    switch (character) {
      case '^': return [{ ...NOTHING, start: true }];
      case '$': return [{ ...NOTHING, end: true }];
      case '.': return [{ ...NOTHING, text: '?' }];
      case '(': return this.#group();
      case '[': return this.#class();
      case '\\': return this.#escape();
      case '*': case '+': case '?': case '{': throw new NotSaid();
      default: return [{ ...NOTHING, text: character }];
    }
  }

  /** `text: '?'` stands for any one character until it is known how often. */
  #repeated(ways: Way[]): Way[] {
    const isAny = ways.length === 1 && ways[0]!.text === '?';
    const rest = this.#pattern.slice(this.#at);
    const [sign] = /^(?:[*+?]|\{\d{0,4},?\d{0,4}\})\??/.exec(rest) ?? [''];
    this.#at += sign.length;
    const any = [{ ...NOTHING, text: '*' }];
    if (sign.startsWith('*') && isAny) return any;
    if (sign === '' && !isAny) return ways;
    if (sign.startsWith('?') && !isAny) return [NOTHING, ...ways];
    this.wider = true;
    return any;
  }

  #group(): Way[] {
    if (this.#pattern.startsWith('?', this.#at)) {
      const [head] = /^\?(?::|P?<[A-Za-z_][A-Za-z0-9_]*>)/.exec(this.#pattern.slice(this.#at)) ?? [''];
      if (head === '') throw new NotSaid();
      this.#at += head.length;
    }
    const ways = this.#alternatives();
    if (!this.#take(')')) throw new NotSaid();
    return ways;
  }

  #class(): Way[] {
    const [whole, negated, body] = /^(\^?)((?:\\.|\[:\w+:\]|[^\]\\])+)\]/.exec(this.#pattern.slice(this.#at)) ?? [];
    if (whole === undefined || body === undefined) throw new NotSaid();
    this.#at += whole.length;
    const characters = body.replace(/\\(.)/g, '$1');
    if (negated === '' && characters.length <= CLASS_MAX && !/[\\[*?]|.-./.test(body)) return [...characters].map((text) => ({ ...NOTHING, text }));
    this.wider = true;
    return [{ ...NOTHING, text: '*' }];
  }

  #escape(): Way[] {
    const character = this.#pattern[this.#at++];
    if (character === undefined) throw new NotSaid();
    if (character === 'A') return [{ ...NOTHING, start: true }];
    if (character === 'z') return [{ ...NOTHING, end: true }];
    if (/[a-zA-Z0-9]/.test(character)) {
      // Classes of characters, edges of words: a glob has no more for it than any run.
      if (!/[dDwWsSb]/.test(character)) throw new NotSaid();
      this.wider = true;
      return [{ ...NOTHING, text: character === 'b' ? '' : '*' }];
    }
    if (character === '*') this.wider = true;
    return [{ ...NOTHING, text: character }];
  }

  #take(character: string): boolean {
    if (this.#pattern[this.#at] !== character) return false;
    this.#at++;
    return true;
  }
}

/** An anchor counts at the edge alone; elsewhere nothing matches, and the other way around it does no harm. */
function joined(before: Way, after: Way): Way {
  if ((after.start && before.text !== '') || (before.end && after.text !== '')) throw new NotSaid();
  return { text: before.text + after.text, start: before.start || after.start, end: before.end || after.end };
}

/** Credentials of well-known services by their prefix. The table is `known-tokens.ts` of the scanner. */
import { FEATURE, forEachWord } from '#scanner/features';
import { KNOWN_TOKENS } from '#scanner/known-tokens';
import type { Recognizer } from '#scanner/recognizer';
import { isMasked, isPlaceholder, looksRandom } from '#scanner/values';

interface Rule {
  readonly tail: RegExp;
  readonly before: RegExp | undefined;
  readonly random: boolean;
}

const BEFORE_MAX = 64;
const RULES = new Map<string, Rule[]>();
for (const { prefix, tail, before, random } of KNOWN_TOKENS) {
  const rules = RULES.get(prefix) ?? [];
  rules.push({ tail: new RegExp(tail, 'y'), before: before === undefined ? undefined : new RegExp(`(?<![A-Za-z0-9])${before}$`), random: random === true });
  RULES.set(prefix, rules);
}
const PREFIX_LENGTHS = [...new Set([...RULES.keys()].map((prefix) => prefix.length))].sort((a, b) => b - a);

export const knownTokens: Recognizer = {
  id: 'credential.known',
  kind: 'credential',
  needs: FEATURE.knownPrefix,
  find(text, _keyClass, mark) {
    let done = 0;
    forEachWord(text, FEATURE.knownPrefix, (end) => {
      if (end <= done) return;
      for (const length of PREFIX_LENGTHS) {
        if (length > end) continue;
        for (const rule of RULES.get(text.slice(end - length, end)) ?? []) {
          const found = tryRule(text, end - length, end, rule);
          if (found === undefined) continue;
          // A webhook's host stays: only its path is secret.
          mark(prefixIsUrl(text, end) ? end : found.start, found.end);
          done = found.end;
          return;
        }
      }
    });
  },
};

function prefixIsUrl(text: string, prefixEnd: number): boolean {
  return /[a-z]\.[a-z]{2,9}\/[a-z0-9/]{0,20}$/.test(text.slice(Math.max(0, prefixEnd - 40), prefixEnd));
}

function tryRule(text: string, prefixStart: number, prefixEnd: number, rule: Rule): { start: number; end: number } | undefined {
  let start = prefixStart;
  if (rule.before !== undefined) {
    const before = rule.before.exec(text.slice(Math.max(0, prefixStart - BEFORE_MAX), prefixStart));
    if (before === null) return undefined;
    start -= before[0].length;
  } else if (/[A-Za-z0-9]/.test(text[prefixStart - 1] ?? '') && /[A-Za-z0-9]/.test(text[prefixStart] as string)) {
    return undefined;
  }
  rule.tail.lastIndex = prefixEnd;
  if (!rule.tail.test(text)) return undefined;
  const end = rule.tail.lastIndex;
  const rest = text.slice(prefixEnd, end);
  if (rest !== '' && (isMasked(rest) || isPlaceholder(rest) || !/\d|[a-z][A-Z]|[A-Z][a-z]/.test(rest))) return undefined;
  if (rule.random && !looksRandom(rest, 12)) return undefined;
  return { start, end };
}

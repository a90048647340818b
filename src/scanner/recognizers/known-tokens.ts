/** Credentials of well-known services by their prefix. The table is `known-tokens.ts` of the scanner. */
import { FEATURE, forEachWord } from '#scanner/features';
import { BEFORE_MAX, KNOWN_TOKENS } from '#scanner/known-tokens';
import type { Recognizer } from '#scanner/recognizer';
import { isMasked, isPlaceholder, looksRandom } from '#scanner/values';

interface Rule {
  readonly prefix: string;
  readonly tail: RegExp;
  /** What belongs to the token before the prefix, and at most how many characters. */
  readonly before: { readonly expression: RegExp; readonly length: number } | undefined;
  readonly random: boolean;
}

/** By the last character of the prefix, longest prefix first. */
const RULES = new Map<number, Rule[]>();
for (const { prefix, tail, before, random } of [...KNOWN_TOKENS].sort((a, b) => b.prefix.length - a.prefix.length)) {
  const last = prefix.charCodeAt(prefix.length - 1);
  const rules = RULES.get(last) ?? [];
  rules.push({
    prefix,
    tail: new RegExp(tail, 'y'),
    before: before === undefined ? undefined : { expression: new RegExp(`(?<![A-Za-z0-9])(?:${before})$`), length: BEFORE_MAX[prefix] ?? 0 },
    random: random === true,
  });
  RULES.set(last, rules);
}

export const knownTokens: Recognizer = {
  id: 'credential.known',
  kind: 'credential',
  needs: FEATURE.knownPrefix,
  find(text, _keyClass, mark) {
    let done = 0;
    forEachWord(text, FEATURE.knownPrefix, (end) => {
      if (end <= done) return;
      for (const rule of RULES.get(text.charCodeAt(end - 1)) ?? []) {
        const start = end - rule.prefix.length;
        if (start < 0 || !text.startsWith(rule.prefix, start)) continue;
        const found = tryRule(text, start, end, rule);
        if (found === undefined) continue;
        // A webhook's host stays: only its path is secret.
        mark(prefixIsUrl(text, end) ? end : found.start, found.end);
        done = found.end;
        return;
      }
    });
  },
};

/** The secret half of an AWS key, 40 characters without a beginning, where its public half stands in the same text. */
export const awsSecretKey: Recognizer = {
  id: 'credential.aws-secret',
  kind: 'credential',
  needs: FEATURE.knownPrefix | FEATURE.longToken,
  find(text, _keyClass, mark) {
    if (!/(?<![A-Za-z0-9])A(?:KIA|SIA)[A-Z0-9]{16}(?![A-Za-z0-9])/.test(text)) return;
    for (const match of text.matchAll(/(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/g)) {
      if (looksRandom(match[0]) && !/^[0-9a-f]+$/.test(match[0])) mark(match.index, match.index + 40);
    }
  },
};

function prefixIsUrl(text: string, prefixEnd: number): boolean {
  return /[a-z]\.[a-z]{2,9}\/[a-z0-9/]{0,20}$/.test(text.slice(Math.max(0, prefixEnd - 40), prefixEnd));
}

function tryRule(text: string, prefixStart: number, prefixEnd: number, rule: Rule): { start: number; end: number } | undefined {
  let start = prefixStart;
  if (rule.before !== undefined) {
    const before = rule.before.expression.exec(text.slice(Math.max(0, prefixStart - rule.before.length - 1), prefixStart));
    if (before === null) return undefined;
    start -= before[0].length;
    // The digits of `%3D` are no part of it.
    if (text[start - 1] === '%') start += 2;
  } else if (isAlphanumeric(text.charCodeAt(prefixStart - 1)) && isAlphanumeric(text.charCodeAt(prefixStart))) {
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

function isAlphanumeric(unit: number): boolean {
  return (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x30 && unit <= 0x39);
}

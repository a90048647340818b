import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { featuresOfText } from '#scanner/features';
import { Matcher } from './matcher.ts';
import { PatternProblem } from './pattern.ts';

/** All matches of a matcher that takes each. */
function matchesOf(matcher: Matcher, text: string): string[] {
  const found: string[] = [];
  const looked = matcher.forEachMatch(text, (start, end) => found.push(`${start} ${text.slice(start, end)}`) > 0);
  assert.equal(looked, text.length);
  return found;
}

/** The definition, tried out: the leftmost beginning from which any end matches, its longest end, and on behind it. */
function matchesByDefinition(pattern: string, text: string): string[] {
  const whole = new RegExp(`^(?:${pattern})$`, 's');
  const isWord = (unit: string | undefined): boolean => unit !== undefined && /\w/.test(unit);
  const parts = (at: number): boolean => !isWord(text[at - 1]) || !isWord(text[at]);
  const found: string[] = [];
  for (let start = 0; start < text.length; start++) {
    for (let end = text.length; end > start; end--) {
      if (!parts(start) || !parts(end) || !whole.test(text.slice(start, end))) continue;
      found.push(`${start} ${text.slice(start, end)}`);
      start = end - 1;
      break;
    }
  }
  return found;
}

test('Matcher finds what the definition says, for random patterns and texts, and every match has what the pattern is said to need', () => {
  const seed = Number(process.env['TRACEKEEP_TEST_SEED'] ?? randomInt(1, 2 ** 31));
  let state = seed;
  const random = (below: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  const patternOf = (depth: number): string => {
    const atoms = ['a', 'b', '1', '-', '[ab]', '[a1-]', '[^a]', '\\d', '\\w', '-1'];
    switch (random(depth > 2 ? 2 : 6)) {
      case 0: case 1: return atoms[random(atoms.length)]!;
      case 2: return patternOf(depth + 1) + patternOf(depth + 1);
      case 3: return `(?:${patternOf(depth + 1)}|${patternOf(depth + 1)})`;
      case 4: return `(?:${patternOf(depth + 1)}){${random(2)},${2 + random(2)}}`;
      default: return `(?:${patternOf(depth + 1)})?${patternOf(depth + 1)}`;
    }
  };
  let matched = 0;
  for (let round = 0; round < 1_500; round++) {
    const pattern = patternOf(0);
    let matcher: Matcher;
    try {
      matcher = new Matcher(pattern);
    } catch (error) {
      assert.ok(error instanceof PatternProblem, `seed ${seed}: ${String(error)}`);
      continue;
    }
    for (let texts = 0; texts < 6; texts++) {
      const text = Array.from({ length: random(14) }, () => 'ab1- '[random(5)]).join('');
      const expected = matchesByDefinition(pattern, text);
      assert.deepEqual(matchesOf(matcher, text), expected, `seed ${seed}: ${pattern} on ${JSON.stringify(text)}`);
      for (const match of expected) assert.equal(featuresOfText(match.replace(/^\d+ /, '')) & matcher.features, matcher.features, `seed ${seed}: ${pattern} needs more than ${match}`);
      matched += expected.length;
    }
  }
  assert.ok(matched > 500, `seed ${seed}: ${matched} matches`);
});

test('Matcher takes few look-ups for each character whatever the pattern and the text, or gives up', () => {
  const length = 100_000;
  const patterns = ['E-(?:a{1,16}){1,16}b', '(?:a|aa){1,64}-', '-(?:a?a?a?a?){1,20}b', '(?:(?:a|-){1,20}){1,20}b1', '(?:[a-z]{1,2}-){1,80}1', '(?:a-){1,200}1', '(?:[a1]{1,9}-){1,30}', '1(?:-a{0,99}){0,3}'];
  const texts = ['a'.repeat(length), `E-${'a'.repeat(length)}`, 'E-a'.repeat(length / 3), 'a-'.repeat(length / 2), `1-${'a'.repeat(98)}`.repeat(length / 100), 'aa-1'.repeat(length / 4), '-a1b'.repeat(length / 4)];
  let gaveUp = 0;
  for (const pattern of patterns) {
    const matcher = new Matcher(pattern);
    for (const text of texts) {
      for (const takes of [true, false]) {
        const looked = matcher.forEachMatch(text, () => takes);
        assert.ok(matcher.steps <= 18 * text.length + 16_384, `${pattern} on ${text.slice(0, 8)}: ${matcher.steps} look-ups`);
        if (looked < text.length) gaveUp++;
      }
    }
  }
  assert.ok(gaveUp > 0, 'no text was expensive enough to see the bound');
});

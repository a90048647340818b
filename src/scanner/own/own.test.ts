import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '#limits';
import { KEY } from '#scanner/recognizer';
import { expectMarks, marksOf } from '#scanner/testing';
import { checkPattern, ownRecognizers, type RecognizerText, tryExamples } from './own.ts';

const one = (text: Partial<RecognizerText> & { pattern: string }) => ownRecognizers([{ id: 'employee-number', ...text }])[0]!;
const expect = (recognizer: ReturnType<typeof one>, text: string): void => expectMarks(recognizer, text, recognizer.kind);

test('a pattern is found anywhere, but never as a part of a longer word', () => {
  const number = one({ pattern: 'E-[0-9]{6}' });
  for (const text of ['«E-123455»', 'of «E-123455», «E-123456»', '"«E-123455»"', 'x=«E-123455»&y', 'XE-123455', 'E-1234556', 'E-123455x', 'E-12345', 'e-123455', 'E-123455é', 'id%3D«E-123455»', 'über-«E-123455»', '\\n«E-123455»']) expect(number, text);
  // Where the pattern itself begins or ends with a sign, nothing is asked of what stands beside it.
  expect(one({ pattern: '#[0-9]{4}-' }), 'x«#1234-»x');
});

test('of matches that overlap the leftmost counts, and of those the longest', () => {
  expect(one({ pattern: '[0-9]{2}(?:-[0-9]{2}){1,3}' }), '«12-34-56-78»-«90-12»');
  expect(one({ pattern: '(?:ABC|ABC-[0-9]{2}|ABC-[0-9]{2}-[0-9])x?' }), '«ABC» «ABC-12-3» «ABC-12»-34 «ABCx»');
});

test('letters of either case with (?i), classes and escapes', () => {
  expect(one({ pattern: '(?i)emp[ _]?[a-c]{2}\\d' }), '«EMP AB1» «emp_cA2» «Empbb3» empd');
  expect(one({ pattern: '[^\\s,;]{3}\\.\\x41\\u00e9' }), '«a-b.Aé» ,«xyz.Aé»');
  expect(one({ pattern: '👤[0-9]{3}' }), '«👤123»');
});

test('with context a word must stand in the key, or near', () => {
  const number = one({ pattern: '[0-9]{6}', context: ['employee', 'staff no'], within: 12 });
  expect(number, 'employee «123455», and 123456');
  expect(number, '«123455» (Staff-No) but far away from it 123456');
  expect(number, 'employees 123455 unemployee 123455');
  expect(number, 'theEmployeeNr «123455»');
  for (const key of ['employee', 'hr.employeeNumber', 'app.staff_no', 'STAFF-NO hr.x']) assert.equal(marksOf(number, '123455', KEY.plain, key).length, 1, key);
  for (const key of ['', 'order.id', 'employer.id', 'staff.id']) assert.equal(marksOf(number, '123455', KEY.plain, key).length, 0, key);
});

test('what may repeat without an end, look around or refer back is refused with its place and a remedy', () => {
  const refused: Readonly<Record<string, RegExp>> = {
    '': /empty/, '(a+)+$': /character 3: \+ repeats without an end: write \{1,64\}/, '[0-9]*': /character 6: \* .*\{0,64\}/, '[0-9]{3,}': /character 6: .*write \{3,64\}/, 'x{257}': /256/, '[0-9]{3,2}': /least/, '(?=x)1': /character 1: .*look-around/, '(?<n>x)1': /look-around/,
    '(?:x': /without its \)/, 'x)1': /character 2/, '[0-9': /character 1: .*without its \]/, '[9-0]': /before it begins/, '[]1': /no character/, '(x)\\1': /reference/, '\\bx1': /longer word/, '^1': /\\\^/, '1$': /\\\$/, '1??': /longest/, '1{2}{3}': /group/, '?1': /nothing to repeat/, '1}': /alone/, '\\p{L}1': /\\p/,
    '\\': /at the end/, '\\x1': /hexadecimal/, '[[:digit:]]': /\[:name:\]/, '[👤]1': /alternatives/, '[^\\d\\D]1': /no character/, '1{x}': /\{3\}/, ['('.repeat(17) + '1' + ')'.repeat(17)]: /16 groups/, ['1'.repeat(LIMITS.policy_pattern_characters_max + 1)]: /longer than/,
    '(?:(?:1{1,256}){1,256}){1,256}': /written out/, '1{256}1{257}': /256/, '(?:1{200}){3}': /600 characters/, '[ab]{0,50}a[ab]{50}1': /states|ways/,
  };
  for (const [pattern, why] of Object.entries(refused)) assert.match(checkPattern(pattern) ?? 'taken', why, pattern.slice(0, 40));
});

test('a pattern that is in everything is refused, one that needs a digit, a sign or a word is not', () => {
  for (const pattern of ['.{1,9}', '[a-z]{1,64}', 'a?', '(?:)', '(?:abc|)', '[^x]{3,9}', 'ab', '(?:a|bcd)', '[0-9]{0,4}x', '\\w{1,20}']) assert.match(checkPattern(pattern) ?? 'taken', /everything/, pattern);
  for (const pattern of ['blue', '(?i)blue', '[0-9]', '.{1,9}@', '[a-z]{1,20}-[a-z]{1,20}', '[A-Z0-9_]{20,40}']) assert.equal(checkPattern(pattern), null, pattern);
  const { needs } = one({ pattern: '(?:AB|CD)[0-9]{3,5}[0-9]:[a-z]{0,3}' });
  assert.equal(marksOf(one({ pattern: '(?:AB|CD)[0-9]{3,5}[0-9]:[a-z]{0,3}' }), 'AB1234:').length, 1, `needs ${needs}`);
});

test('examples are tried with the first of the context words as their key', () => {
  const tried = tryExamples({ id: 'own', pattern: 'E-[0-9]{6}', context: ['staff'], checksum: 'luhn', examples: ['E-123455', 'E-123456'], 'counter-examples': ['E-123456', 'for E-123455'] });
  assert.deepEqual(tried.map(({ wanted, found }) => [wanted, found]), [[true, true], [true, false], [false, false], [false, true]]);
});

test('recognizers without an id of their own, and too many of them, are not compiled', () => {
  assert.throws(() => one({ id: 'email', pattern: '[0-9]{6}' }), /id/);
  assert.throws(() => ownRecognizers(Array.from({ length: LIMITS.policy_recognizers_max + 1 }, (_none, index) => ({ id: `own-${index}`, pattern: '[0-9]{6}' }))), /too many/);
});

test('words of a context are taken literally, whatever they hold', () => {
  const number = one({ pattern: '[0-9]{6}', context: ['a+b', '(x', '-', '.*', 'für|'] });
  for (const [text, found] of [['a+b 123455', 1], ['aab 123455', 0], ['(x 123455', 1], ['x 123455', 0], ['- 123455', 0], ['.* 123455', 1], ['für| 123455', 1], ['FÜR| 123455', 1]] as const) assert.equal(marksOf(number, text).length, found, text);
});

import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { DEFAULT_POLICY, DEFAULT_RESTRICTED } from './default-policy.ts';
import type { PolicyDocument } from './document.ts';
import { RIGHT, WRONG } from './policy-samples.ts';
import { readPolicy, type Problem } from './read.ts';

const errorsOf = (text: string): readonly Problem[] => readPolicy(text).problems.filter(({ severity }) => severity === 'error');
const codesOf = (text: string): string[] => errorsOf(text).map(({ code }) => code);

test('what is right is read as it stands there, as YAML and as JSON', () => {
  for (const [name, policy] of Object.entries({ ...RIGHT, 'the default one': DEFAULT_POLICY })) {
    assert.deepEqual(errorsOf(stringify(policy)), [], name);
    const whole: PolicyDocument = { ...policy, restricted: policy.restricted ?? DEFAULT_RESTRICTED };
    assert.deepEqual(readPolicy(stringify(policy)).document, whole, name);
    assert.deepEqual(readPolicy(JSON.stringify(policy)).document, whole, name);
    assert.notEqual(readPolicy(`\ufeff---\r\n${stringify(policy).replaceAll('\n', '\r\n')}...\n`).document, null, name);
  }
});

test('the examples of the reference can be applied, and nothing is to be said about them', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/reference/policy.md'), 'utf8');
  const examples = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => text!);
  assert.ok(examples.length >= 3);
  for (const example of examples) assert.deepEqual(readPolicy(example.includes('version:') ? example : `version: 2\nrules: []\n${example}`).problems, [], example);
});

test('each fault is told by its code, with a remedy, in YAML and in JSON', () => {
  for (const [name, policy] of Object.entries(WRONG)) {
    for (const text of [stringify(policy), JSON.stringify(policy)]) {
      const { document, problems } = readPolicy(text);
      assert.equal(document, null, name);
      assert.deepEqual(problems.map(({ code }) => code), [name.split(' ')[0]], name);
      assert.match(problems[0]!.remedy, /\S.*\.$/s, name);
    }
  }
});

test('a problem names line and column, the rule, and what was meant', () => {
  const [problem, ...others] = readPolicy(['# people', 'version: 2', 'rules:', '  - id: people', '    for: { sevices: [shop] }', "    keys: ['a']", '    action: drop'].join('\n')).problems;
  assert.deepEqual(others, []);
  assert.deepEqual(problem, {
    severity: 'error', code: 'unknown_member', message: '`sevices` is no member of for', remedy: 'Did you mean services? Its members are tenants, services, environments, spans, places.',
    line: 5, column: 12, endLine: 5, endColumn: 19, rule: 'people',
  });
  assert.match(errorsOf('version: 2\nrules: [{ id: a, keys: [b], action: hash }]')[0]!.remedy, /^Did you mean pseudonymize\?/);
  assert.match(errorsOf('version: 2\nrules: [{ id: a, recognized: [emial], action: drop }]')[0]!.remedy, /^Did you mean email\?/);
});

test('names are unique, and kinds are those of the product or of recognizers in the text', () => {
  assert.deepEqual(codesOf('version: 2\nrules: [{ id: a, keys: [a], action: drop }, { id: a, keys: [b], action: drop }]'), ['id_twice']);
  assert.deepEqual(codesOf('version: 2\nrules: [{ id: a, recognized: [staff-number], action: drop }]'), ['unknown_kind']);
  assert.deepEqual(codesOf("version: 2\nrecognizers: [{ id: staff-number, pattern: 'S[0-9]{4}' }]\nrules: [{ id: a, recognized: [staff-number], action: drop }]"), []);
});

test('values are sealed where a seal of one span can stand for them, and a span is one person\'s', () => {
  const seal = (places: string) => `version: 2\nrules: [{ id: a, for: { places: [${places}] }, action: seal }]`;
  for (const place of ['span', 'event', 'link', 'status-message']) assert.deepEqual(codesOf(seal(place)), [], place);
  for (const place of ['resource', 'scope', 'span-name', 'event-name', 'scope-name', 'scope-version', 'schema-url', 'trace-state']) assert.deepEqual(codesOf(seal(place)), ['cannot_seal_place'], place);
  assert.deepEqual(codesOf('version: 2\nrules: [{ id: a, recognized: [email], action: seal }]'), ['action_needs_whole_value']);
  const subjects = (first: string, second: string) => codesOf(`version: 2\nrules: [{ id: a, ${first}keys: [user.id], action: { seal: { subject: true } } }, { id: b, ${second}keys: [enduser.id], action: { seal: { subject: true } } }]`);
  assert.deepEqual(subjects('', ''), ['two_subjects']);
  assert.deepEqual(subjects('', 'for: { services: [cart] }, '), ['two_subjects']);
  assert.deepEqual(subjects('for: { services: [shop-*] }, ', 'for: { services: [cart] }, '), []);
  assert.deepEqual(subjects('for: { spans: [server] }, ', 'for: { spans: [client] }, '), []);
});

test('patterns are of the safe subset, and examples are found', () => {
  const own = (members: string): string => `version: 2\nrules: []\nrecognizers:\n  - id: own\n    ${members}\n`;
  for (const pattern of ['(a+)+b', 'a*', '(?=a)', '(a)\\1', '[z-a]', '(', '.{1,100000}']) assert.deepEqual(codesOf(own(`pattern: '${pattern}'`)), ['unsafe_pattern'], pattern);
  assert.deepEqual(codesOf(own("pattern: 'E-[0-9]{6}'\n    checksum: luhn\n    examples: ['E-123455']\n    counter-examples: ['E-123456']")), []);
  const [problem, ...others] = errorsOf(own("pattern: 'E-[0-9]{6}'\n    examples: ['E-123456', 'E-12']\n    counter-examples: ['F-123456']"));
  assert.deepEqual([problem?.code, problem?.line, problem?.column, others.length], ['example', 6, 28, 0]);
  assert.deepEqual(codesOf(own("pattern: 'E-[0-9]{6}'\n    counter-examples: ['E-123456']")), ['example']);
  assert.deepEqual(codesOf(own("pattern: 'E-[0-9]{6}'\n    checksum: lun")), ['unknown_word']);
  assert.deepEqual(codesOf(own("pattern: 'E-[0-9]{6}'\n    context: ['--']")), ['wrong_value']);
});

test('of YAML there is only what means one thing', () => {
  const rules = 'rules: [{ id: a, keys: [b], action: drop }]';
  const cases: Readonly<Record<string, string>> = {
    alias: 'version: 2\nrules: [{ id: a, keys: [*.password], action: drop }]',
    anchor: `version: &a 2\n${rules}`,
    tag: `version: !!int 2\n${rules}`,
    directive: `%YAML 1.1\n---\nversion: 2\n${rules}`,
    second_document: `version: 2\n${rules}\n---\nversion: 2\n${rules}`,
    twice: `version: 2\nversion: 2\n${rules}`,
    unknown_member: `version: 2\n<<: { attributes: drop }\n${rules}`,
    name_not_text: `version: 2\n? [a]\n: b\n${rules}`,
    syntax: 'version: 2\nrules: [',
    empty: '# nothing\n',
    hidden_character: `version: 2 # \u202e\n${rules}`,
    too_deep: `version: ${'['.repeat(100_000)}`,
    too_large: `version: 2 # ${'x'.repeat(256 * 1024)}\n${rules}`,
    wrong_value: '- version: 2',
  };
  for (const [code, text] of Object.entries(cases)) assert.deepEqual(codesOf(text).slice(0, 1), [code]);
  assert.match(errorsOf(cases['alias']!)[0]!.remedy, /put it in quotes/);
  // A star at the beginning of a text in quotes or in a block is no alias.
  assert.deepEqual(codesOf('--- |\n*c\n'), ['wrong_value']);
  assert.deepEqual(codesOf("version: 2\nrules: [{ id: a, keys: ['*.b'], reason: '&c', action: drop }]"), []);
  assert.deepEqual(codesOf('version: 2\nrules:\n  - id: a\n    keys: [b]\n    action: drop\n    reason: |\n      *c\n      !d'), []);
});

test('names and patterns hold nothing that cannot be seen, written out or not; sentences may hold joiners', () => {
  for (const hidden of ['\u200b', '\u00ad', '\u2060', '\ufeff', '\u200d', '\ufe0f', '\u115f', '\u{e0041}', '\\u200b']) {
    const rule = `{ id: a, keys: ["us${hidden}er.id"], action: drop }`;
    assert.deepEqual(codesOf(`version: 2\nrules: [${rule}]`), ['wrong_value'], JSON.stringify(hidden));
    assert.deepEqual(codesOf(`version: 2\nrules: []\nrestricted: ["us${hidden}er.*"]`), ['wrong_value']);
  }
  assert.deepEqual(codesOf('version: 2 # \u{1f469}\u200d\u{1f52c}\nrules: [{ id: a, keys: [straße, 名前], reason: "\u{1f469}\u200d\u{1f52c}", action: drop }]'), []);
});

test('names that objects inherit are no members', () => {
  for (const name of ['__proto__', 'constructor', 'toString']) {
    assert.deepEqual(codesOf(`{"version":2,"rules":[],"${name}":{"a":1}}`), ['unknown_member']);
    assert.deepEqual(codesOf(`{"version":2,"rules":[{"id":"a","keys":["b"],"action":{"${name}":1}}]}`), ['unknown_action']);
  }
});

test('many problems are not all told', () => {
  const { problems } = readPolicy(`version: 2\nrules:\n${'  - { a: 1 }\n'.repeat(500)}`);
  assert.equal(problems.length, 101);
  assert.equal(problems.at(-1)?.code, 'more_problems');
});

/** Small and good enough; the same sequence for a seed everywhere. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test('no text makes the reader throw, and each problem lies within the text', () => {
  const seed = randomInt(2 ** 31);
  const next = random(seed);
  const pieces = ['[', ']', '{', '}', ': ', '- ', '? ', '\n', '\n  ', '"', "'", '\\', '|', '>', '#', '&a ', '*a', '!', '%', '@', '`', ',', '\t', '\0', '\ud800', '\u2028', '<<: ', '--- ', '...', 'null', '.nan', '0x1', '1e999', '~', 'id', 'rules'];
  const texts = [stringify(RIGHT['everything that there is']), JSON.stringify(RIGHT['everything that there is']), ...Object.values(WRONG).map((policy) => stringify(policy))];
  for (let round = 0; round < 1_500; round++) {
    let text = texts[next(texts.length)]!.slice(0, 4_000);
    for (let change = 1 + next(4); change > 0; change--) {
      const at = next(text.length + 1);
      text = text.slice(0, at) + (next(3) > 0 ? pieces[next(pieces.length)]! : '') + text.slice(at + next(4));
    }
    const lines = text.split('\n');
    try {
      const { document, problems } = readPolicy(text);
      assert.equal(document === null, problems.some(({ severity }) => severity === 'error'));
      for (const { line, column, endLine, endColumn } of problems) {
        assert.ok(line >= 1 && line <= lines.length && column >= 1 && column <= lines[line - 1]!.length + 1, `${line}:${column}`);
        assert.ok(endLine === line && endColumn >= column && endColumn <= lines[line - 1]!.length + 1, `${line}:${column}-${endColumn}`);
      }
    } catch (error) {
      throw new Error(`seed ${seed}, round ${round}: ${JSON.stringify(text)}`, { cause: error });
    }
  }
});

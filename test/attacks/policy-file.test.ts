/** Attacks with a policy file: on whoever reads it, on the scanner that its patterns run in, and on what it is to protect. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '#limits';
import { DEFAULT_TENANT, type Producer, type ProducerId } from '#model';
import { Pipeline, type Taken } from '#pipeline';
import { compilePolicy, type PolicyDocument } from '#policy';
import { readPolicy } from '#policy/read';
import { isRefusal } from '#refusal';
import { ownRecognizers } from '#scanner/own';
import { RECOGNIZERS } from '#scanner/recognizers';
import { Scanner } from '#scanner';

const NOW_MS = 1_800_000_000_000;
const PRODUCER: Producer = { id: 'p_0123456789abcdef' as ProducerId, name: 'shop', tenant: DEFAULT_TENANT, retention: 'default', services: ['*'], backfill: true, version: 1 };
const TOKEN = 'ghp_k7Qz2mXw9RtB4vLc6NpY8sHd3FgJ1aEu5oTi';
const RULES = 'rules: [{ id: all, recognized: any, action: replace }]';

const codesOf = (text: string): readonly string[] => readPolicy(text).problems.map(({ code }) => code);
const documentOf = (text: string): PolicyDocument => {
  const { document, problems } = readPolicy(text);
  assert.ok(document !== null, JSON.stringify(problems));
  return document;
};

/** What becomes of attributes under a policy: the columns of the block, and what was counted. */
function stored(policy: PolicyDocument, attributes: Readonly<Record<string, unknown>>, name = 'op'): { readonly text: string; readonly taken: Taken } {
  const pipeline = new Pipeline(null, compilePolicy(policy), null);
  const builder = pipeline.builder();
  builder.open({ block: 1, day: Math.floor(NOW_MS / 86_400_000), retention: 'default', tenant: PRODUCER.tenant });
  const span = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', name, startTimeUnixNano: `${NOW_MS}000000`, endTimeUnixNano: `${NOW_MS}000001`, attributes: Object.entries(attributes).map(([key, value]) => ({ key, value })) };
  const taken = pipeline.take(Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })), 'json', PRODUCER, 1, NOW_MS, () => builder);
  assert.ok(!isRefusal(taken));
  return { text: Buffer.from(builder.close().spans).toString('latin1'), taken };
}

test('a file that grows when it is read, or means something else to another reader, is not read: it becomes no policy', () => {
  const laughs = ['a: &a [x, x, x, x, x, x, x, x, x]', ...[...'bcdefghi'].map((name, at) => `${name}: &${name} [${Array.from({ length: 9 }, () => `*${'abcdefgh'[at]}`).join(', ')}]`)].join('\n');
  const cases: Readonly<Record<string, readonly [string, string]>> = {
    'billion laughs': [`version: 2\n${RULES}\n${laughs}`, 'anchor'],
    'an alias of itself': [`version: 2\nrules: &r [*r]`, 'anchor'],
    'merged maps': [`version: 2\nbase: &b { attributes: drop }\n<<: *b\n${RULES}`, 'anchor'],
    'nesting, in brackets': [`version: 2\nrules: ${'['.repeat(100_000)}`, 'too_deep'],
    'nesting, by indentation': [`version: 2\nrules:\n${Array.from({ length: 400 }, (_none, depth) => `${' '.repeat(depth)}- a:`).join('\n')}`, 'too_deep'],
    'a large file': [`version: 2\n${RULES}\n# ${'x'.repeat(LIMITS.policy_bytes_max)}`, 'too_large'],
    'a large file of characters of three bytes': [`version: 2\n${RULES}\n# ${'密'.repeat(LIMITS.policy_bytes_max / 2)}`, 'too_large'],
    'one name twice': [`version: 2\nattributes: drop\nattributes: keep\n${RULES}`, 'twice'],
    'one name twice, in JSON': [`{"version":2,"rules":[],"attributes":"drop","attributes":"keep"}`, 'twice'],
    'a tag of JavaScript': [`version: 2\nrules: !!js/function "function () { return [] }"`, 'tag'],
    'a tag of Python': [`version: 2\nrules: !!python/object/apply:os.system ["id"]`, 'tag'],
    'two documents': [`version: 2\n${RULES}\n---\nversion: 2\nrules: []`, 'second_document'],
    'the prototype of objects': [`{"version":2,"rules":[],"__proto__":{"attributes":"keep"}}`, 'unknown_member'],
    'text that reads in another order than it stands': [`version: 2\n${RULES} # \u202e }peek :noitca{`, 'hidden_character'],
  };
  for (const [what, [text, code]] of Object.entries(cases)) {
    const { document, problems } = readPolicy(text);
    assert.equal(document, null, what);
    assert.ok(problems.some((problem) => problem.code === code), `${what}: ${JSON.stringify(problems.slice(0, 3))}`);
    assert.ok(problems.length <= LIMITS.policy_problems_max + 1, what);
    for (const { message, remedy } of problems) assert.ok(message.length + remedy.length < 2_000, what);
  }
});

test('a pattern that would run back along the text is refused, and where its repetitions end it costs what any other costs', () => {
  const own = (pattern: string): string => JSON.stringify({ version: 2, rules: [], recognizers: [{ id: 'own', pattern }] });
  for (const pattern of ['1(a+)+$', '1(a|aa)*b', '1(a*)*b', '1(.*)*', '1(?=a)', '(1)\\1', '1(a{0,256}){0,256}b', '1[ab]{0,99}a[ab]{99}', '1(a{1,}){2,}']) {
    assert.equal(readPolicy(own(pattern)).document, null, pattern);
    assert.deepEqual(codesOf(own(pattern)), ['unsafe_pattern'], pattern);
  }
  // How many look-ups these take is counted in src/scanner/own/matcher.test.ts; a scanner that ran back along them would not end.
  const patterns = ['1(?:a{1,16}){1,16}b', '1(?:a|aa){1,64}b', '1(?:a?a?a?a?){1,32}b', '(?:a-){1,200}1'];
  const list = ownRecognizers(documentOf(JSON.stringify({ version: 2, rules: [], recognizers: patterns.map((pattern, at) => ({ id: `own-${at}`, pattern })) })).recognizers ?? []);
  const scanner = new Scanner([...RECOGNIZERS, ...list]);
  for (const text of [`1${'a'.repeat(100_000)}`, '1a'.repeat(50_000), 'a-'.repeat(50_000)]) scanner.scanText(text, 0);
});

test('a recognizer or a rule that is about everything does not come in silence: it is refused, or named', () => {
  for (const pattern of ['.{1,200}', '[a-z]{1,64}', '(?:x|)', '\\w{1,99}', '[^1]{1,99}']) {
    const { document, problems } = readPolicy(JSON.stringify({ version: 2, rules: [], recognizers: [{ id: 'own', pattern }] }));
    assert.equal(document, null, pattern);
    assert.match(problems.map(({ message }) => message).join(), /everything/, pattern);
  }
  for (const rule of [{ id: 'a', keys: ['*'], action: 'drop' }, { id: 'a', action: 'drop-span' }, { id: 'a', recognized: 'any', action: 'drop-span' }]) assert.ok(codesOf(JSON.stringify({ version: 2, rules: [rule] })).includes('matches_everything'), JSON.stringify(rule));
  assert.ok(codesOf('version: 2\nrules: [{ id: a, recognized: any, action: keep }]').includes('keeps_secrets'));
});

test('a kind of one’s own takes no name of another, and what it keeps is no way to keep a secret that lies within', () => {
  for (const id of ['email', 'any', 'field', 'credential', 'pseudonym', '__proto__', 'a]b']) assert.equal(readPolicy(JSON.stringify({ version: 2, rules: [], recognizers: [{ id, pattern: '[0-9]{6}' }] })).document, null, id);
  for (const pattern of ['ghp_[A-Za-z0-9]{36}', '[A-Za-z0-9_]{40}', 'ghp_[A-Za-z0-9]{36} of [a-z.@]{1,40}', 'see ghp_[A-Za-z0-9]{10,60}']) {
    const policy = documentOf(JSON.stringify({ version: 2, rules: [{ id: 'keep-tickets', recognized: ['ticket'], action: 'keep' }, { id: 'mails', recognized: ['email'], action: 'keep' }], recognizers: [{ id: 'ticket', pattern }] }));
    const { text } = stored(policy, { note: { stringValue: `see ${TOKEN} of jane@example.com` }, code: { stringValue: TOKEN }, list: { arrayValue: { values: [{ stringValue: TOKEN }] } } });
    for (const part of [TOKEN, TOKEN.slice(4, 24), TOKEN.slice(-20)]) assert.ok(!text.includes(part), pattern);
  }
});

test('what a recognizer of one’s own finds is found in encodings, in keys and numbers too, and counted by its name', () => {
  const policy = documentOf(JSON.stringify({ version: 2, rules: [], recognizers: [{ id: 'employee-number', pattern: 'E-[0-9]{6}', checksum: 'luhn' }, { id: 'room', pattern: '[0-9]{4}', context: ['room'] }] }));
  const plain = 'of E-123455, who';
  const values = [plain, encodeURIComponent(plain), Buffer.from(`${plain} was here`).toString('base64'), JSON.stringify(JSON.stringify({ plain })), 'E&#45;123455', 'E\\u002d123455', '\uff25\uff0d\uff11\uff12\uff13\uff14\uff15\uff15'];
  for (const value of values) {
    const { text, taken } = stored(policy, { note: { stringValue: value } });
    assert.ok(!text.includes('123455') && !text.includes(value), value);
    assert.equal(taken.minimized['employee-number'], 1, value);
    assert.ok(text.includes('[employee-number]'), value);
  }
  const numbers = stored(policy, { 'desk.room': { intValue: '4711' }, 'desk.size': { intValue: '4712' }, 'E-123455': { stringValue: 'x' }, 'hr.map': { kvlistValue: { values: [{ key: 'room', value: { stringValue: '4713' } }, { key: 'size', value: { stringValue: '4714' } }] } } });
  assert.deepEqual(numbers.taken.minimized, { room: 2, 'employee-number': 1 });
  // The name of a span is no key: words of a context are looked for in what somebody wrote.
  const named = documentOf(JSON.stringify({ version: 2, rules: [], recognizers: [{ id: 'room', pattern: '[0-9]{4}', context: ['name', 'status'] }] }));
  assert.deepEqual(stored(named, {}, 'room 4711').taken.minimized, {});
  assert.deepEqual(stored(named, {}, 'name 4711').taken.minimized, { room: 1 });
  assert.ok(!numbers.text.includes('4713') && numbers.text.includes('4714') && !numbers.text.includes('E-123455'));
});

/**
 * What policies do, from OTLP to the columns of a block and back: every action on values of every type, in every place, under the scopes that rules
 * can have; and that what was remembered of a value under one rule is never given to it under another.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Action, DEFAULT_POLICY, type Place, type Rule } from '#policy';
import { readSamples, type SecretSample } from '#scanner/samples';
import type { Span } from '#query/span';
import { type Json, policyOf, StoredUnder } from '#harness/stored-under';

const TRACE = '0102030405060708090a0b0c0d0e0f10';
const MAIL = 'jane.doe@example.com';
const CARD = '4111111111111111';
const list = (attributes: Readonly<Record<string, Json>>): Json[] => Object.entries(attributes).map(([key, value]) => ({ key, value }));
const text = (value: string): Json => ({ stringValue: value });
let ids = 0;
const span = (more: Json = {}): Json => ({ traceId: TRACE, spanId: (++ids).toString(16).padStart(16, '0'), name: 'run', kind: 2, startTimeUnixNano: '5', endTimeUnixNano: '6', ...more });
const resourceOf = (service: string, spans: readonly Json[], resource: Readonly<Record<string, Json>> = {}, scope: Json = {}): Json => ({ resource: { attributes: list({ 'service.name': text(service), ...resource }) }, scopeSpans: [{ scope, spans }] });

/** What becomes of the value under `x` of a span: as stored, or null if it is dropped; the kinds that it counts as. */
function outcome(rules: readonly Rule[], value: Json, key = 'x', more: Parameters<typeof policyOf>[1] = {}): [string | null, string, Readonly<Record<string, number>>] {
  const { spans } = new StoredUnder(policyOf(rules, more)).request([resourceOf('shop', [span({ attributes: list({ [key]: value }) })])]);
  const [attribute] = spans[0]!.attributes;
  return [attribute?.text ?? null, attribute?.type ?? '', countsOf(spans[0]!)];
}
function countsOf({ minimized }: Span): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { kind, count } of minimized) counts[kind] = (counts[kind] ?? 0) + count;
  return counts;
}
const whole = (action: Action): Rule[] => [{ id: 'whole', keys: ['x'], action }];
const FIELD = { field: 1 };
const array = (...values: Json[]): Json => ({ arrayValue: { values } });
const json = (...values: Json[]): string => JSON.stringify(array(...values));

test('actions on whole values, by type', () => {
  const cases: [Action, Json, string | null, string, Readonly<Record<string, number>>][] = [
    ['replace', text('a'), '[field]', 's', FIELD], ['replace', { intValue: '5' }, '[field]', 's', FIELD], ['replace', { boolValue: true }, '[field]', 's', FIELD], ['replace', { doubleValue: 0.5 }, '[field]', 's', FIELD],
    ['replace', { bytesValue: 'AAE=' }, '[field]', 's', FIELD], ['replace', array(text('a')), '[field]', 's', FIELD], ['replace', { kvlistValue: { values: [] } }, '[field]', 's', FIELD], ['replace', text(MAIL), '[field]', 's', FIELD], ['replace', {}, '[field]', 's', FIELD],
    [{ replace: { with: 'user' } }, { intValue: '5' }, '[user]', 's', FIELD],
    ['drop', text('a'), null, '', FIELD], ['drop', { boolValue: false }, null, '', FIELD], ['drop', array(text(MAIL)), null, '', FIELD],
    ['keep', text(`to ${MAIL}`), 'to [email]', 's', { email: 1 }], ['keep', { intValue: '5' }, '5', 'i', {}],
    [{ mask: { last: 4 } }, text('abcdefghijklmn'), '***klmn', 's', FIELD], [{ mask: { last: 4 } }, { intValue: '-123456' }, '***56', 's', FIELD], [{ mask: { last: 2 } }, { boolValue: true }, '***e', 's', FIELD], [{ mask: { last: 4 } }, { doubleValue: 1234.5678 }, '***678', 's', FIELD],
    [{ mask: { last: 4 } }, text(MAIL), '***.com', 's', FIELD], [{ mask: { last: 4 } }, { bytesValue: 'aHVudGVyMg==' }, '[field]', 's', FIELD], [{ mask: { last: 4 } }, text('a\u0007'.repeat(9)), '***a␇a␇', 's', FIELD],
    [{ mask: { last: 1 } }, array(text('abc'), { intValue: '1234' }, { boolValue: true }), json(text('***c'), text('***4'), text('***e')), 'a', { field: 3 }], [{ mask: { last: 4 } }, array(array(text('a'))), '[field]', 's', FIELD], [{ mask: { last: 4 } }, { kvlistValue: { values: [{ key: MAIL, value: text('a') }] } }, '[field]', 's', FIELD],
    [{ generalize: { network: { v4: 16, v6: 32 } } }, text('203.0.113.9'), '203.0.0.0', 's', FIELD], [{ generalize: { network: { v4: 16, v6: 32 } } }, text('2001:db8:1:2::9'), '2001:db8::', 's', FIELD], [{ generalize: { network: { v4: 16, v6: 32 } } }, text('::ffff:203.0.113.9'), '::ffff:203.0.0.0', 's', FIELD],
    [{ generalize: { network: { v4: 16, v6: 32 } } }, text('unknown'), '[field]', 's', FIELD], [{ generalize: { network: { v4: 16, v6: 32 } } }, text('203.0.0.0'), '203.0.0.0', 's', {}], [{ generalize: { network: { v4: 16, v6: 32 } } }, { intValue: '5' }, '[field]', 's', FIELD],
    [{ generalize: { time: 'day' } }, { intValue: '1795994090123' }, '1795910400000', 'i', FIELD], [{ generalize: { time: 'day' } }, { doubleValue: 1795994090.5 }, '1795910400', 'd', FIELD], [{ generalize: { time: 'hour' } }, text('2026-11-29T23:14:50Z'), '2026-11-29T23:00:00Z', 's', FIELD], [{ generalize: { time: 'day' } }, text('yesterday'), '[field]', 's', FIELD], [{ generalize: { time: 'day' } }, { intValue: '1795910400000' }, '1795910400000', 'i', {}], [{ generalize: { time: 'day' } }, { boolValue: true }, '[field]', 's', FIELD],
    [{ generalize: { number: 10 } }, { intValue: '42' }, '40', 'i', FIELD], [{ generalize: { number: 10 } }, { intValue: '-9223372036854775808' }, '[field]', 's', FIELD], [{ generalize: { number: 1_000 } }, { intValue: '9223372036854775807' }, '9223372036854775000', 'i', FIELD], [{ generalize: { number: 10 } }, { doubleValue: -0.5 }, '-10', 'd', FIELD], [{ generalize: { number: 10 } }, { doubleValue: 'NaN' }, '[field]', 's', FIELD],
    [{ generalize: { number: 10 } }, text('42'), '40', 's', FIELD], [{ generalize: { number: 10 } }, { intValue: '40' }, '40', 'i', {}], [{ generalize: { number: 10 } }, { intValue: CARD }, '[card]', 's', { card: 1 }], [{ generalize: { number: 10 } }, array({ intValue: '41' }, { doubleValue: 0.5 }, { intValue: '40' }), json({ intValue: '40' }, { doubleValue: 0 }, { intValue: '40' }), 'a', { field: 2 }],
    [{ template: 'url' }, text('https://shop.example/users/42?q=ada'), 'https://shop.example/users/{id}?q=?', 's', FIELD], [{ template: 'url' }, text(`https://shop.example/by?mail=${MAIL}`), 'https://shop.example/by?mail=?', 's', { email: 1, field: 1 }], [{ template: 'url' }, text('hello you'), '[field]', 's', FIELD], [{ template: 'url' }, { intValue: '5' }, '[field]', 's', FIELD], [{ template: 'url' }, text('/health'), '/health', 's', {}],
    [{ template: 'sql' }, text("SELECT a FROM t WHERE b = 'c"), 'SELECT a FROM t WHERE b = ?', 's', { literal: 1 }], [{ template: 'sql' }, text('SELECT 5'), 'SELECT ?', 's', { literal: 1 }], [{ template: 'sql' }, text('dear hunter2'), '[field]', 's', FIELD],
    [{ template: 'command' }, text('psql -phunter2 --list orders'), 'psql -p? --list ?', 's', FIELD], [{ template: 'command' }, text("psql 'x"), '[field]', 's', FIELD], [{ template: 'command' }, array(text('psql'), text('--host'), text('db'), text('a b')), json(text('psql'), text('--host'), text('?'), text('?')), 'a', { field: 2 }],
    [{ truncate: 3 }, text('🦀🦁🦂🦃'), '🦀🦁🦂', 's', FIELD], [{ truncate: 9 }, text('short'), 'short', 's', {}], [{ truncate: 7 }, text(`to ${MAIL}`), 'to ', 's', { email: 1, field: 1 }], [{ truncate: 2 }, { intValue: '1234' }, '12', 's', FIELD], [{ truncate: 2 }, { intValue: '12' }, '12', 'i', {}], [{ truncate: 2 }, array(text('abc'), text('d')), json(text('ab'), text('d')), 'a', FIELD], [{ truncate: 9 }, { bytesValue: 'aHVudGVyMg==' }, '[field]', 's', FIELD], [{ truncate: 3 }, array(text('a\u0007'), text('abcd')), json(text('a␇'), text('abc')), 'a', { field: 1, neutralized: 1 }],
  ];
  // One rule and attribute for each.
  const under = new StoredUnder(policyOf(cases.map(([action], at) => ({ id: `case-${at}`, keys: [`x${at}`], action }))));
  for (let round = 0; round < 2; round++) {
    const [stored] = under.request([resourceOf('shop', [span({ attributes: cases.map(([, value], at) => ({ key: `x${at}`, value })) })])]).spans;
    for (const [at, [action, value, after, type, counts]] of cases.entries()) {
      const found = stored!.attributes.find(({ key }) => key === `x${at}`);
      const counted = Object.fromEntries(stored!.minimized.filter(({ place }) => place === `attributes.x${at}`).map(({ kind, count }) => [kind, count]));
      assert.deepEqual([found?.text ?? null, found?.type ?? '', counted], [after, type, counts], `${JSON.stringify(action)} on ${JSON.stringify(value)}`);
    }
  }
});

test('what a rule about whole values is about is not judged before it', () => {
  const birth: Rule[] = [{ id: 'birth', keys: ['user.birth_date'], action: { generalize: { time: 'year' } } }, { id: 'rest', recognized: 'any', action: 'replace' }];
  assert.deepEqual(outcome(birth, text('1815-12-10'), 'user.birth_date'), ['1815-01-01', 's', FIELD]);
  assert.deepEqual(outcome([{ ...birth[0]!, action: { generalize: { time: 'day' } } }], text('1815-12-10'), 'user.birth_date'), ['[birth-date]', 's', { 'birth-date': 1 }], 'a day is all of it');
  assert.deepEqual(outcome([{ id: 'place', keys: ['geo.location.lat'], action: { generalize: { number: 1 } } }], { doubleValue: 52.5200066 }, 'geo.location.lat'), ['52', 'd', FIELD]);
  assert.deepEqual(outcome([{ id: 'place', keys: ['geo.location.lat'], action: { generalize: { number: 1 } } }], { intValue: CARD }, 'geo.location.lat'), ['[card]', 's', { card: 1 }]);
});

test('pseudonyms: one for equal values whatever their type, of wholes and of parts; none of nothing', () => {
  const action: Action = { pseudonymize: { purpose: 'support' } };
  const [of42, type, counts] = outcome(whole(action), { intValue: '42' });
  assert.match(of42!, /^\[pseudonym:[a-z2-7]{16}\]$/);
  assert.deepEqual([type, counts], ['s', FIELD]);
  for (const same of [text('42'), { doubleValue: 42 }, { bytesValue: 'NDI=' }]) assert.equal(outcome(whole(action), same)[0], of42);
  assert.equal(outcome(whole(action), array(text('42'), { intValue: '42' }))[0], json(text(of42!), text(of42!)));
  const mail = outcome(whole(action), text(MAIL))[0];
  assert.deepEqual(outcome([{ id: 'parts', recognized: ['email'], action }], text(`to ${MAIL} and ${MAIL}`)), [`to ${mail} and ${mail}`, 's', { email: 2 }]);
  assert.match(outcome(whole(action), { kvlistValue: { values: [{ key: MAIL, value: text('a') }] } })[0]!, /^\[pseudonym:[a-z2-7]{16}\]$/);
  assert.match(outcome(whole(action), text('x'.repeat(200_000)))[0]!, /^\[pseudonym:/);
  assert.equal(outcome(whole({ truncate: 5 }), text('x'.repeat(200_000)))[0], 'xxxxx');
  assert.equal(outcome(whole({ mask: { last: 4 } }), text('x'.repeat(200_000)))[0], '[field]');
  const of = (tenant: string) => new StoredUnder(policyOf(whole(action)), tenant).request([resourceOf('shop', [span({ attributes: list({ x: text('42') }) })])]).spans[0]!.attributes[0]!.text;
  assert.equal(of('acme'), of42);
  assert.notEqual(of('other'), of42);
});

test('actions on recognized parts', () => {
  const by = (action: Action, value: Json, kind: 'email' | 'ip' | 'card' = 'email', key = 'x') => outcome([{ id: 'parts', recognized: [kind], action }], value, key);
  assert.deepEqual(by('keep', text(`to ${MAIL} ${CARD}`)), [`to ${MAIL} [card]`, 's', { card: 1 }]);
  assert.deepEqual(by('replace', text(`to ${MAIL}`)), ['to [email]', 's', { email: 1 }]);
  assert.deepEqual(by({ replace: { with: 'person' } }, text(`to ${MAIL}`)), ['to [person]', 's', { email: 1 }]);
  assert.deepEqual(by('drop', text(`to ${MAIL}`)), [null, '', { email: 1 }]);
  assert.deepEqual(by('drop', array(text('a'), text(MAIL))), [null, '', { email: 1 }], 'the whole attribute goes');
  assert.deepEqual(by({ mask: { last: 4 } }, text(`card ${CARD}!`), 'card'), ['card ***1111!', 's', { card: 1 }]);
  assert.deepEqual(by({ mask: { last: 4 } }, { intValue: CARD }, 'card'), ['***1111', 's', { card: 1 }]);
  assert.deepEqual(by('replace', text('203.0.113.9'), 'ip', 'client.address'), ['[ip]', 's', { ip: 1 }]);
  assert.deepEqual(by({ generalize: { network: { v4: 16, v6: 32 } } }, text('203.0.113.9, 198.51.100.7'), 'ip', 'client.address'), ['203.0.0.0, 198.51.0.0', 's', { ip: 2 }]);
  assert.deepEqual(by({ generalize: { network: { v4: 24, v6: 64 } } }, text('2001:db8:1:2:3::9'), 'ip', 'client.address'), ['2001:db8:1:2::', 's', { ip: 1 }]);
  assert.deepEqual(by('replace', text('203.0.113.0'), 'ip', 'client.address'), ['[ip]', 's', { ip: 1 }], 'a network is an address');
  assert.deepEqual(by({ generalize: { network: { v4: 16, v6: 32 } } }, text('203.0.113.0 and 2001:db8:1::'), 'ip', 'client.address'), ['203.0.0.0 and 2001:db8::', 's', { ip: 2 }]);
  assert.deepEqual(by({ generalize: { network: { v4: 24, v6: 48 } } }, text('203.0.113.0'), 'ip', 'client.address'), ['203.0.113.0', 's', {}]);
  assert.deepEqual(outcome([], text('203.0.113.9'), 'client.address'), ['[ip]', 's', { ip: 1 }], 'what no rule names is replaced');
  const statement = "SELECT * FROM users WHERE mail = 'jane.doe@example.com' AND n = 5";
  assert.deepEqual(outcome([{ id: 'keep', recognized: ['literal'], action: 'keep' }], text(statement), 'db.query.text')[0], "SELECT * FROM users WHERE mail = '[email]' AND n = 5");
  assert.deepEqual(outcome([{ id: 'mask', recognized: ['literal'], action: { mask: { last: 3 } } }], text(statement), 'db.query.text')[0], 'SELECT * FROM users WHERE mail = ? AND n = ***', 'an address in what is masked goes');
});

test('rules about parts ask for keys, inner keys, groups and types', () => {
  const keep: Rule[] = [{ id: 'keep', keys: ['reply.*'], groups: ['user'], types: ['string', 'map'], recognized: ['email'], action: 'keep' }];
  assert.equal(outcome(keep, text(MAIL), 'reply.to')[0], MAIL);
  assert.equal(outcome(keep, text(MAIL), 'enduser.id')[0], MAIL);
  assert.equal(outcome(keep, text(MAIL), 'note')[0], '[email]');
  assert.match(outcome(keep, { kvlistValue: { values: [{ key: 'reply.to', value: text(MAIL) }, { key: 'x', value: text(MAIL) }] } }, 'note')[0]!, /"jane\.doe@example\.com"}.*\[email\]/);
  assert.equal(outcome(keep, array(text(MAIL)), 'reply.to')[0], json(text('[email]')), 'an array is no string');
});

test('what is recognized in a key is replaced whatever the rules', () => {
  const { spans } = new StoredUnder(policyOf([{ id: 'keep', recognized: 'any', action: 'keep' }])).request([resourceOf('shop', [span({ attributes: list({ [`of ${MAIL}`]: text('a') }) })])]);
  assert.equal(spans[0]!.attributes[0]!.key, 'of [email]');
});

test('rules that are for others change nothing, and neither does a rule that says what is done anyway', () => {
  const others: Rule[] = [{ id: 'others', for: { services: ['elsewhere'] }, action: 'drop' }, { id: 'parts-of-others', for: { tenants: ['nobody'] }, recognized: 'any', action: { mask: { last: 8 } } }, { id: 'stay', keys: ['*'], action: 'keep' }];
  const [alike, byPlace] = [new StoredUnder(DEFAULT_POLICY), new StoredUnder({ ...DEFAULT_POLICY, rules: [...others, ...DEFAULT_POLICY.rules] })];
  const samples = [...readSamples<SecretSample>('secrets.jsonl').filter((_, at) => at % 7 === 0).map(({ input }) => input), ...readSamples<{ input: string }>('sql.jsonl').filter((_, at) => at % 7 === 0).map(({ input }) => input), 'from 203.0.113.9\u0007', `to ${MAIL}, ${CARD}`];
  assert.ok(samples.length > 100);
  for (let from = 0; from < samples.length; from += 20) {
    const request = samples.slice(from, from + 20).flatMap((sample) => full(sample.slice(0, 900))).concat([resourceOf('shop', [span({ attributes: list({ n: { intValue: CARD }, d: { doubleValue: 4111111111111111 }, b: { bytesValue: Buffer.from(MAIL).toString('base64') }, m: { kvlistValue: { values: samples.slice(from, from + 20).map((sample) => ({ key: sample, value: array(text(sample)) })) } }, 'db.query.text': text(samples[from]!), 'client.address': text('203.0.113.9') }) })])]);
    for (let round = 0; round < 2; round++) assert.deepEqual(byPlace.request(request).spans, alike.request(request).spans);
  }
});

test('the first rule that applies decides, of wholes and of parts alike', () => {
  assert.equal(outcome([{ id: 'one', keys: ['x'], action: 'keep' }, { id: 'two', keys: ['*'], action: 'drop' }], text('a'))[0], 'a');
  assert.equal(outcome([{ id: 'one', keys: ['y'], action: 'keep' }, { id: 'two', keys: ['*'], action: 'drop' }], text('a'))[0], null);
  assert.equal(outcome([{ id: 'one', types: ['int'], action: 'drop' }, { id: 'two', action: { truncate: 1 } }], text('ab'))[0], 'a');
  assert.equal(outcome([{ id: 'one', keys: ['x'], action: 'replace' }, { id: 'two', recognized: 'any', action: 'drop' }], text(MAIL))[0], '[field]', 'the whole comes before its parts');
  assert.equal(outcome([{ id: 'one', recognized: ['email'], action: 'drop' }, { id: 'two', keys: ['x'], action: { truncate: 99 } }], text(MAIL))[0], null, 'what acts on the result leaves the parts to their rules');
});

/** Every text and attribute of a span, told apart by where it stands. */
const EVERYWHERE: Readonly<Record<Place, (form: Span) => string | undefined>> = {
  resource: ({ resource }) => inJson(resource, 'x'), scope: ({ scope }) => inJson(scope, 'x'), span: ({ attributes }) => attributes.find(({ key }) => key === 'x')?.text,
  event: ({ events }) => events[0]!.attributes.find(({ key }) => key === 'x')?.text, link: ({ links }) => links[0]!.attributes.find(({ key }) => key === 'x')?.text,
  'span-name': ({ name }) => name, 'status-message': ({ statusMessage }) => statusMessage, 'trace-state': ({ traceState, links }) => (traceState === links[0]!.traceState ? traceState : 'differ'), 'event-name': ({ events }) => events[0]!.name,
  'scope-name': ({ scope }) => (JSON.parse(scope) as { name?: string }).name ?? '', 'scope-version': ({ scope }) => (JSON.parse(scope) as { version?: string }).version ?? '',
  'schema-url': ({ scope, resource }) => [scope, resource].map((one) => (JSON.parse(one) as { schemaUrl?: string }).schemaUrl ?? '').join('|'),
};
function inJson(group: string, key: string): string | undefined {
  const { attributes = [] } = JSON.parse(group) as { attributes?: { key: string; value: { stringValue?: string } }[] };
  return attributes.find((one) => one.key === key)?.value.stringValue;
}
const full = (value: string): Json[] => [{
  resource: { attributes: list({ 'service.name': text('shop'), x: text(value) }) }, schemaUrl: value,
  scopeSpans: [{
    scope: { name: value, version: value, attributes: list({ x: text(value) }) }, schemaUrl: value,
    spans: [span({ name: value, traceState: value, status: { message: value }, attributes: list({ x: text(value) }), events: [{ timeUnixNano: '5', name: value, attributes: list({ x: text(value) }) }], links: [{ traceId: TRACE, spanId: '0102030405060708', traceState: value, attributes: list({ x: text(value) }) }] })],
  }],
}];

test('a rule for a place acts there and nowhere else', () => {
  const places = Object.keys(EVERYWHERE) as Place[];
  const actions: [Action, string, string | undefined][] = [['replace', 'a-value', '[field]'], ['drop', 'a-value', undefined], [{ truncate: 3 }, 'a-value', 'a-v'], [{ mask: { last: 2 } }, 'a-value', '***ue']];
  for (const place of places) {
    for (const [action, value, after] of actions) {
      const { spans: [stored] } = new StoredUnder(policyOf([{ id: 'there', for: { places: [place] }, action }])).request(full(value));
      for (const other of places) {
        const expected = other !== place ? value : (after ?? (['resource', 'scope', 'span', 'event', 'link'].includes(place) ? undefined : ''));
        assert.equal(EVERYWHERE[other](stored!), other === 'schema-url' ? `${expected}|${expected}` : expected, `${JSON.stringify(action)} at ${place}, seen at ${other}`);
      }
    }
    const { spans, refused } = new StoredUnder(policyOf([{ id: 'gone', for: { places: [place] }, action: 'drop-span' }])).request(full('a-value'));
    assert.deepEqual([spans.length, refused], [0, { span_dropped_by_policy: 1 }], place);
    const parts = new StoredUnder(policyOf([{ id: 'gone', for: { places: [place] }, recognized: ['email'], action: 'drop-span' }]));
    assert.deepEqual([parts.request(full('a-value')).refused, parts.request(full(`to ${MAIL}`)).refused], [{}, { span_dropped_by_policy: 1 }], place);
  }
});

test('rules without places take attributes wherever they are, and no other text', () => {
  const { spans: [stored] } = new StoredUnder(policyOf([{ id: 'all', keys: ['x'], action: 'replace' }])).request(full('a-value'));
  for (const [place, of] of Object.entries(EVERYWHERE)) assert.equal(of(stored!), ['resource', 'scope', 'span', 'event', 'link'].includes(place) ? '[field]' : place === 'schema-url' ? 'a-value|a-value' : 'a-value', place);
});

test('scopes: tenant, service, environment and kind of span', () => {
  const x = (stored: Span): string | undefined => stored.attributes.find(({ key }) => key === 'x')?.text;
  const run = (scope: Rule['for'], { tenant = 'acme', service = 'payments-eu', resource = {}, kind = 2 }: { tenant?: string; service?: string; resource?: Readonly<Record<string, Json>>; kind?: number } = {}) =>
    x(new StoredUnder(policyOf([{ id: 'scoped', for: scope!, keys: ['x'], action: 'replace' }]), tenant).request([resourceOf(service, [span({ kind, attributes: list({ x: text('a') }) })], resource)]).spans[0]!);
  assert.equal(run({ tenants: ['ac*'] }), '[field]');
  assert.equal(run({ tenants: ['ac*'] }, { tenant: 'other' }), 'a');
  assert.equal(run({ services: ['payments-*'] }), '[field]');
  assert.equal(run({ services: ['payments-*'] }, { service: 'shop' }), 'a');
  assert.equal(run({ environments: ['prod*'] }, { resource: { 'deployment.environment.name': text('production') } }), '[field]');
  assert.equal(run({ environments: ['prod*'] }, { resource: { 'deployment.environment': text('production') } }), '[field]');
  assert.equal(run({ environments: ['prod*'] }, { resource: { 'deployment.environment': text('production'), 'deployment.environment.name': text('test') } }), 'a', 'the newer name holds');
  assert.equal(run({ environments: [''] }), '[field]');
  assert.equal(run({ environments: ['prod*'] }), 'a');
  for (const [kind, name] of [[0, 'internal'], [1, 'internal'], [2, 'server'], [3, 'client'], [4, 'producer'], [5, 'consumer'], [77, 'unspecified']] as const) {
    assert.equal(run({ spans: [name] }, { kind }), '[field]', name);
    assert.equal(run({ spans: [name === 'server' ? 'client' : 'server'] }, { kind }), 'a', name);
  }
});

test('an allow-list drops attributes that no rule names, but for the name of the service', () => {
  const { spans: [stored] } = new StoredUnder(policyOf([{ id: 'named', keys: ['kept', 'masked'], types: ['string'], action: 'keep' }], { attributes: 'drop' })).request([
    resourceOf('shop', [span({ name: 'a-name', attributes: list({ kept: text(MAIL), gone: text('a'), n: { intValue: '5' }, nothing: {}, 'service.name': text('a') }) })], { host: text('a'), kept: text('b') }, { name: 'lib', attributes: list({ gone: text('a') }) }),
  ]);
  assert.deepEqual(stored!.attributes.map(({ key, text: value }) => [key, value]), [['kept', '[email]']]);
  assert.deepEqual([stored!.service, stored!.name, stored!.scope], ['shop', 'a-name', '{"name":"lib"}']);
  assert.deepEqual((JSON.parse(stored!.resource) as { attributes: unknown }).attributes, [{ key: 'service.name', value: text('shop') }, { key: 'kept', value: text('b') }]);
  assert.deepEqual(countsOf(stored!), { email: 1, field: 6 });
});

test('the name of the service stays whatever rules say about whole values, and what is recognized in it goes', () => {
  for (const action of ['drop', 'replace', { mask: { last: 1 } }] as const) {
    const under = new StoredUnder(policyOf([{ id: 'all', keys: ['service.*'], action }]));
    const of = (service: string): Span => under.request([resourceOf(service, [span({ attributes: list({ 'service.name': text('peer') }) })], { 'service.version': text('1') })]).spans[0]!;
    assert.equal(of('shop').service, 'shop');
    assert.equal(of(`of ${MAIL}`).service, 'of [email]');
    assert.deepEqual([inJson(of('shop').resource, 'service.name'), inJson(of('shop').resource, 'service.version') === '1', of('shop').attributes[0]?.text === 'peer'], ['shop', false, false]);
  }
  assert.deepEqual(new StoredUnder(policyOf([{ id: 'gone', for: { services: ['shop'] }, action: 'drop-span' }])).request([resourceOf('shop', [span()]), resourceOf('other', [span()])]).refused, { span_dropped_by_policy: 1 });
});

test('a rule that drops spans takes those it is about, and leaves the others of the request', () => {
  const under = new StoredUnder(policyOf([{ id: 'probes', for: { spans: ['server'] }, keys: ['probe'], action: 'drop-span' }, { id: 'people', recognized: ['card'], action: 'drop-span' }]));
  const probe = list({ probe: { boolValue: true } });
  const { spans, refused } = under.request([
    resourceOf('shop', [span({ name: 'a', attributes: probe }), span({ name: 'b', kind: 3, attributes: probe }), span({ name: 'c', attributes: list({ n: { intValue: CARD } }) }), span({ name: 'd' }), span({ name: 'e', events: [{ timeUnixNano: '5', name: CARD }] })]),
    resourceOf('cards', [span({ name: 'f' }), span({ name: 'g' })], { note: text(CARD) }),
    resourceOf('shop', [span({ name: 'h' })], {}, { name: CARD }),
  ]);
  assert.deepEqual([spans.map(({ name }) => name), refused], [['b', 'd'], { span_dropped_by_policy: 6 }]);
});

test('equal bytes under different rules are told apart, within a request and between requests, in blocks that stay open', () => {
  const rules: Rule[] = [
    { id: 'masked', for: { services: ['a'] }, keys: ['x', 'n'], action: { mask: { last: 2 } } }, { id: 'named', for: { services: ['b'] }, keys: ['x', 'n'], action: { replace: { with: 'gone' } } },
    { id: 'parts', for: { services: ['c'] }, recognized: ['email'], action: { mask: { last: 4 } } }, { id: 'client', for: { spans: ['client'] }, keys: ['x'], action: 'drop' },
  ];
  const under = new StoredUnder(policyOf(rules));
  const of = (service: string, kind = 2): Json => resourceOf(service, [span({ name: service, kind, attributes: list({ x: text(`${MAIL} or so`), n: { intValue: '123456' }, y: text(MAIL) }) })]);
  const expected: Readonly<Record<string, readonly string[]>> = { a: ['***so', '***56', '[email]'], b: ['[gone]', '[gone]', '[email]'], c: ['***.com or so', '123456', '***.com'], d: ['[email] or so', '123456', '[email]'] };
  for (let round = 0; round < 3; round++) {
    for (const services of [['a'], ['b', 'a'], ['c', 'd', 'c', 'b', 'a'], ['d']]) {
      const { spans } = under.request(services.map((service) => of(service)));
      assert.deepEqual(spans.map(({ name, attributes }) => [name, ...attributes.map((one) => one.text)]), services.map((service) => [service, ...expected[service]!]));
    }
    assert.deepEqual(under.request([of('d', 3)]).spans[0]!.attributes.map(({ key }) => key), ['n', 'y']);
  }
});

test('a recognizer of the policy’s own is acted upon like any other', () => {
  const recognizers = [{ id: 'employee', pattern: 'E-[0-9]{6}', examples: ['E-123456'] }];
  assert.deepEqual(outcome([], text('by E-123456'), 'x', { recognizers }), ['by [employee]', 's', { employee: 1 }]);
  assert.deepEqual(outcome([{ id: 'last', recognized: ['employee' as never], action: { mask: { last: 2 } } }], text('by E-123456'), 'x', { recognizers }), ['by ***56', 's', { employee: 1 }]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_TENANT, producerId } from '#model';
import { Pipeline } from '#pipeline';
import { compilePolicy, DEFAULT_POLICY, type PolicyDocument, type Rule } from '#policy';
import { readPolicy } from '#policy/read';
import { isRefusal } from '#refusal';
import { readSamples, type SecretSample, secretsOf } from '#scanner/samples';
import type { Change } from './changes.ts';
import { DryRun, type DryRunResult } from './dry-run.ts';

type Json = Readonly<Record<string, unknown>>;
const SENDER = { tenant: DEFAULT_TENANT, services: ['*'] };
const TRACE = '0102030405060708090a0b0c0d0e0f10';
const MAIL = 'ada@example.org';
const policy = (...rules: Rule[]): PolicyDocument => ({ version: 2, rules });
const attribute = (key: string, stringValue: string): Json => ({ key, value: { stringValue } });
let ids = 0;
const span = (attributes: readonly Json[], more: Json = {}): Json => ({ traceId: TRACE, spanId: (++ids).toString(16).padStart(16, '0'), name: 'op', startTimeUnixNano: '5', endTimeUnixNano: '6', attributes, ...more });
const request = (spans: readonly Json[], resource: readonly Json[] = [], service = 'shop'): Buffer =>
  Buffer.from(JSON.stringify({ resourceSpans: [{ resource: { attributes: [attribute('service.name', service), ...resource] }, scopeSpans: [{ spans }] }] }));

function run(tried: PolicyDocument, requests: readonly Buffer[], today: PolicyDocument = DEFAULT_POLICY): DryRunResult {
  const dry = new DryRun({ tried: compilePolicy(tried), today: compilePolicy(today), pseudonymKey: null }, SENDER);
  for (const body of requests) dry.take(body, 'json');
  return dry.result();
}

/** `key kind: today > then by rule, count`. */
const told = ({ key, kind, today, action, rule, count, differs }: Change): string => `${key} ${kind}: ${today?.action ?? '-'} > ${action} by ${rule ?? '-'}, ${count}${differs ? '' : ' same'}`;

test('what is kept that goes today, what goes that is kept, and what stays as it is', () => {
  const tried = policy({ id: 'mails', keys: ['to'], recognized: ['email'], action: 'keep' }, { id: 'rest', recognized: 'any', action: 'replace' });
  const { changes, spans, more } = run(tried, [request([span([attribute('to', `${MAIL}, ${MAIL}`), attribute('note', MAIL)]), span([attribute('to', MAIL)])])]);
  assert.deepEqual(changes.map(told), ['to email: replace > keep by mails, 3', 'note email: replace > replace by rest, 1 same']);
  assert.deepEqual([spans, more], [2, false]);
  assert.deepEqual(changes.map(({ before, after }) => [before, after]), [['[aaa@aaaaaaa.aaa], aaa@a', 'aaa@aaaaaaa.aaa, aaa@aa…'], ['[aaa@aaaaaaa.aaa]', '[email]']]);
  const back = run(DEFAULT_POLICY, [request([span([attribute('to', MAIL)])])], tried);
  assert.deepEqual(back.changes.map(told), ['to email: - > replace by everything-recognized, 1']);
});

test('services, places and kinds of span are told apart; what a resource has counts once a request', () => {
  const spans = [span([], { name: `to ${MAIL}`, status: { message: MAIL } }), span([], { events: [{ timeUnixNano: '5', name: 'exception', attributes: [attribute('exception.message', MAIL)] }] })];
  const { changes } = run(DEFAULT_POLICY, [request(spans, [attribute('owner', MAIL)]), request(spans, [attribute('owner', MAIL)], 'cart')]);
  assert.deepEqual(changes.filter(({ service }) => service === 'cart').map(({ place, key, count }) => `${place} ${key} ${count}`), ['event exception.message 1', 'resource owner 1', 'span-name span-name 1', 'status-message status-message 1']);
  assert.equal(changes.length, 8);
});

test('whole values: what goes today in parts goes whole, and what goes whole today is kept', () => {
  const notes = policy({ id: 'no-notes', keys: ['note'], action: 'drop' }, { id: 'short', keys: ['text'], action: { truncate: 3 } });
  const requests = [request([span([attribute('note', `${MAIL} and ${MAIL}`), attribute('note.of', 'x'), attribute('text', 'abcdef')]), span([attribute('note', 'plain')])])];
  const { changes } = run(notes, requests);
  assert.deepEqual(changes.map((change) => `${told(change)}: ${change.before} > ${change.after}`).sort(), [
    'note field: - > drop by no-notes, 1: aaaaa > ',
    'note field: replace > drop by no-notes, 1: aaa@aaaaaaa.aaa aaa aaa… > ',
    'text field: - > truncate by short, 1: aaaaaa > aaa',
  ]);
  assert.deepEqual(run(DEFAULT_POLICY, requests, notes).changes.map(told).sort(), ['note email: drop > replace by everything-recognized, 2', 'note field: drop > keep by -, 2', 'text field: truncate > keep by -, 1']);
});

test('what a policy would seal is told by service, key and rule, as shapes, with what becomes of it today', () => {
  const whose: Rule = { id: 'whose', keys: ['enduser.id'], action: { seal: { subject: true } } };
  const sealing: PolicyDocument = { ...DEFAULT_POLICY, rules: [whose, { id: 'data', keys: ['data', 'plan'], action: 'seal' }, { id: 'messages', for: { places: ['status-message'] }, action: 'seal' }, ...DEFAULT_POLICY.rules] };
  const requests = [request([
    span([attribute('enduser.id', MAIL), attribute('data', `4111 1111 1111 1111 of ${MAIL}`), attribute('plan', 'gold'), attribute('note', MAIL)], { status: { message: 'Ada has none' } }), span([attribute('enduser.id', MAIL)]),
  ], [attribute('plan', 'of all')])];
  const { changes } = run(sealing, requests);
  assert.deepEqual(changes.map((change) => `${change.place} ${told(change)}: ${change.before} > ${change.after}`).sort(), [
    'resource plan field: - > replace by data, 1: aa aaa > [field]',
    'span data card: replace > replace by -, 1 same: [9999 9999 9999 99…] aa  > [sealed]',
    'span data sealed: replace > seal by data, 1: 9999 9999 9999 9999 aa … > [sealed]',
    'span enduser.id sealed: replace > seal by whose, 2: aaa@aaaaaaa.aaa > [sealed]',
    'span note email: replace > replace by everything-recognized, 1 same: [aaa@aaaaaaa.aaa] > [email]',
    'span plan sealed: - > seal by data, 1: aaaa > [sealed]',
    'status-message status-message sealed: - > seal by messages, 1: aaa aaa aaaa > [sealed]',
  ]);
  assert.ok(!JSON.stringify(changes).includes('ada@') && !JSON.stringify(changes).includes('gold'));
  assert.deepEqual(run(sealing, requests, sealing).changes.filter(({ differs }) => differs), [], 'the same');
  assert.deepEqual(run(DEFAULT_POLICY, requests, sealing).changes.filter(({ place }) => place === 'span').map(told).sort(), [
    'data card: replace > replace by everything-recognized, 1 same', 'data email: seal > replace by everything-recognized, 1', 'data sealed: seal > keep by -, 1', 'enduser.id email: seal > replace by everything-recognized, 2', 'enduser.id sealed: seal > keep by -, 2',
    'note email: replace > replace by everything-recognized, 1 same', 'plan sealed: seal > keep by -, 1',
  ]);
  const twice = { ...sealing, rules: sealing.rules.map((rule) => (rule.id === 'whose' ? { ...whose, action: { seal: { subject: true, searchable: true } } } : rule)) };
  assert.deepEqual(run(twice, requests, sealing).changes.filter(({ differs }) => differs).map(told), ['enduser.id sealed: seal > seal by whose, 2'], 'it would be found by equal values');
});

test('an allow-list drops what no rule names, which is nobody’s rule', () => {
  const { changes } = run({ version: 2, attributes: 'drop', rules: [{ id: 'allowed', keys: ['http.*'], action: 'keep' }] }, [request([span([attribute('http.route', '/'), attribute('mail', MAIL), attribute('n', '1')])], [attribute('host.name', 'a')])]);
  assert.deepEqual(changes.map((change) => `${change.place} ${told(change)}`).sort(), ['resource host.name field: - > drop by -, 1', 'span mail field: replace > drop by -, 1', 'span n field: - > drop by -, 1']);
});

test('spans that would be dropped are counted under what drops them', () => {
  const health = policy({ id: 'no-health-checks', keys: ['health'], action: 'drop-span' }, { id: 'no-cards', for: { services: ['shop'] }, recognized: ['card'], action: 'drop-span' });
  const requests = [request([span([attribute('health', 'x'), attribute('mail', MAIL)]), span([attribute('note', '4111 1111 1111 1111')]), span([attribute('mail', MAIL)])])];
  const result = run(health, requests);
  assert.deepEqual([result.spans, result.dropped, result.droppedToday], [3, 2, 0]);
  assert.deepEqual(result.changes.map(told).sort(), ['health field: - > drop-span by no-health-checks, 1', 'mail email: replace > replace by -, 1 same', 'note card: - > drop-span by no-cards, 1']);
  const back = run(DEFAULT_POLICY, requests, health);
  assert.deepEqual([back.dropped, back.droppedToday], [0, 2]);
  assert.ok(back.changes.map(told).includes('health field: drop-span > keep by -, 1'));
});

test('two rules of one action are the same only if they do the same', () => {
  const network = (v4: number): PolicyDocument => policy({ id: 'ips', recognized: ['ip'], action: { generalize: { network: { v4, v6: 48 } } } });
  const requests = [request([span([attribute('client.address', '203.0.113.9')])])];
  assert.deepEqual(run(network(16), requests, network(24)).changes.map(({ differs }) => differs), [true]);
  assert.deepEqual(run(network(24), requests, network(24)).changes.map(({ differs }) => differs), [false]);
});

test('the order in which the members of an action were written is no difference', () => {
  const [written, inForce] = ['{ purpose: support, every: 1d }', '{ every: 1d, purpose: support }'].map((action) => readPolicy(`version: 2\nrules: [{ id: people, keys: [user.id], action: { pseudonymize: ${action} } }]`).document!);
  assert.deepEqual(run(written!, [request([span([attribute('user.id', 'ada')])])], inForce!).changes.map(told), ['user.id field: pseudonymize > pseudonymize by people, 1 same']);
});

const samples = readSamples<SecretSample>('secrets.jsonl').filter(({ contains_secret }) => contains_secret).filter((_, at) => at % 4 === 0);
const corpus = samples.map(({ input }) => request([
  span([attribute('log.message', input), { key: 'list', value: { arrayValue: { values: [{ stringValue: input }, { intValue: '4111111111111111' }] } } }, attribute('client.address', '203.0.113.9')], { name: input.slice(0, 100), status: { message: MAIL } }),
  span([attribute('db.query.text', `SELECT '${MAIL}'`)], { events: [{ timeUnixNano: '5', name: 'e', attributes: [attribute('exception.message', input)] }], links: [{ traceId: TRACE, spanId: '0000000000000001', attributes: [attribute('why', input)] }] }),
], [attribute('process.command_line', input)]));

const POLICIES: Readonly<Record<string, PolicyDocument>> = {
  default: DEFAULT_POLICY,
  'keeps some': policy({ id: 'mails', recognized: ['email', 'literal'], action: 'keep' }, { id: 'messages', keys: ['log.*'], recognized: ['credential'], action: 'keep' }),
  'whole values': policy({ id: 'messages', keys: ['log.*'], types: ['string'], action: 'replace' }, { id: 'lists', types: ['array'], for: { places: ['span'] }, action: 'drop' }, { id: 'names', for: { places: ['span-name'] }, action: { truncate: 20 } }),
  'an allow-list': { version: 2, attributes: 'drop', rules: [{ id: 'allowed', keys: ['log.*', 'exception.*'], action: 'keep' }] },
  'drops parts': policy({ id: 'tokens', recognized: ['credential', 'jwt'], action: 'drop' }, { id: 'rest', for: { places: ['span', 'event'] }, recognized: 'any', action: 'replace' }),
};

for (const [name, document] of Object.entries(POLICIES)) {
  test(`the counts of a dry run are those of minimization: ${name}`, () => {
    const pipeline = new Pipeline(null, compilePolicy(document));
    const builder = pipeline.builder();
    builder.open({ block: 1, day: 0, retention: 'default', tenant: DEFAULT_TENANT });
    const really = new Map<string, number>();
    for (const [at, body] of corpus.entries()) {
      const taken = pipeline.take(body, 'json', { id: producerId('p_0000000000000000')!, name: 'x', retention: 'default', backfill: true, version: 1, ...SENDER }, at, Date.now(), () => builder);
      assert.ok(!isRefusal(taken));
      for (const [kind, count] of Object.entries(taken.minimized)) if (!['neutralized', 'odd-time'].includes(kind)) really.set(kind, (really.get(kind) ?? 0) + count);
    }
    const dry = new Map<string, number>();
    for (const { kind, count, action } of run(document, corpus).changes) if (action !== 'keep') dry.set(kind, (dry.get(kind) ?? 0) + count);
    assert.ok(really.size > 0 && [...really.values()].reduce((sum, count) => sum + count) > 400);
    assert.deepEqual([...dry].sort(), [...really].sort());
  });
}

test('six characters of no secret are in the result, whatever is kept', () => {
  const kept = policy({ id: 'all', recognized: 'any', action: 'keep' });
  const text = JSON.stringify([run(kept, corpus), run(DEFAULT_POLICY, corpus, kept)]);
  let secrets = 0;
  for (const { kind, input } of samples) {
    for (const secret of secretsOf(kind, input)) {
      for (let at = 0; at + 6 <= secret.length; at++) {
        const piece = secret.slice(at, at + 6);
        // Words that the answer is made of occur in some samples too.
        if (!/^[a-z]+$/.test(piece)) assert.ok(!text.includes(piece), `${kind}: ${piece.length} characters at ${at}`);
      }
      secrets++;
    }
  }
  assert.ok(secrets > 100);
});

/**
 * Policies against secrets: whatever the rules are, as long as none of them keeps what is recognized, no credential of the outside samples that is
 * recognized is stored, in whatever place of a span it stands; and what was stored once is stored the same when it comes again.
 */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { ACTION_NAMES, type Action, decidingRules, DEFAULT_POLICY, PLACES, type PolicyDocument, type Rule, SPAN_KINDS, VALUE_TYPES } from '#policy';
import { KINDS } from '#scanner/recognizer';
import { readSamples, type SecretSample, secretsOf } from '#scanner/samples';
import type { Span } from '#query/span';
import { type Json, policyOf, StoredUnder } from '#harness/stored-under';

const POLICIES = 12;
const SAMPLES_EACH = 16;
const samples = readSamples<SecretSample>('secrets.jsonl').filter(({ contains_secret }) => contains_secret).map(({ kind, input }) => ({ input, secrets: secretsOf(kind, input) }));
const seed = Number(process.env['TRACEKEEP_TEST_SEED'] ?? randomInt(1, 2 ** 31));
const random = generator(seed);
const pick = <T>(list: readonly T[]): T => list[random(list.length)]!;
const some = <T>(list: readonly T[]): T[] => list.filter(() => random(4) === 0).concat(pick(list));

const KEYS = ['sample.value', 'log.message', 'url.full', 'db.query.text', 'http.request.header.x-debug', 'nested', 'raw', 'process.command_line', 'http.*', '*'];
const SERVICES = ['shop', 'payments-eu', 'payments-us'];

/** Everything that leaves a part of a value, and little that takes spans, of which nothing would be left to look at. */
function actionOf(parts: boolean): Action {
  const name = pick(ACTION_NAMES);
  switch (name) {
    case 'keep':
      return parts ? 'replace' : 'keep';
    case 'drop-span':
      return random(6) === 0 ? name : 'replace';
    case 'drop':
      return name;
    case 'replace':
      return random(2) === 0 ? name : { replace: { with: 'gone' } };
    case 'mask':
      return { mask: { last: 1 + random(8) } };
    case 'pseudonymize':
      return { pseudonymize: { purpose: pick(['support', 'billing']), ...(random(2) === 0 && { every: '1d' }) } };
    case 'generalize':
      return { generalize: parts ? { network: { v4: random(33), v6: random(129) } } : pick([{ network: { v4: 16, v6: 32 } }, { time: pick(['minute', 'day', 'year'] as const) }, { number: 1 + random(1_000) }]) };
    case 'template':
      return parts ? 'replace' : { template: pick(['url', 'sql', 'command'] as const) };
    default:
      return parts ? 'replace' : { truncate: 1 + random(200) };
  }
}

function ruleOf(id: string): Rule {
  const parts = random(2) === 0;
  return {
    id, action: actionOf(parts),
    ...(random(2) === 0 && { for: { ...(random(2) === 0 && { services: [pick(['payments-*', 'shop', '*'])] }), ...(random(3) === 0 && { spans: some(SPAN_KINDS) }), ...(random(3) === 0 && { places: some(PLACES) }), ...(random(4) === 0 && { tenants: [pick(['acme', 'other'])] }) } }),
    ...(random(2) === 0 && { keys: some(KEYS) }), ...(random(4) === 0 && { groups: [pick(['http', 'db', 'user'])] }), ...(random(4) === 0 && { types: some(VALUE_TYPES) }),
    ...(parts && { recognized: random(2) === 0 ? 'any' as const : some(KINDS) }),
  };
}

const policy = (): PolicyDocument => policyOf(Array.from({ length: 1 + random(9) }, (_, at) => ruleOf(`rule-${at}`)), random(5) === 0 ? { attributes: 'drop' } : {});

let ids = 0;
const id = (): string => (++ids).toString(16).padStart(16, '0');
const TRACE = '0102030405060708090a0b0c0d0e0f10';
const list = (attributes: Readonly<Record<string, Json>>): Json[] => Object.entries(attributes).map(([key, value]) => ({ key, value }));
const text = (value: string): Json => ({ stringValue: value });

/** Every place for text that the protocol has; `keys` too, or what is said about a value changes with its key. */
function requestOf(input: string, keys = true): Json[] {
  const attributes = list({
    'sample.value': text(input), 'log.message': text(`2024-05-17T12:00:00.000Z INFO ${input}`), 'url.full': text(`https://shop.example/log?page=1&message=${encodeURIComponent(input)}`), 'process.command_line': text(`run --now ${input}`),
    'http.request.header.x-debug': { arrayValue: { values: [text(input), { intValue: '5' }] } }, nested: { kvlistValue: { values: [{ key: 'deeper', value: { arrayValue: { values: [text('first'), text(input)] } } }, ...(keys ? [{ key: input, value: text('x') }] : [])] } },
    raw: { bytesValue: Buffer.from(input).toString('base64') }, ...(keys && { [`key ${input}`.slice(0, 250)]: text('x') }),
  });
  const name = input.slice(0, 900);
  return [{
    resource: { attributes: [{ key: 'service.name', value: text(pick(SERVICES)) }, ...attributes] }, schemaUrl: name,
    scopeSpans: [{ scope: { name, version: name, attributes }, schemaUrl: name, spans: [{ traceId: TRACE, spanId: id(), name, kind: random(6), startTimeUnixNano: '5', endTimeUnixNano: '6', traceState: name.slice(0, 400), status: { code: 2, message: input }, attributes, events: [{ timeUnixNano: '5', name, attributes }], links: [{ traceId: TRACE, spanId: id(), traceState: name.slice(0, 400), attributes }] }] }],
  }];
}

test(`no secret survives a policy that keeps no part (seed ${seed})`, () => {
  const byDefault = new StoredUnder(DEFAULT_POLICY);
  let looked = 0;
  for (let round = 0; round < POLICIES; round++) {
    const rules = policy();
    const under = new StoredUnder(rules);
    for (let at = 0; at < SAMPLES_EACH; at++) {
      const { input, secrets } = pick(samples);
      const request = requestOf(input);
      const { spans } = under.request(request);
      looked += spans.length;
      const stored = storedText(spans);
      // What no recognizer finds is another test's business.
      const found = storedText(byDefault.request(request).spans);
      for (const secret of secrets) assert.ok(found.includes(secret) || !stored.includes(secret), `seed ${seed}, policy ${round}: a secret of ${secret.length} characters is stored under ${JSON.stringify(rules)}`);
    }
  }
  assert.ok(looked > POLICIES * SAMPLES_EACH / 4, `seed ${seed}: spans were looked at: ${looked}`);
});

test(`what was stored under a policy is stored the same when it comes again (seed ${seed})`, async () => {
  for (let round = 0; round < POLICIES / 2; round++) {
    // A mask of a mask leaves less, a pseudonym of a pseudonym is another, what a name stands for is not told apart from a value, and all of them are texts.
    const rules: Rule[] = decidingRules(policy()).map(({ types: _, ...rule }) => ({ ...rule, action: typeof rule.action === 'object' && ('mask' in rule.action || 'pseudonymize' in rule.action || 'replace' in rule.action) ? 'replace' : rule.action }));
    const under = new StoredUnder(policyOf(rules));
    for (let at = 0; at < SAMPLES_EACH / 4; at++) {
      const request = requestOf(pick(samples).input, false);
      const once = withoutStatements(await under.otlp(request));
      assert.deepEqual(withoutStatements(await under.otlp(once.resourceSpans)), once, `seed ${seed}, policy ${round}: ${JSON.stringify(rules)}`);
    }
  }
});

/** What was done at first is done. */
function withoutStatements(otlp: unknown): { readonly resourceSpans: readonly Json[] } {
  const kept = (name: string, value: unknown): unknown => {
    if (name !== 'attributes' || !Array.isArray(value)) return value;
    const attributes = value.filter(({ key }: { key: string }) => !key.startsWith('tracekeep.'));
    return attributes.length === 0 ? undefined : attributes;
  };
  return JSON.parse(JSON.stringify(otlp, kept)) as { resourceSpans: Json[] };
}

/** With what lies in base64 in clear as well. */
function storedText(spans: readonly Span[]): string {
  const all = JSON.stringify(spans, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  const decoded = [...all.matchAll(/[A-Za-z0-9+/=]{8,}/g)].map(([base64]) => Buffer.from(base64, 'base64').toString('latin1'));
  return [all, unescaped(all), ...decoded].join('\n');
}

/** Resources, scopes, arrays and maps are JSON in JSON. */
function unescaped(json: string): string {
  return json.replaceAll(/\\+(["\\])/g, '$1').replaceAll(/\\+n/g, '\n');
}

function generator(from: number): (below: number) => number {
  let state = from | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Configurations as people write them, after the examples of the processors' own documentation: the rules they become, and what is said of the rest. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decidingRules, type PolicyDocument, type Rule } from '#policy';
import { readPolicy } from '#policy/read';
import { importCollector, type Imported, isImported } from './collector.ts';

interface Read extends Imported {
  readonly document: PolicyDocument;
}

function imported(config: string): Read {
  const found = importCollector(config);
  assert.ok(isImported(found), JSON.stringify(found));
  const { document, problems } = readPolicy(found.text);
  assert.deepEqual(problems.filter(({ severity }) => severity === 'error'), [], found.text);
  // What the default policy does stays at the end.
  const rules = document!.rules.slice(0, found.rules);
  assert.deepEqual(document!.rules.slice(found.rules).map(({ action }) => typeof action), ['object', 'string']);
  assert.ok(document!.restricted!.length > 10);
  return { ...found, document: { ...document!, rules } };
}

const short = ({ for: scope, keys, recognized, action }: Rule): string => `${[scope === undefined ? '' : JSON.stringify(scope), keys?.join(' ') ?? '', recognized === undefined ? '' : `recognized ${String(recognized)}`].filter((part) => part !== '').join(' ')}: ${JSON.stringify(action)}`;
const rulesOf = (config: string): string[] => decidingRules(imported(config).document).map(short);
const leftOf = (config: string): string[] => imported(config).left.map(({ processor, line, what }) => `${processor}:${line} ${what}`);

const REDACTION = `
processors:
  redaction:
    allow_all_keys: false
    allowed_keys: [description, group, id, name, notes]
    ignored_keys: [safe_attribute]
    redact_all_types: true
    blocked_key_patterns:
      - ".*token.*"
      - "(?i)api_key"
    blocked_values:
      - "4[0-9]{12}(?:[0-9]{3})?" ## Visa
      - "(5[1-5][0-9]{14})"
      - "secret(?=x)"
      - '(?i)\\bbearer\\s+[a-z0-9+*]{10,}\\b'
    allowed_values: [".+@mycompany.com"]
    hash_function: md5
    summary: debug
    url_sanitizer: { enabled: true, attributes: [name, "http.url"] }
    db_sanitizer:
      sql: { enabled: true, attributes: ["db.statement", "description"] }
      redis: { enabled: true, attributes: ["db.statement"] }
`;

/** With an end to each repetition, the longest that a pattern can bear. */
const BEARER = '(?i)bearer\\s{1,64}[a-z0-9+*]{10,64}';

test('redaction: lists of keys, keys and values that are blocked, URLs and statements', () => {
  const { document, left } = imported(REDACTION);
  const pseudonym = '{"pseudonymize":{"purpose":"imported"}}';
  assert.equal(document.attributes, 'drop');
  assert.deepEqual(document.recognizers!.map(({ id, pattern }) => [id, pattern]), [['redaction-blocked-value', '4[0-9]{12}(?:[0-9]{3})?'], ['redaction-blocked-value-2', '(5[1-5][0-9]{14})'], ['redaction-blocked-value-3', BEARER]]);
  assert.deepEqual(decidingRules(document).map(short), [
    `*token*: ${pseudonym}`,
    `*api_key* *API_KEY* *Api_Key* *Api_key*: ${pseudonym}`,
    // Of the keys that hold URLs and statements only those on the list are named: to name a key would keep it.
    'name: {"template":"url"}',
    'description: {"template":"sql"}',
    'description group id name notes safe_attribute: "keep"',
    'safe_attribute recognized redaction-blocked-value: "keep"',
    `recognized redaction-blocked-value: ${pseudonym}`,
    'safe_attribute recognized redaction-blocked-value-2: "keep"',
    `recognized redaction-blocked-value-2: ${pseudonym}`,
    'safe_attribute recognized redaction-blocked-value-3: "keep"',
    `recognized redaction-blocked-value-3: ${pseudonym}`,
  ]);
  assert.deepEqual(left.map(({ what, line }) => [line, what]), [[10, '(?i)api_key'], [14, 'secret(?=x)'], [15, '(?i)\\bbearer\\s+[a-z0-9+*]{10,}\\b'], [16, 'allowed_values: .+@mycompany.com'], [19, 'url_sanitizer: names of spans']]);
});

test('redaction: nothing allowed is everything dropped, and everything allowed is nothing', () => {
  assert.deepEqual([imported('processors: { redaction/empty: }').document.attributes, rulesOf('processors: { redaction/empty: }')], ['drop', []]);
  const { document, left } = imported('processors:\n  redaction:\n    allow_all_keys: true\n    blocked_values: ["[0-9]{3}-[0-9]{2}-[0-9]{4}"]');
  assert.deepEqual([document.attributes, decidingRules(document).map(short), left], [undefined, ['recognized redaction-blocked-value: "replace"'], []]);
});

const ATTRIBUTES = `
processors:
  attributes/example:
    actions:
      - { key: db.table, action: delete }
      - { key: redacted_span, value: true, action: upsert }
      - { key: copy_key, from_attribute: key_original, action: update }
      - { key: account_id, value: 2245, action: insert }
      - { key: account_email, action: hash }
      - { pattern: "^credit_.*", action: delete }
      - { key: http.status_code, action: convert, converted_type: int }
      - { key: http.url, pattern: "^(?P<proto>.*):", action: extract }
  attributes/regexp:
    include: { match_type: regexp, services: ["^auth-.*"] }
    exclude: { match_type: regexp, span_names: ["login.*"] }
    actions:
      - { key: password, action: update, value: "obfuscated" }
      - { key: token, action: delete }
  resource:
    attributes:
      - { key: host.id, action: delete }
  attributes/kinds:
    include:
      match_type: strict
      services: [svcA, svcB]
      span_kinds: [SPAN_KIND_SERVER]
      resources: [{ key: deployment.environment, value: production }]
    actions: [{ key: user.email, action: delete }]
`;

test('attributes and resource: deletions, hashes and constants, for services, environments and kinds of span', () => {
  assert.deepEqual(rulesOf(ATTRIBUTES), [
    '{"places":["span"]} db.table: "drop"',
    '{"places":["span"]} credit_*: "drop"',
    '{"services":["auth-*"],"places":["span"]} token: "drop"',
    '{"places":["resource"]} host.id: "drop"',
    '{"services":["svcA","svcB"],"spans":["server"],"environments":["production"],"places":["span"]} user.email: "drop"',
    '{"places":["span"]} redacted_span: {"replace":{"with":"true"}}',
    '{"places":["span"]} account_email: {"pseudonymize":{"purpose":"imported"}}',
    '{"services":["auth-*"],"places":["span"]} password: {"replace":{"with":"obfuscated"}}',
  ]);
  assert.deepEqual(leftOf(ATTRIBUTES), ['attributes/example:6 upsert redacted_span', 'attributes/example:7 update copy_key', 'attributes/example:8 insert account_id', 'attributes/example:11 convert http.status_code', 'attributes/example:12 extract http.url ^(?P<proto>.*):', 'attributes/regexp:15 exclude: span_names (1)']);
});

const TRANSFORM = `
processors:
  transform:
    error_mode: ignore
    trace_statements:
      - keep_keys(span.attributes, ["service.name", "cloud.region", "process.command_line"])
      - replace_pattern(span.attributes["process.command_line"], "password\\\\=[a-z0-9]{1,64}", "password=***")
      - replace_pattern(span.attributes["x"], "password(?=x)", "password=***")
      - limit(span.attributes, 100, [])
      - truncate_all(span.attributes, 4096)
      - delete_key(resource.attributes, "host.id")
      - delete_matching_keys(spanevent.attributes, "(?i).*secret.*")
      - set(span.attributes["user.id"], SHA256(span.attributes["user.id"])) where span.attributes["user.id"] != nil
      - context: span
        conditions: ['resource.attributes["service.name"] == "shop" and kind == SPAN_KIND_CLIENT']
        statements:
          - delete_key(attributes, "peer.secret")
          - delete_key(attributes, "a") where attributes["b"] == "c"
          - set(attributes["cloud.region"], "EU")
      - replace_all_patterns(span.attributes, "key", "k8s\\\\.", "")
      - set(span.attributes["copy"], span.attributes["x"])
      - merge_maps(
    log_statements: [ 'delete_key(log.attributes, "x")' ]
`;

test('transform: the statements that take something away, and their conditions where rules have them', () => {
  assert.deepEqual(rulesOf(TRANSFORM), [
    '{"places":["resource"]} host.id: "drop"',
    '{"places":["event"]} *secret* *SECRET* *Secret*: "drop"',
    '{"services":["shop"],"spans":["client"],"places":["span"]} peer.secret: "drop"',
    '{"places":["span"]} a: "drop"',
    '{"services":["shop"],"spans":["client"],"places":["span"]} cloud.region: {"replace":{"with":"eu"}}',
    '{"places":["span"]} service.name cloud.region process.command_line: {"truncate":4096}',
    '{"places":["span"]}: "drop"',
    '{"places":["span"]} process.command_line recognized transform-pattern: {"replace":{"with":"password"}}',
    'recognized transform-pattern: "keep"',
  ]);
  const left = leftOf(TRANSFORM);
  for (const what of ['password(?=x)', 'limit(', 'delete_matching_keys(', 'delete_key(attributes, "a") where', 'replace_all_patterns(', 'set(span.attributes["copy"]', 'merge_maps(']) assert.ok(left.some((one) => one.includes(what)), what);
  assert.ok(left.every((one) => /^transform:\d+ /.test(one)) && left.some((one) => one.startsWith('transform:22 merge_maps')));
});

test('lists of attributes that are kept: each is about its own places, and where several are, what all of them keep stays', () => {
  const both = (statement: string): readonly string[] => rulesOf(`processors:
  redaction: { allow_all_keys: false, allowed_keys: [name, group, cloud.region] }
  transform: { trace_statements: ['${statement}'] }`);
  assert.deepEqual(both('keep_keys(resource.attributes, ["cloud.region", "host.id"])'), ['{"places":["resource"]} cloud.region: "keep"', '{"places":["scope","span","event","link"]} name group cloud.region: "keep"']);
  assert.deepEqual(both('keep_keys(span.attributes, ["host.id"])'), ['{"places":["resource","scope","event","link"]} name group cloud.region: "keep"']);
});

test('filter: spans of services, kinds and with keys are dropped; what goes by values is not carried over', () => {
  const config = `
processors:
  filter/ottl:
    error_mode: ignore
    traces:
      span:
        - 'attributes["container.name"] == "app_container_1"'
        - 'resource.attributes["service.name"] == "noise" or kind == SPAN_KIND_INTERNAL'
        - 'attributes["internal.probe"] != nil'
        - 'name == "app_3"'
        - 'IsMatch(resource.attributes["service.name"], "^test-.*$")'
      spanevent: ['attributes["grpc"] == true']
    metrics: { metric: ['name == "my.metric"'] }
  filter/spans:
    spans: { include: { match_type: strict, services: [app_3] }, exclude: { match_type: strict, services: [app_1, app_2] } }
`;
  assert.deepEqual(rulesOf(config), [
    '{"services":["noise"],"places":["span-name"]}: "drop-span"', '{"spans":["internal"],"places":["span-name"]}: "drop-span"', '{"places":["span"]} internal.probe: "drop-span"',
    '{"services":["test-*"],"places":["span-name"]}: "drop-span"', '{"services":["app_1","app_2"],"places":["span-name"]}: "drop-span"',
  ]);
  assert.deepEqual(leftOf(config), ['filter/ottl:7 attributes["container.name"] == "app_container_1"', 'filter/ottl:10 name == "app_3"', 'filter/ottl:12 attributes["grpc"] == true', 'filter/spans:15 spans.include']);
});

test('processors of pipelines of traces alone are taken, in their order, and others are named', () => {
  const config = `
processors:
  attributes/a: { actions: [{ key: a, action: delete }] }
  attributes/b: &b { actions: [{ key: b, action: delete }] }
  attributes/c: *b
  attributes/unused: { actions: [{ key: z, action: delete }] }
  batch: {}
  tail_sampling: {}
service:
  pipelines:
    traces: { processors: [attributes/b, batch, attributes/a] }
    traces/2: { processors: [attributes/c, tail_sampling] }
    logs: { processors: [attributes/unused] }
`;
  const { document, left, passedBy } = imported(config);
  assert.deepEqual(document.rules.map(({ keys }) => keys), [['b'], ['a'], ['b']]);
  assert.deepEqual(left.map(({ what }) => what), ['pipeline', 'pipeline', 'tail_sampling']);
  assert.deepEqual(passedBy, ['batch']);
});

test('hostile configurations are refused, or become policies without errors', () => {
  const bombs = Array.from({ length: 20 }, (_, at) => (at === 0 ? 'a0: &a0 [x, x]' : `a${at}: &a${at} [*a${at - 1}, *a${at - 1}]`)).join('\n');
  for (const source of [`${bombs}\nprocessors: {}`, 'x: [', '- 1', '', `processors: ${'['.repeat(200)}${']'.repeat(200)}`, 'x'.repeat(2 ** 20 + 1), 'a: &a [*a]\nprocessors: *a']) assert.ok(!isImported(importCollector(source)), source.slice(0, 40));
  const odd = ['"a\\nb"', "\"it's # not: a comment\"", '"*"', '""', '"\\u202e"', 'yes', '"\\u0000"', '"&x"'];
  imported(`processors:\n  "attributes/${'x'.repeat(300)}":\n    actions:\n${odd.map((key) => `      - { key: ${key}, action: delete }`).join('\n')}`);
  imported(`processors:\n  transform:\n    trace_statements:\n${['set(', 'delete_key(span.attributes, "\\n# x")', `${'('.repeat(100)}`, 'x where '.repeat(900), 'f(1) where not not not not not not not not not not not not not not not not not not a'].map((text) => `      - ${JSON.stringify(text)}`).join('\n')}`);
});

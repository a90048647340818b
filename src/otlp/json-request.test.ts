import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import protobuf from 'protobufjs';
import { LIMITS } from '#limits';
import { isRefusal } from '#refusal';
import { requestFromJson } from './json-request.ts';

// opentelemetry-proto 1.11: common/v1, resource/v1, trace/v1, collector/trace/v1
const { root } = protobuf.parse(`syntax = "proto3";
  message Request { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; string schema_url = 3; }
  message Resource { repeated KeyValue attributes = 1; uint32 dropped_attributes_count = 2; }
  message ScopeSpans { Scope scope = 1; repeated Span spans = 2; string schema_url = 3; }
  message Scope { string name = 1; string version = 2; repeated KeyValue attributes = 3; uint32 dropped_attributes_count = 4; }
  message Span { bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; bytes parent_span_id = 4; string name = 5; int32 kind = 6;
    fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8; repeated KeyValue attributes = 9; uint32 dropped_attributes_count = 10;
    repeated Event events = 11; uint32 dropped_events_count = 12; repeated Link links = 13; uint32 dropped_links_count = 14; Status status = 15; fixed32 flags = 16; }
  message Event { fixed64 time_unix_nano = 1; string name = 2; repeated KeyValue attributes = 3; uint32 dropped_attributes_count = 4; }
  message Link { bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; repeated KeyValue attributes = 4; uint32 dropped_attributes_count = 5; fixed32 flags = 6; }
  message Status { string message = 2; int32 code = 3; }
  message KeyValue { string key = 1; AnyValue value = 2; }
  message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; ArrayValue array_value = 5; KeyValueList kvlist_value = 6; bytes bytes_value = 7; } }
  message ArrayValue { repeated AnyValue values = 1; }
  message KeyValueList { repeated KeyValue values = 1; }`);
const Request = root.lookupType('Request');

type Json = Record<string, unknown>;

/** The request as protobufjs reads our bytes: ids in base64, 64-bit integers as text. */
function decoded(json: string | Uint8Array): Json {
  const bytes = requestFromJson(Buffer.from(json as string));
  assert.ok(!isRefusal(bytes), isRefusal(bytes) ? `${bytes.refused} ${bytes.detail}` : '');
  return Request.toObject(Request.decode(bytes), { longs: String, bytes: String });
}

function refusedWith(json: string | Uint8Array): string {
  const answer = requestFromJson(Buffer.from(json as string));
  assert.ok(isRefusal(answer), `taken: ${Buffer.from(json as string).toString().slice(0, 200)}`);
  return `${answer.refused}: ${answer.detail}`;
}

const inSpan = (fields: string): string => `{"resourceSpans":[{"scopeSpans":[{"spans":[{${fields}}]}]}]}`;
const inValue = (value: string): string => inSpan(`"attributes":[{"key":"k","value":${value}}]`);

function span(fields: string): Json {
  const request = decoded(inSpan(fields)) as { resourceSpans: { scopeSpans: { spans: Json[] }[] }[] };
  return request.resourceSpans[0]?.scopeSpans[0]?.spans[0] as Json;
}

function value(text: string): unknown {
  return (span(`"attributes":[{"key":"k","value":${text}}]`)['attributes'] as { value?: unknown }[])[0]?.value;
}

test('requestFromJson() carries every field of a request', () => {
  const attributes = [{ key: 'a', value: { stringValue: 'x' } }];
  const request = {
    resourceSpans: [{
      resource: { attributes, droppedAttributesCount: 1 },
      scopeSpans: [{
        scope: { name: 's', version: '1', attributes, droppedAttributesCount: 2 },
        spans: [{
          traceId: '5B8EFFF798038103D269B633813FC60C', spanId: 'eee19b7ec3c1b174', traceState: 'a=b', parentSpanId: 'eee19b7ec3c1b173', name: 'GET /', kind: 2,
          startTimeUnixNano: '1544712660000000000', endTimeUnixNano: '1544712661000000001', attributes, droppedAttributesCount: 3,
          events: [{ timeUnixNano: '1544712660500000000', name: 'e', attributes, droppedAttributesCount: 4 }], droppedEventsCount: 5,
          links: [{ traceId: '5b8efff798038103d269b633813fc60c', spanId: 'eee19b7ec3c1b174', traceState: 'c=d', attributes, droppedAttributesCount: 6, flags: 257 }], droppedLinksCount: 7,
          status: { message: 'm', code: 2 }, flags: 4294967295,
        }],
        schemaUrl: 'https://s/1',
      }],
      schemaUrl: 'https://s/2',
    }],
  };
  const id = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');
  const expected = JSON.parse(JSON.stringify(request), (key, field: unknown) => (/Id$/.test(key) ? id(String(field)) : field)) as Json;
  assert.deepEqual(decoded(JSON.stringify(request)), expected);
  assert.deepEqual(decoded(JSON.stringify(request, null, '\t')), expected, 'white space');
});

test('requests without telemetry are empty', () => {
  for (const json of ['', '{}', ' { } ', '{"resourceSpans":[]}', '{"resourceSpans":null}', '\uFEFF{}']) assert.deepEqual(decoded(json), {}, json);
});

test('ids are hexadecimal of either case; what is wrong stays wrong for that span alone', () => {
  const bytes = (text: string): number => Buffer.from((span(`"spanId":${text}`)['spanId'] as string | undefined) ?? '', 'base64').length;
  assert.equal(span('"spanId":"00aAFf"')['spanId'], Buffer.from('00aaff', 'hex').toString('base64'));
  assert.equal(span('"spanId":"\\u0030f"')['spanId'], Buffer.from('0f', 'hex').toString('base64'));
  assert.equal(bytes('""'), 0);
  assert.equal(bytes('null'), 0);
  for (const wrong of ['"x"', '"abc"', '"W47/95gDgQPSabYzgT/GDA=="', `"${'ab'.repeat(33)}"`, '"é0"', '"00\\u0000"']) assert.equal(bytes(wrong), 1, wrong);
  for (const wrong of ['12', '[]', '{}', 'true']) assert.match(refusedWith(inSpan(`"spanId":${wrong}`)), /^body_undecodable: JSON, byte \d+: spanId/);
});

test('64-bit integers are exact, as text and as number', () => {
  for (const [text, expected] of [
    ['0', '0'], ['"0"', '0'], ['9223372036854775807', '9223372036854775807'], ['"-9223372036854775808"', '-9223372036854775808'], ['-1', '-1'], ['-9007199254740993', '-9007199254740993'],
    ['9007199254740993', '9007199254740993'], ['"4294967296"', '4294967296'], ['-4294967296', '-4294967296'], ['"0000000000000000007"', '7'], ['1e3', '1000'], ['1.5e1', '15'], ['2.0', '2'], ['-0', '0'], ['1E18', '1000000000000000000'],
  ] as const) assert.deepEqual(value(`{"intValue":${text}}`), { intValue: expected }, text);
  assert.equal(span('"startTimeUnixNano":18446744073709551615')['startTimeUnixNano'], '18446744073709551615');
  for (const wrong of ['9223372036854775808', '"-9223372036854775809"', '1e300', '1.5', '""', '"-"', '"+1"', '" 1"', '"1 "', '"0x1"', '"1e3"', '"a"', '"111111111111111111111"', '[]', 'true']) {
    assert.match(refusedWith(inValue(`{"intValue":${wrong}}`)), /^body_undecodable: .*intValue/, wrong);
  }
  for (const wrong of ['-1', '18446744073709551616', '"-1"', '3e19']) assert.match(refusedWith(inSpan(`"endTimeUnixNano":${wrong}`)), /endTimeUnixNano/, wrong);
});

test('32-bit integers are checked too', () => {
  assert.equal(span('"droppedLinksCount":"4294967295"')['droppedLinksCount'], 4294967295);
  assert.equal(span('"flags":769')['flags'], 769);
  for (const wrong of ['4294967296', '-1', '"4294967296"', '0.5']) for (const field of ['droppedLinksCount', 'flags']) assert.match(refusedWith(inSpan(`"${field}":${wrong}`)), /body_undecodable/);
});

test('enums are integers only', () => {
  assert.equal(span('"kind":5')['kind'], 5);
  assert.equal(span('"kind":77')['kind'], 77);
  assert.equal(span('"kind":-1')['kind'], -1);
  for (const wrong of ['"SPAN_KIND_SERVER"', '"2"', '2.5', '2147483648', 'true']) assert.match(refusedWith(inSpan(`"kind":${wrong}`)), /kind/, wrong);
  assert.match(refusedWith(inSpan('"status":{"code":"STATUS_CODE_OK"}')), /code/);
});

test('doubles as number, text and name', () => {
  for (const [text, expected] of [['1.5', 1.5], ['1', 1], ['-0.0', -0], ['"NaN"', NaN], ['"Infinity"', Infinity], ['"-Infinity"', -Infinity], ['"1.5e3"', 1500], ['"-7"', -7], ['5e-324', 5e-324], ['1.7976931348623157e308', Number.MAX_VALUE]] as const) {
    const { doubleValue } = value(`{"doubleValue":${text}}`) as { doubleValue: number };
    assert.ok(Object.is(doubleValue, expected), text);
  }
  for (const wrong of ['1e400', '"1e400"', '""', '" 1"', '"0x10"', '".5"', '"5."', '"nan"', '"1_0"', 'NaN', 'Infinity', '.5', '01', '+1', '1.', '1e', '-']) assert.match(refusedWith(inValue(`{"doubleValue":${wrong}}`)), /body_undecodable/, wrong);
});

test('bytes are base64 of either alphabet, padded or not', () => {
  const encoded = Buffer.from([0xfb, 0xff, 0xfe, 0x01]).toString('base64');
  for (const text of [encoded, encoded.replace(/=/g, ''), '-__-AQ', '-__-AQ==', '\\u002b//+AQ==']) assert.deepEqual(value(`{"bytesValue":"${text}"}`), { bytesValue: encoded }, text);
  assert.deepEqual(value('{"bytesValue":""}'), { bytesValue: '' });
  for (const wrong of ['"a"', '"!!!!"', '"+-+-"', '12', '"aGk=aGk="']) assert.match(refusedWith(inValue(`{"bytesValue":${wrong}}`)), /bytesValue/, wrong);
});

test('text comes out of its escapes; lone surrogates become U+FFFD; bytes that are not UTF-8 stay for validation', () => {
  for (const [text, expected] of [
    ['"\\"\\\\\\/\\b\\f\\n\\r\\t"', '"\\/\b\f\n\r\t'], ['"\\u0041\\u00e9\\u20AC\\u0000"', 'Aé€\0'], ['"\\ud83d\\ude00 x"', '😀 x'], ['"\\ud83d"', '\ufffd'], ['"\\ude00\\ud83d"', '\ufffd\ufffd'],
    ['"\\ud83d\\u0041"', '\ufffdA'], ['"\\ud83d\\\\u"', '\ufffd\\u'], ['"é€😀"', 'é€😀'], ['""', ''], [`"${'x'.repeat(1000)}"`, 'x'.repeat(1000)],
  ] as const) assert.equal(span(`"name":${text}`)['name'] ?? '', expected, text);
  const raw = Buffer.concat([Buffer.from('{"resourceSpans":[{"schemaUrl":"'), Buffer.from([0xff, 0xc0]), Buffer.from('"}]}')]);
  assert.deepEqual(Buffer.from(requestFromJson(raw) as Uint8Array), Buffer.from([0x0a, 4, 0x1a, 2, 0xff, 0xc0]));
  for (const wrong of ['"\\x"', '"\\u12"', '"\\u12g4"', '"a', '"\\"', '"\n"', '"\u0001"', "'a'", '1']) assert.match(refusedWith(inSpan(`"name":${wrong}`)), /body_undecodable/, wrong);
});

test('unknown fields and snake_case names are ignored, whatever they hold', () => {
  const junk = '"trace_id":"00","future":{"a":[1,-2.5e3,"x\\"\\u0041",null,true,false,{}],"b":{}},"__proto__":{"name":"p"},"constructor":[[]],"Name":"n","nam":1,"namee":2,"":3';
  assert.deepEqual(span(`${junk},"name":"real",${junk}`), { name: 'real' });
  assert.equal(span('"n\\u0061me":"escaped"')['name'], 'escaped');
  assert.equal(({} as Json)['name'], undefined);
  for (const wrong of ['{"a":1,}', '[1,]', '{"a" 1}', '{a:1}', '[1 2]', 'tru', 'nul', 'undefined', '', '{"a"}', '[', '{"x":"\\q"}', '00', '1.e']) assert.match(refusedWith(inSpan(`"future":${wrong}`)), /body_undecodable/, wrong);
});

test('null is absent; in an array of values it keeps its place', () => {
  assert.deepEqual(span('"name":null,"kind":null,"events":null,"status":null,"attributes":[{"key":"a","value":null}]'), { attributes: [{ key: 'a' }] });
  assert.deepEqual(value('{"stringValue":null,"intValue":1}'), { intValue: '1' });
  assert.deepEqual(value('{"arrayValue":{"values":[null,{"boolValue":false},{}]}}'), { arrayValue: { values: [{}, { boolValue: false }, {}] } });
  for (const wrong of ['"events":[null]', '"attributes":[null]']) assert.match(refusedWith(inSpan(wrong)), /body_undecodable/);
});

test('what can be read in two ways is refused', () => {
  assert.match(refusedWith(inSpan('"name":"a","name":"b"')), /name: stands twice/);
  assert.match(refusedWith(inSpan('"spanId":"aa","span\\u0049d":"bb"')), /spanId: stands twice/);
  assert.match(refusedWith('{"resourceSpans":[],"resourceSpans":[]}'), /stands twice/);
  assert.match(refusedWith(inValue('{"stringValue":"a","intValue":1}')), /two values/);
  for (const wrong of ['[]', 'null', '1', '"x"', '{}{}', '{} x', '{', '\uFEFF\uFEFF{}', '{"resourceSpans":{}}', '{"resourceSpans":[[]]}', '{"resourceSpans":[{"resource":[]}]}', '{"resourceSpans":[{}],}']) assert.match(refusedWith(wrong), /body_undecodable/, wrong);
  assert.match(refusedWith(Buffer.from('{}', 'utf16le')), /body_undecodable/);
  assert.match(refusedWith(inValue('"plain"')), /body_undecodable/);
});

test('values nest to their limit, deeper bodies are refused before they cost anything', () => {
  const nest = (levels: number): string => '{"kvlistValue":{"values":[{"key":"k","value":'.repeat(levels) + '{"intValue":1}' + '}]}}'.repeat(levels);
  assert.ok(value(nest(LIMITS.value_nesting_max)) !== undefined);
  for (const body of [inValue(nest(1000)), '['.repeat(1_000_000), `{"x":${'['.repeat(100_000)}`, inSpan(`"future":${'{"a":'.repeat(100_000)}`)]) assert.match(refusedWith(body), /^body_(too_deep|undecodable): /);
  assert.match(refusedWith(inValue(nest(200))), /^body_too_deep: /);
});

test('lengths of every size are written right', () => {
  for (const length of [0, 1, 31, 32, 33, 126, 127, 128, 129, 16_383, 16_384, 2_097_151, 2_097_152]) {
    assert.equal((span(`"name":"${'n'.repeat(length)}"`)['name'] ?? '') === 'n'.repeat(length), true, String(length));
  }
});

test('no refusal repeats a byte of the payload', () => {
  for (const body of [inSpan('"kind":"hunter2"'), inSpan('"startTimeUnixNano":"hunter2"'), inValue('{"bytesValue":"hunter2!"}'), inSpan('"name":hunter2'), '{"hunter2":hunter2}', inValue('{"hunter2":"x" "y"}')]) assert.doesNotMatch(refusedWith(body), /hunter2/);
});

test('10,000 mutated bodies are taken or refused, and what is taken is protobuf', () => {
  const seed = randomInt(2 ** 31);
  let state = seed;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
  const valid = Buffer.from(inSpan('"traceId":"5b8efff798038103d269b633813fc60c","name":"a\\u00e9\\ud83d\\ude00","kind":2,"startTimeUnixNano":"1544712660000000000","attributes":[{"key":"k","value":{"arrayValue":{"values":[{"doubleValue":1.5e3},{"bytesValue":"aGk="},{"intValue":-7}]}}}]'));
  const tokens = ['"', '\\', '{', '}', '[', ']', ',', ':', '\\u', '\\ud800', 'null', '-', '1e999', '\0', '\xff', '"name":', '[[[[', '{}', 'true', ''].map((token) => Buffer.from(token, 'latin1'));
  let taken = 0;
  for (let i = 0; i < 10_000; i++) {
    let body = Buffer.from(valid);
    for (let edits = 1 + random(3); edits > 0; edits--) {
      const at = random(body.length + 1);
      body = Buffer.concat([body.subarray(0, at), tokens[random(tokens.length)] as Buffer, body.subarray(at + random(4))]);
    }
    try {
      const answer = requestFromJson(body);
      if (isRefusal(answer)) continue;
      Request.decode(answer);
      taken++;
    } catch (failure) {
      throw new Error(`seed ${seed}, body ${i}: ${body.toString('latin1')}`, { cause: failure });
    }
  }
  assert.ok(taken > 100 && taken < 9_900, `${taken} taken, seed ${seed}`);
});

/** Attacks with what a span says: text that harms terminals, logs and readers, ids that are none, times nobody lives in. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { before, test } from 'node:test';
import { LIMITS } from '#limits';
import { addProducer, createToken, startServer, type TestServer, tracekeep } from '#harness';
import { verbHere } from '#harness/verbs';
import { assertUnharmed } from '#harness/aftermath';
import { ask, askWell, attributesOf, balancedAccounting, exportOf, type Json, newSpanId, newTraceId, send, sendWell, spanOf } from '#harness/exchange';
import { field, keyValue, number, request, span } from '#harness/protobuf';

let server: TestServer;
let key = '';
let token = '';
let sent = 0;
let refused = 0;

before(async () => {
  server = await startServer();
  // Its times are absurd on purpose; what the window refuses is tried in replay.test.ts.
  [key, token] = [await addProducer(server.data, 'shop', ['*'], ['--backfill']), await createToken(server.data)];
});

/** One of each kind of text that attacks its reader. */
const HARMFUL: Readonly<Record<string, string>> = {
  'clears the screen': '\u001b[2J\u001b[H', 'sets the title': '\u001b]0;pwned\u0007', 'writes the clipboard': '\u001b]52;c;cm0gLXJmIC8=\u0007', 'links elsewhere': '\u001b]8;;http://evil.example\u001b\\x\u001b]8;;\u001b\\', 'C1 control sequence': '\u009b31m',
  'moves back': 'safe\b\b\b\bevil', 'ends the line': 'x\u0000y', 'bell': '\u0007', 'delete': '\u007f', 'overrides direction': 'user\u202etxt.exe', 'isolates': '\u2066x\u2069', 'zero width': 'ad\u200bmin', 'byte order mark': '\ufeffx', 'line separator': 'a\u2028b', 'tags': 'a\u{e0041}b',
};
const UNSAFE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\udb40[\udc00-\udfff]/;

test('no text of a span moves a cursor, hides or reorders words: everywhere it is stored visible, and counted', async () => {
  const spans = Object.entries(HARMFUL).map(([what, text]) => {
    const time = `${Date.now()}000000`;
    return {
      what,
      span: spanOf({ value: text, list: [text], [`key${text}`]: 1, map: { [`inner${text}`]: text } }, {
        name: `name ${text}`, traceState: `a=${text}`, status: { code: 2, message: text }, events: [{ timeUnixNano: time, name: text, attributes: attributesOf({ e: text }) }], links: [{ traceId: newTraceId(), spanId: newSpanId(), traceState: text, attributes: attributesOf({ l: text }) }],
      }),
    };
  });
  for (const { what, span } of spans) {
    const scope = { name: `scope ${HARMFUL[what]}`, version: HARMFUL[what], attributes: attributesOf({ s: HARMFUL[what] ?? '' }) };
    const resource = { attributes: attributesOf({ 'service.name': `shop ${HARMFUL[what]}`, r: HARMFUL[what] ?? '' }) };
    await sendWell(server, key, { resourceSpans: [{ resource, scopeSpans: [{ scope, spans: [span], schemaUrl: HARMFUL[what] }], schemaUrl: HARMFUL[what] }] });
    sent += 1;
  }
  for (const [at, { what, span }] of spans.entries()) {
    const answer = await askWell(server, token, `/api/v1/traces/${String(span['traceId'])}`);
    assert.deepEqual(stringsOf(answer).filter((text) => UNSAFE.test(text)), [], what);
    assert.match(JSON.stringify(answer), /tracekeep\.minimized/, what);
    const words = ['trace', String(span['traceId']), '--data', server.data];
    const drawn = at === 0 ? await tracekeep(words, { FORCE_COLOR: '1' }) : await verbHere(words);
    assert.equal(drawn.code, 0, drawn.stderr);
    assert.ok(!UNSAFE.test(drawn.stdout.replaceAll(/\u001b\[[0-9;]*m/g, '')), `${what}: ${JSON.stringify(drawn.stdout)}`);
    assert.ok(!drawn.stdout.includes('\u001b'), 'not in a pipe');
  }
  for (const path of ['/api/v1/services', `/api/v1/search?start=${Date.now() - 3_600_000}&limit=1000`]) {
    assert.deepEqual(stringsOf(await askWell(server, token, path)).filter((text) => UNSAFE.test(text)), [], path);
  }
});

test('bytes that are no UTF-8 are stored as U+FFFD, never refused whole and never passed on', async () => {
  const bad = Buffer.from([0x61, 0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80, 0xf8, 0x62]);
  const traceId = randomBytes(16);
  const body = request([span(traceId, randomBytes(8), bad, [field(9, keyValue(bad, field(1, bad))), field(9, keyValue('list', field(5, field(1, field(1, bad))))), field(15, Buffer.concat([field(2, bad), number(3, 2)])), field(3, bad)])]);
  const { status, text } = await send(server, key, new Uint8Array(body));
  assert.equal(status, 200, text);
  sent += 1;
  const response = await fetch(`${server.console}/api/v1/traces/${traceId.toString('hex')}`, { headers: { Authorization: `Bearer ${token}` } });
  const answer = new TextDecoder('utf-8', { fatal: true }).decode(await response.arrayBuffer());
  const [found] = spansOf(JSON.parse(answer) as Json);
  assert.match(String(found?.['name']), /^a\ufffd+b$/);
  assert.match(answer, /tracekeep\.minimized/, 'and the span says so');
});

test('ids of zeros, of the wrong length or missing are refused and counted', async () => {
  const good = spanOf();
  const bad = [{ traceId: '0'.repeat(32) }, { spanId: '0'.repeat(16) }, { traceId: '' }, { spanId: '' }, { traceId: 'ab'.repeat(15) }, { spanId: 'ab'.repeat(9) }, { parentSpanId: 'abcd' }].map((wrong) => ({ ...spanOf(), ...wrong }));
  const { status, text } = await send(server, key, exportOf([good, ...bad]));
  assert.equal(status, 200, text);
  assert.match(text, new RegExp(`"rejectedSpans":"${bad.length}".*span_ids`));
  [sent, refused] = [sent + bad.length + 1, refused + bad.length];
  assert.equal((await ask(server, token, `/api/v1/traces/${String(good['traceId'])}`)).status, 200);
  assert.equal((await ask(server, token, `/api/v1/traces/${'0'.repeat(32)}`)).status, 400);
});

test('times of the far future are refused; absurd ones of the past are stored as sent and harm no search', async () => {
  const day_ns = 86_400_000_000_000n;
  const now = BigInt(Date.now()) * 1_000_000n;
  const MAX = (1n << 64n) - 1n;
  const cases: [string, bigint, bigint, boolean][] = [
    ['now', now, now + 1n, true], ['zero', 0n, 0n, true], ['one nanosecond after 1970', 1n, 1n, true], ['end before start', now, now - day_ns, true], ['a year long', now - 365n * day_ns, now, true], ['from 1970 to now', 0n, now, true], ['end missing', now, 0n, true],
    ['within clock skew', now + 540_000_000_000n, now + 540_000_000_000n, true], ['eleven minutes ahead', now + 660_000_000_000n, now + 660_000_000_000n, false], ['end far ahead', now, MAX, false], ['largest', MAX, MAX, false], ['sign bit', 1n << 63n, 1n << 63n, false],
  ];
  for (const [what, start, end, taken] of cases) {
    const traceId = randomBytes(16);
    const { status, text } = await send(server, key, new Uint8Array(request([span(traceId, randomBytes(8), what, [], start, end)], 'clock')));
    assert.equal(status, 200);
    [sent, refused] = [sent + 1, refused + (taken ? 0 : 1)];
    assert.equal(/span_time/.test(text), !taken, what);
    const { status: found, text: answer } = await ask(server, token, `/api/v1/traces/${traceId.toString('hex')}`);
    assert.equal(found, taken ? 200 : 404, `${what}: ${answer}`);
    if (!taken) continue;
    const [one] = spansOf(JSON.parse(answer) as Json);
    assert.deepEqual([one?.['startTimeUnixNano'], one?.['endTimeUnixNano']], [String(start), String(end)], what);
    assert.equal((await verbHere(['trace', traceId.toString('hex'), '--data', server.data])).code, 0, what);
  }
  for (const query of ['', '&order=newest', '&order=oldest', '&order=longest', '&order=shortest', '&durationMin=1h', '&durationMax=1ms', '&durationMin=300d']) {
    const { status, text } = await ask(server, token, `/api/v1/search?service=clock&start=${Date.now() - 3_600_000}${query}`);
    assert.equal(status, 200, `${query}: ${text}`);
  }
  assert.equal((await ask(server, token, '/api/v1/search?service=clock&start=0&end=1d')).status, 400);
});

test('numbers, enums and flags outside their range come back as something a reader of OTLP takes', async () => {
  const traceId = randomBytes(16);
  const odd = [number(6, 77), field(15, number(3, 9_999)), Buffer.concat([Buffer.from([0x85, 0x01]), Buffer.from([0xff, 0xff, 0xff, 0xff])]), number(10, (1n << 32n) - 1n), field(9, keyValue('nan', Buffer.from([0x21, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f]))), field(9, keyValue('max', number(3, (1n << 64n) - 1n))), field(9, keyValue('', field(1, 'no key')))];
  assert.equal((await send(server, key, new Uint8Array(request([span(traceId, randomBytes(8), 'odd', odd)])))).status, 200);
  sent += 1;
  const [found] = spansOf(await askWell(server, token, `/api/v1/traces/${traceId.toString('hex')}`));
  const text = JSON.stringify(found);
  assert.match(text, /"nan","value":\{"doubleValue":"NaN"\}/);
  assert.match(text, /"max","value":\{"intValue":"-1"\}/);
  assert.equal((await verbHere(['trace', traceId.toString('hex'), '--data', server.data])).code, 0);
});

test('long and many: texts and lists are cut where the limit says, and the dropped are counted', async () => {
  const attributes = Object.fromEntries(Array.from({ length: LIMITS.attributes_per_list_max + 44 }, (_, i) => [`k${i}`, i]));
  const long = spanOf({ text: 'word '.repeat(40_000) }, { name: 'n'.repeat(5_000) });
  const many = spanOf(attributes);
  await sendWell(server, key, exportOf([long, many]));
  sent += 2;
  const [one] = spansOf(await askWell(server, token, `/api/v1/traces/${String(long['traceId'])}`));
  assert.ok(String(one?.['name']).length <= LIMITS.name_bytes_max);
  const [value] = (one?.['attributes'] as { key: string; value: { stringValue: string } }[]).filter((attribute) => attribute.key === 'text');
  assert.ok((value?.value.stringValue.length ?? Infinity) <= LIMITS.value_bytes_max + 16 && value?.value.stringValue.endsWith('…[cut]'));
  const [two] = spansOf(await askWell(server, token, `/api/v1/traces/${String(many['traceId'])}`));
  assert.deepEqual([(two?.['attributes'] as unknown[]).length, two?.['droppedAttributesCount']], [LIMITS.attributes_per_list_max, 44]);
});

test('names of JavaScript’s own objects are names like others', async () => {
  const words = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'];
  const traceId = randomBytes(16);
  const attributes = words.flatMap((word) => [field(9, keyValue(word, field(1, word))), field(9, keyValue(`map.${word}`, field(6, field(1, keyValue(word, field(1, word))))))]);
  assert.equal((await send(server, key, new Uint8Array(request([span(traceId, randomBytes(8), '__proto__', attributes)], '__proto__')))).status, 200);
  const inJson = `{"__proto__":{"polluted":1},"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"constructor"}}]},"scopeSpans":[{"spans":[${JSON.stringify(spanOf({}, { name: 'toString' }))}]}],"constructor":{"prototype":{}}}]}`;
  assert.equal((await send(server, key, new TextEncoder().encode(inJson), { 'Content-Type': 'application/json' })).status, 200);
  sent += 2;
  const [found] = spansOf(await askWell(server, token, `/api/v1/traces/${traceId.toString('hex')}`));
  assert.equal((found?.['attributes'] as unknown[]).length, 2 * words.length);
  for (const service of ['__proto__', 'constructor']) assert.equal((await askWell<{ operations: unknown[] }>(server, token, `/api/v1/services/${service}/operations`)).operations.length, 1);
  assert.equal((await ask(server, token, `/api/v1/search?attribute=__proto__%3D__proto__&start=${Date.now() - 60_000}`)).status, 200);
});

test('no line of output carries what was sent, escape sequences least of all', () => {
  const said = server.stdout + server.stderr;
  assert.ok(!UNSAFE.test(said), JSON.stringify(said));
  for (const word of ['pwned', 'evil', 'polluted']) assert.ok(!said.includes(word));
});

test('after all that: it serves, and its account is what was sent', async () => {
  assert.equal((await balancedAccounting(server, token)).totals.refused, refused);
  await assertUnharmed(server, key, token, { received: sent });
});

function spansOf(answer: Json): Json[] {
  const { resourceSpans } = answer as { resourceSpans: { scopeSpans: { spans: Json[] }[] }[] };
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
}

/** Every string of an answer, names of members included. */
function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...stringsOf(inner)]);
}

/**
 * Attacks by hiding: a credential in every place of the record in turn, in every encoding that texts of programs are found in, split, as bytes and as a
 * number. Through the real pipeline to the columns of a block, which are decoded by every means a reader has.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_TENANT, type Producer, type ProducerId } from '#model';
import { Pipeline } from '#pipeline';
import { isRefusal } from '#refusal';

type Json = Record<string, unknown>;
type Encode = (text: string) => string;

const NOW_MS = 1_800_000_000_000;
const PRODUCER: Producer = { id: 'p_0123456789abcdef' as ProducerId, name: 'shop', tenant: DEFAULT_TENANT, retention: 'default', services: ['*'], backfill: true, version: 1 };
const IDS = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const SECRETS = ['ghp_k7Qz2mXw9RtB4vLc6NpY8sHd3FgJ1aEu5oTi', 'jane.doe@example.com'];

const pipeline = new Pipeline(null);
let blocks = 0;

/** What is stored of a request: the columns of its block. */
function stored(resourceSpans: readonly Json[]): Buffer {
  const builder = pipeline.builder();
  builder.open({ block: ++blocks, day: Math.floor(NOW_MS / 86_400_000), retention: 'default', tenant: PRODUCER.tenant });
  const taken = pipeline.take(Buffer.from(JSON.stringify({ resourceSpans })), 'json', PRODUCER, 1, NOW_MS, () => builder);
  assert.ok(!isRefusal(taken), JSON.stringify(taken));
  assert.deepEqual(taken.refused, {});
  const { spans, traces, filter } = builder.close();
  return Buffer.concat([spans, traces, filter].map((column) => Buffer.from(column as Uint8Array)));
}

const ofSpan = (fields: Json): Json => ({ scopeSpans: [{ spans: [{ ...IDS, name: 'op', startTimeUnixNano: `${NOW_MS}000000`, endTimeUnixNano: `${NOW_MS}000001`, ...fields }] }] });
const attribute = (value: Json, key = 'note'): Json => ({ attributes: [{ key, value }] });
const text = (stringValue: string): Json => ({ stringValue });
const array = (...values: Json[]): Json => ({ arrayValue: { values } });
const map = (key: string, value: Json): Json => ({ kvlistValue: { values: [{ key, value }] } });
const bytes = (value: string): Json => ({ bytesValue: Buffer.from(value).toString('base64') });

const PLACES: Readonly<Record<string, (secret: string) => Json>> = {
  'resource attribute': (secret) => ({ ...ofSpan({}), resource: attribute(text(secret)) }),
  'resource attribute key': (secret) => ({ ...ofSpan({}), resource: attribute(text('x'), secret) }),
  'service name': (secret) => ({ ...ofSpan({}), resource: attribute(text(secret), 'service.name') }),
  'resource schema URL': (secret) => ({ ...ofSpan({}), schemaUrl: secret }),
  'scope name': (secret) => ({ scopeSpans: [{ scope: { name: secret }, spans: [{ ...IDS, name: 'op' }] }] }),
  'scope version': (secret) => ({ scopeSpans: [{ scope: { version: secret }, spans: [{ ...IDS, name: 'op' }] }] }),
  'scope attribute': (secret) => ({ scopeSpans: [{ scope: attribute(text(secret)), spans: [{ ...IDS, name: 'op' }] }] }),
  'scope attribute key': (secret) => ({ scopeSpans: [{ scope: attribute(text('x'), secret), spans: [{ ...IDS, name: 'op' }] }] }),
  'scope schema URL': (secret) => ({ scopeSpans: [{ schemaUrl: secret, spans: [{ ...IDS, name: 'op' }] }] }),
  'span name': (secret) => ofSpan({ name: secret }),
  'status message': (secret) => ofSpan({ status: { code: 2, message: secret } }),
  'trace state': (secret) => ofSpan({ traceState: `vendor=${secret}` }),
  'attribute': (secret) => ofSpan(attribute(text(secret))),
  'attribute of an id': (secret) => ofSpan(attribute(text(secret), 'messaging.message.id')),
  'statement': (secret) => ofSpan(attribute(text(secret), 'db.query.text')),
  'attribute key': (secret) => ofSpan(attribute(text('x'), secret)),
  'bytes': (secret) => ofSpan(attribute(bytes(secret))),
  'bytes that are no text': (secret) => ofSpan(attribute({ bytesValue: Buffer.concat([Buffer.from([0xff, 0x00, 0xfe]), Buffer.from(secret), Buffer.from([0xc0])]).toString('base64') })),
  'array': (secret) => ofSpan(attribute(array(text('x'), text(secret)))),
  'array of bytes': (secret) => ofSpan(attribute(array(bytes(secret)))),
  'map': (secret) => ofSpan(attribute(map('k', text(secret)))),
  'map key': (secret) => ofSpan(attribute(map(secret, text('x')))),
  'map in an array in a map': (secret) => ofSpan(attribute(map('a', array(text('x'), map('b', text(secret)))))),
  'event name': (secret) => ofSpan({ events: [{ name: secret }] }),
  'event attribute': (secret) => ofSpan({ events: [attribute(text(secret))] }),
  'event attribute key': (secret) => ofSpan({ events: [attribute(text('x'), secret)] }),
  'exception message': (secret) => ofSpan({ events: [{ name: 'exception', ...attribute(text(secret), 'exception.message') }] }),
  'exception stack': (secret) => ofSpan({ events: [{ name: 'exception', ...attribute(text(`java.io.IOException: ${secret}\n\tat com.example.Shop.sell(Shop.java:12)\n\tat com.example.Shop.run(Shop.java:7)`), 'exception.stacktrace') }] }),
  'link attribute': (secret) => ofSpan({ links: [{ ...IDS, ...attribute(text(secret)) }] }),
  'link attribute key': (secret) => ofSpan({ links: [{ ...IDS, ...attribute(text('x'), secret) }] }),
  'link trace state': (secret) => ofSpan({ links: [{ ...IDS, traceState: `vendor=${secret}` }] }),
};

const eachUnit = (of: (unit: number, character: string) => string): Encode => (plain) => [...plain].map((character) => of(character.charCodeAt(0), character)).join('');
const hex = (unit: number, digits = 2): string => unit.toString(16).padStart(digits, '0');
const base64: Encode = (plain) => Buffer.from(plain).toString('base64');
const percent = eachUnit((unit) => `%${hex(unit).toUpperCase()}`);
const json: Encode = (plain) => JSON.stringify({ note: plain });
const references = eachUnit((unit) => `&#${unit};`);
const escapes = eachUnit((unit) => `\\u${hex(unit, 4)}`);

const ENCODINGS: Readonly<Record<string, Encode>> = {
  'plain': (plain) => plain,
  'percent-encoding of all': percent, 'percent-encoding as usual': encodeURIComponent, 'percent-encoding, twice': (plain) => encodeURIComponent(percent(plain)), 'percent-encoding, three times': (plain) => encodeURIComponent(encodeURIComponent(percent(plain))), 'a form': (plain) => `a=1&b=${percent(plain).replaceAll('%20', '+')}&c=2`, '%u': eachUnit((unit) => `%u${hex(unit, 4)}`),
  'base64': base64, 'base64 without padding': (plain) => base64(plain).replace(/=+$/, ''), 'base64url': (plain) => Buffer.from(plain).toString('base64url'), 'base64 in a sentence': (plain) => `sent ${base64(plain)}, got 401`, 'base64, twice': (plain) => base64(base64(plain)), 'base64, three times': (plain) => base64(base64(base64(plain))),
  'base64 in lines': (plain) => base64(plain.repeat(3)).replace(/.{76}/g, '$&\r\n'), 'base64 of UTF-16': (plain) => Buffer.from(plain, 'utf16le').toString('base64'), 'data URL': (plain) => `data:text/plain;base64,${base64(plain)}`, 'base64 in a path': (plain) => `/api/items/${Buffer.from(plain).toString('base64url')}/state`,
  'hexadecimal digits': (plain) => Buffer.from(plain).toString('hex'), 'hexadecimal digits, upper case': (plain) => `0x${Buffer.from(plain).toString('hex').toUpperCase()}`,
  'JSON': json, 'JSON in JSON': (plain) => json(json(plain)), 'JSON in JSON in JSON': (plain) => json(json(json(plain))), 'JSON in base64': (plain) => base64(json(plain)), 'base64 in JSON': (plain) => json(base64(plain)), 'JSON in percent-encoding': (plain) => percent(json(plain)), 'percent-encoding in JSON': (plain) => json(percent(plain)), 'base64 in JSON in percent-encoding': (plain) => percent(json(base64(plain))), 'percent-encoding in base64': (plain) => base64(percent(plain)),
  'HTML, decimal': references, 'HTML, hexadecimal': eachUnit((unit) => `&#x${hex(unit)};`), 'HTML, by name': (plain) => plain.replaceAll('_', '&lowbar;').replaceAll('@', '&commat;').replaceAll('.', '&period;'), 'HTML with zeros': eachUnit((unit) => `&#${String(unit).padStart(7, '0')};`), 'HTML in HTML': (plain) => references(plain).replaceAll('&', '&amp;'), 'HTML in JSON': (plain) => json(references(plain)),
  'escapes of JSON': escapes, 'escapes in JSON': (plain) => `{"a":"${escapes(plain)}"}`, 'escapes in JSON in JSON': (plain) => json(`{"a":"${escapes(plain)}"}`), '\\x': eachUnit((unit) => `\\x${hex(unit)}`), '\\u{}': eachUnit((unit) => `\\u{${hex(unit)}}`), '\\U': eachUnit((unit) => `\\U${hex(unit, 8)}`), 'octal escapes': eachUnit((unit) => `\\${unit.toString(8).padStart(3, '0')}`),
  'full-width forms': eachUnit((unit, character) => (unit > 0x20 && unit < 0x7f ? String.fromCharCode(unit + 0xfee0) : character)), 'UTF-16': (plain) => Buffer.from(plain, 'utf16le').toString('latin1'), 'zero-width spaces between': (plain) => [...plain].join('\u200b'), 'soft hyphens between': (plain) => [...plain].join('\u00ad'),
};

/** What a patient reader makes of a text: everything undone that can be, until nothing is left to undo. */
function revealed(raw: string): string {
  const code = (digits: string | undefined, radix: number): string => (Number.parseInt(digits ?? '', radix) <= 0x10ffff ? String.fromCodePoint(Number.parseInt(digits ?? '', radix)) : '');
  let all = raw;
  for (let round = 0; round < 8; round++) {
    const plain = all
      .replaceAll(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
      .replaceAll(/<U\+[0-9A-F]{4}>|[\0\u200b\u00ad\u2400]/g, '')
      .replaceAll(/%u([0-9a-fA-F]{4})|%([0-9a-fA-F]{2})|\\+u\{([0-9a-fA-F]+)\}|\\+u([0-9a-fA-F]{4})|\\+x([0-9a-fA-F]{2})|\\+U([0-9a-fA-F]{8})|&#x0*([0-9a-fA-F]{1,6});/g, (_all, ...digits: string[]) => code(digits.slice(0, 7).find((one) => one !== undefined), 16))
      .replaceAll(/&#0*(\d{1,7});/g, (_all, digits: string) => code(digits, 10))
      .replaceAll(/\\+([0-3][0-7]{2})/g, (_all, digits: string) => code(digits, 8))
      .replaceAll(/\\(["\\/])/g, '$1')
      .replaceAll(/&(lowbar|commat|period|amp);/g, (_all, name: 'lowbar' | 'commat' | 'period' | 'amp') => ({ lowbar: '_', commat: '@', period: '.', amp: '&' })[name]);
    const inner: string[] = [];
    // What stands before a text in a column, its length, may look like a character of it.
    for (const [run] of plain.matchAll(/(?:[A-Za-z0-9+/_-]|\r\n|\n){16,}/g)) for (let shift = 0; shift < 4; shift++) inner.push(Buffer.from(run.slice(shift), 'base64').toString());
    for (const [run] of plain.matchAll(/[0-9a-fA-F]{20,}/g)) for (let shift = 0; shift < 2; shift++) inner.push(Buffer.from(run.slice(shift), 'hex').toString());
    const added = inner.map((one) => one.replaceAll('\0', '')).filter((one) => /[\x20-\x7e]{14}/.test(one) && !plain.includes(one));
    if (plain === all && added.length === 0) break;
    all = [plain, ...added].join('\n');
  }
  return all;
}

/** Which secrets a reader finds: the whole, or either half of it. */
function leaked(raw: string): readonly string[] {
  const all = revealed(raw);
  return SECRETS.filter((secret) => [secret, secret.slice(0, secret.length / 2), secret.slice(secret.length / 2)].some((part) => all.includes(part)));
}

const sentence = (secret: string): string => `login with ${secret} now`;

for (const [encoding, encode] of Object.entries(ENCODINGS)) {
  test(`whoever reads what is stored gets no secret that was hidden in any place: ${encoding}`, () => {
    const requests = Object.entries(PLACES).flatMap(([place, of]) => SECRETS.flatMap((secret) => [secret, sentence(secret)].map((plain) => ({ place, request: of(encode(plain)) }))));
    // The reader can read: what was sent shows every secret.
    for (const secret of SECRETS) assert.deepEqual(leaked(encode(sentence(secret))), [secret], 'what is decoded here does not show what was sent');
    if (leaked(stored(requests.map(({ request }) => request)).toString()).length === 0) return;
    // Which it was.
    const places = requests.filter(({ request }) => leaked(stored([request]).toString()).length > 0).map(({ place }) => place);
    assert.deepEqual([...new Set(places)], []);
  });
}

test('a secret in pieces, one string of an array each, is put together by nobody', () => {
  for (const secret of SECRETS) {
    for (const count of [2, 3, 5]) {
      const size = Math.ceil(secret.length / count);
      const pieces = Array.from({ length: count }, (_none, at) => text(secret.slice(at * size, (at + 1) * size)));
      const first = text(`login with ${secret.slice(0, size)}`);
      for (const value of [array(...pieces), array(first, ...pieces.slice(1)), map('k', array(...pieces)), array(map('k', array(...pieces)))]) {
        for (const request of [ofSpan(attribute(value)), { ...ofSpan({}), resource: attribute(value) }, ofSpan({ events: [attribute(value)] })]) {
          const all = stored([request]);
          const left = pieces.filter(({ stringValue }) => all.includes(String(stringValue)));
          assert.deepEqual(left, [], `${count} pieces of ${secret}`);
        }
      }
    }
  }
});

test('a card number or a PIN that is sent as a number is gone, wherever numbers stand', () => {
  const card = '4111111111111111';
  const packed = Buffer.alloc(8);
  packed.writeBigInt64LE(BigInt(card));
  const double = Buffer.alloc(8);
  double.writeDoubleLE(Number(card));
  for (const value of [{ intValue: card }, { doubleValue: Number(card) }, { stringValue: card }]) {
    for (const wrapped of [value, array({ intValue: '1' }, value), map('k', value), array(map('k', array(value)))]) {
      for (const request of [ofSpan(attribute(wrapped)), { ...ofSpan({}), resource: attribute(wrapped) }, ofSpan({ events: [attribute(wrapped)] }), ofSpan({ links: [{ ...IDS, ...attribute(wrapped) }] })]) {
        const all = stored([request]);
        for (const form of [card, packed, double]) assert.ok(!all.includes(form), JSON.stringify(request));
      }
    }
  }
  for (const value of [{ intValue: '90817' }, { doubleValue: 90817 }, { stringValue: '90817' }]) assert.ok(!stored([ofSpan(attribute(value, 'user.password'))]).includes('90817'), JSON.stringify(value));
});

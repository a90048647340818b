/** Spans as OTLP/JSON for tests: one that has everything, and random ones of which each part is sometimes there. */
import { TRACE, type Json, type JsonObject, type StoredSpan } from './testing.ts';

/** Whole numbers below a bound. */
export type Random = (bound: number) => number;

/** Keys that the tests' policy restricts. */
export const RESTRICTED_KEYS: ReadonlySet<string> = new Set(['enduser.id', 'user.email', 'url.full', 'exception.message', 'host.user', 'status.message']);

const TEXTS = ['', 'GET', 'ünïcödé 🚂', '[email]', 'a "quoted" \\ text\nof two lines', 'x'.repeat(300), '\u0000\u001f\u2028', '{"stringValue":"not a value"}', '-0', '__proto__'];
const OPEN_KEYS = ['http.request.method', 'http.response.status_code', 'db.system', 'constructor', '__proto__', '', 'ключ', 'a'.repeat(60)];

/** A span with every member, several kinds of values, and restricted fields in every place. */
export function wholeSpan(): StoredSpan {
  return {
    placed: {
      resource: { attributes: [attribute('service.name', { stringValue: 'cart' }), attribute('host.user', { stringValue: 'root' }), attribute('process.pid', { intValue: '4711' })], droppedAttributesCount: 1 },
      resourceSchemaUrl: 'https://opentelemetry.io/schemas/1.30.0',
      scope: { name: 'http', version: '1.2.3', attributes: [attribute('user.email', { stringValue: '[email]' })], droppedAttributesCount: 2 },
      scopeSchemaUrl: 'https://opentelemetry.io/schemas/1.31.0',
      span: {
        traceId: TRACE, spanId: 'eee19b7ec3c1b174', parentSpanId: 'eee19b7ec3c1b173', traceState: 'a=1,b=2', flags: 257, name: 'POST /cart', kind: 2,
        startTimeUnixNano: '1764450000000000001', endTimeUnixNano: '1764450000123456790',
        attributes: [
          attribute('http.request.method', { stringValue: 'POST' }), attribute('enduser.id', { stringValue: 'u-1' }), attribute('retry', { boolValue: true }), attribute('size', { intValue: '-9223372036854775808' }),
          attribute('ratio', { doubleValue: 0.1 }), attribute('sign', { doubleValue: -0 }), attribute('limit', { doubleValue: 'Infinity' }), attribute('none', {}), attribute('raw', { bytesValue: 'AAEC/w==' }),
          attribute('list', { arrayValue: { values: [{ intValue: '1' }, {}, { doubleValue: 1e21 }, { arrayValue: { values: [] } }] } }),
          attribute('map', { kvlistValue: { values: [{ key: 'b', value: { stringValue: '"ü"' } }, { key: 'a', value: { doubleValue: '-0' } }] } }),
        ],
        droppedAttributesCount: 3,
        events: [{ timeUnixNano: '1764450000000000002', name: 'exception', attributes: [attribute('exception.type', { stringValue: 'Error' }), attribute('exception.message', { stringValue: 'no such cart' })], droppedAttributesCount: 4 }],
        droppedEventsCount: 5,
        links: [{ traceId: 'ffffffffffffffffffffffffffffffff', spanId: '0000000000000001', traceState: 'l=1', attributes: [attribute('url.full', { stringValue: 'https://a/?q=[secret]' })], droppedAttributesCount: 6, flags: 1 }],
        droppedLinksCount: 7,
        status: { message: 'no such cart', code: 2 },
      },
    },
    minimized: [{ place: 'scope.user.email', kind: 'email', count: 1 }, { place: 'links.0.url.full', kind: 'secret', count: 1 }],
  };
}

/** The same with values sealed in each place that can have one. */
export function sealedSpan(): StoredSpan {
  const whole = wholeSpan();
  const { span } = whole.placed;
  (span['attributes'] as Json[]).push(attribute('enduser.email', SEALED), attribute('not.sealed', SEALED));
  ((span['events'] as JsonObject[])[0]!['attributes'] as Json[]).push(attribute('exception.note', SEALED));
  ((span['links'] as JsonObject[])[0]!['attributes'] as Json[]).push(attribute('link.tags', SEALED));
  span['status'] = { message: '[sealed]', code: 2 };
  (whole.placed.resource['attributes'] as Json[]).push(attribute('of.resource', SEALED));
  return {
    ...whole,
    minimized: [{ place: 'attributes.enduser.email', kind: 'sealed', count: 1 }],
    sealed: [
      { field: 'attributes[11]', key: 'enduser.email', letter: 's', text: 'ann@example.com' }, { field: 'status.message', key: 'status.message', letter: 's', text: 'ünïcödé 🚂 of Ann' },
      { field: 'events[0].attributes[2]', key: 'exception.note', letter: 'i', text: '42' }, { field: 'links[0].attributes[1]', key: 'link.tags', letter: 'a', text: '{"arrayValue":{"values":[{"stringValue":"vip"}]}}' },
    ],
  };
}

const SEALED = { stringValue: '[sealed]' };

export function randomSpan(random: Random): StoredSpan {
  const pick = <T>(list: readonly T[]): T => list[random(list.length)]!;
  const some = (make: () => Json): Json[] => Array.from({ length: random(3) === 0 ? random(6) : random(2) }, make);
  const maybe = (name: string, make: () => Json): JsonObject => (random(2) === 0 ? {} : { [name]: make() });
  const id = (bytes: number): string => Array.from({ length: bytes }, () => random(256).toString(16).padStart(2, '0')).join('');
  const count = (): number => pick([0, 1, random(2 ** 32), 2 ** 32 - 1]);
  const u64 = (): string => String((BigInt(random(2 ** 32)) << 32n) | BigInt(random(2 ** 32)));
  const double = (): number | string => pick<number | string>(['NaN', '-Infinity', '-0', -0, 0, 1, -1.5, 5e-324, 1.7976931348623157e308, 1e21, 1e-7, random(2 ** 32) / 7]);
  const value = (depth: number): JsonObject => {
    switch (random(depth > 3 ? 6 : 8)) {
      case 0: return {};
      case 1: return { stringValue: pick(TEXTS) };
      case 2: return { boolValue: random(2) === 0 };
      case 3: return { intValue: pick<number | string>(['0', '-1', 12, 2 ** 53 - 1, '9223372036854775807', '-9223372036854775808']) };
      case 4: return { doubleValue: double() };
      case 5: return { bytesValue: btoa(pick(['', 'a', 'ab', 'abc'])) };
      case 6: return { arrayValue: { values: some(() => value(depth + 1)) } };
      default: return { kvlistValue: { values: some(() => ({ key: pick(OPEN_KEYS), value: value(depth + 1) })) } };
    }
  };
  const attributes = (): Json => some(() => attribute(random(3) === 0 ? pick([...RESTRICTED_KEYS]) : pick(OPEN_KEYS), value(0)));
  const list = (): JsonObject => ({ ...maybe('attributes', attributes), ...maybe('droppedAttributesCount', count) });
  return {
    placed: {
      resource: { attributes: [...(list()['attributes'] as Json[] | undefined ?? []), ...(random(2) === 0 ? [] : [attribute('service.name', value(4))])] },
      resourceSchemaUrl: pick([undefined, '', 'https://r']),
      scope: { ...maybe('name', () => pick(TEXTS)), ...maybe('version', () => '1'), ...list() },
      scopeSchemaUrl: pick([undefined, 'https://s']),
      span: {
        traceId: TRACE, spanId: id(8), ...maybe('parentSpanId', () => pick(['', id(8)])), ...maybe('traceState', () => 'k=v'), ...maybe('flags', count), ...maybe('name', () => pick(TEXTS)),
        ...maybe('kind', () => pick([0, 1, 5, -2147483648, 2147483647])), startTimeUnixNano: u64(), endTimeUnixNano: pick([u64(), '0', 1_764_450_000]),
        ...list(),
        ...maybe('events', () => some(() => ({ timeUnixNano: u64(), ...maybe('name', () => pick(TEXTS)), ...list() }))), ...maybe('droppedEventsCount', count),
        ...maybe('links', () => some(() => ({ ...maybe('traceId', () => id(16)), ...maybe('spanId', () => id(8)), ...maybe('traceState', () => 'l'), ...maybe('flags', count), ...list() }))), ...maybe('droppedLinksCount', count),
        ...maybe('status', () => ({ ...maybe('message', () => pick(TEXTS)), ...maybe('code', () => random(3)) })),
      },
    },
    producer: `p_${id(8)}`,
    minimized: Array.from({ length: random(3) }, () => ({ place: pick(TEXTS), kind: 'email', count: count() })),
    ...(random(4) === 0 ? { service: pick(TEXTS) } : {}),
  };
}

function attribute(key: string, value: JsonObject): JsonObject {
  return { key, value };
}

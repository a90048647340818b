/**
 * The drawing: what it shows, that nothing in a trace reaches the terminal as a command, and that odd traces are drawn too.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationText } from './bar.ts';
import { drawOptions, drawTrace } from './draw.ts';
import { readOtlpTrace, type DrawnSpan, type DrawnTrace } from './drawn-trace.ts';
import { kindText, replacedText } from './minimized-text.ts';
import { otlpJson } from './otlp-json.ts';
import { cellsOf, fit, safeText } from './terminal-text.ts';
import { branchesOf } from './trace-tree.ts';

const T0 = 1_780_315_200_000_000_000n;
const span = (spanId: string, parentSpanId: string, start_ms: number, duration_ms: number, more: Partial<DrawnSpan> = {}): DrawnSpan => ({
  spanId, parentSpanId, service: 'shop', name: `work ${spanId}`, start: T0 + BigInt(start_ms) * 1_000_000n, duration: BigInt(duration_ms) * 1_000_000n, statusCode: 0, statusMessage: '', events: [], minimized: [], ...more,
});
const trace = (spans: readonly DrawnSpan[]): DrawnTrace => ({ traceId: '0af7651916cd43dd8448eb211c80319c', spans, more: false });
const PLAIN = { width: 80, color: false } as const;

test('drawTrace() shows the tree on a time scale, errors, events and what was minimized', () => {
  const drawn = drawTrace(
    trace([
      span('a', '', 0, 400, { service: 'web', name: 'POST /checkout', minimized: [{ place: 'attributes.url.full', kind: 'email', count: 2 }, { place: 'resource.host.ip', kind: 'ip', count: 1 }] }),
      span('c', 'b', 200, 100, { service: 'bank', statusCode: 2, statusMessage: 'declined', events: [{ time: T0 + 250_000_000n, name: 'exception' }] }),
      span('b', 'a', 100, 300, { service: 'pay', minimized: [{ place: 'name', kind: 'token', count: 1 }] }),
    ]),
    PLAIN,
  );
  assert.equal(
    drawn,
    `web  POST /checkout
trace 0af7651916cd43dd8448eb211c80319c · 2026-06-01T12:00:00.000Z · 400 ms
3 spans · 3 services · 1 error

■ web 1   ■ bank 1   ■ pay 1

                       │0         │100 ms     │200 ms     │300 ms
web  POST /checkout    ███████████████████████████████████████████████ 400 ms
│  ◇ attributes.url.full: 2 e-mail addresses
└─ pay  work b                    ▕███████████████████████████████████ 300 ms
   │  ◇ name: 1 token
   └─ bank  ✕ work c                          ▐█████◆█████▎            100 ms
         ✕ declined

4 values replaced: 2 e-mail addresses, 1 client address, 1 token.
`,
  );
});

test('every line keeps to the width, however narrow or wide the terminal', () => {
  const spans = [span('a', '', 0, 5, { service: 'ウェブサービス', name: '長い名前'.repeat(40) }), span('b', 'a', 1, 2, { name: 'x'.repeat(900), statusCode: 2, statusMessage: 'é'.repeat(500), minimized: [{ place: 'attributes.' + 'k'.repeat(300), kind: 'email', count: 1 }] })];
  for (const width of [-1, 0, 1, 24, 40, 63, 64, 65, 80, 120, 200, 1_000_000]) {
    for (const line of drawTrace(trace(spans), { width, color: false }).split('\n')) assert.ok(cellsOf(line) <= Math.max(24, Math.min(width, 400)), `${width}: ${cellsOf(line)} ${line}`);
  }
});

test('nothing in a trace reaches the terminal as a control character or reorders text', () => {
  const hostile = '\u001b[31m\u001b]0;title\u0007\r\n\u009b2J\u202e\u2066\u200b\u2028\ufeff\u{e0041}\ud800\u007f';
  const drawn = drawTrace(
    { traceId: hostile, more: false, spans: [span(hostile, hostile, 0, 1, { service: hostile, name: hostile, statusCode: 2, statusMessage: hostile, events: [{ time: T0, name: hostile }], minimized: [{ place: hostile, kind: hostile, count: 1 }] })] },
    { width: 300, color: true },
  );
  // What remains of escapes are the colours that the drawing itself sets.
  const own = drawn.replaceAll(/\u001b\[(?:0|1|2|31|33|(?:7;)?38;5;[0-9]{1,3})m/g, '');
  assert.doesNotMatch(own, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\p{Cs}\u{e0000}-\u{e0fff}]/u);
  assert.equal(drawn.split('\n').length, drawTrace(trace([span('a', 'x', 0, 1, { statusCode: 2, statusMessage: 'm', minimized: [{ place: 'p', kind: 'k', count: 1 }] })]), { width: 300, color: true }).split('\n').length);
  assert.equal(safeText('\u001b[1m\n'), '␛[1m␊');
  assert.equal(safeText('a\u202eb'), 'a<U+202E>b');
});

test('without colours there is no escape at all', () => {
  assert.doesNotMatch(drawTrace(trace([span('a', '', 0, 1), span('b', 'a', 0, 1, { statusCode: 2 })]), PLAIN), /\u001b/);
});

test('drawOptions() honours NO_COLOR, dumb terminals and pipes', () => {
  const terminal = { isTTY: true, columns: 90 };
  assert.deepEqual(drawOptions(terminal, {}), { width: 90, color: true });
  assert.equal(drawOptions(terminal, { NO_COLOR: '1' }).color, false);
  assert.equal(drawOptions(terminal, { NO_COLOR: '' }).color, true);
  assert.equal(drawOptions(terminal, { TERM: 'dumb' }).color, false);
  assert.deepEqual(drawOptions({}, {}), { width: 100, color: false });
});

test('branchesOf() places every span once: orphans, cycles, repeated ids and itself as parent', () => {
  const spans = [span('a', '', 5, 1), span('b', 'a', 1, 1), span('b', 'a', 2, 1), span('c', 'b', 3, 1), span('d', 'gone', 0, 1), span('x', 'y', 8, 1), span('y', 'x', 9, 1), span('s', 's', 10, 1)];
  const places = branchesOf(spans).map((branch) => `${branch.span.spanId}:${branch.depth}:${branch.place}`);
  assert.deepEqual(places, ['d:0:orphan', 'a:0:root', 'b:1:child', 'c:2:child', 'b:1:child', 'x:0:cycle', 'y:1:child', 's:0:cycle']);
});

test('a chain of 20,000 spans and 20,000 siblings are drawn within bounds, saying how many are left out', () => {
  const chain = Array.from({ length: 20_000 }, (_, at) => span(`c${at}`, at === 0 ? '' : `c${at - 1}`, at, 1));
  const siblings = Array.from({ length: 20_000 }, (_, at) => span(`s${at}`, 'c0', at, 1, at === 19_999 ? { statusCode: 2 } : {}));
  const drawn = drawTrace(trace([...chain, ...siblings]), { ...PLAIN, spans_max: 50 });
  assert.ok(drawn.split('\n').length < 70);
  assert.match(drawn, /… 39950 more spans, 1 error among them/);
});

test('times that cannot be are drawn at the edge, not thrown', () => {
  const far = span('a', '', 0, 0, { start: 18_446_744_073_709_551_615n, duration: -(1n << 63n), events: [{ time: 0n, name: '' }] });
  assert.match(drawTrace(trace([far, span('b', 'a', 0, 0, { start: 0n, duration: (1n << 63n) - 1n })]), PLAIN), /work b/);
  assert.equal(drawTrace(trace([]), PLAIN), 'The trace holds no spans.\n');
});

test('readOtlpTrace() reads what the query API answers, and takes anything else for nothing', async () => {
  const json = await otlpJson({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    more: false,
    spans: [{
      ...span('00000000000000aa', '', 3, 4, { statusCode: 2, statusMessage: 'm', events: [], minimized: [{ place: 'attributes.a: b', kind: 'email', count: 2 }] }),
      traceId: '0af7651916cd43dd8448eb211c80319c', traceState: '', flags: 0, kind: 2, resource: '{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]}', scope: '{}',
      attributes: [], droppedAttributes: 0, droppedEvents: 0, droppedLinks: 0, links: [], events: [{ time: 5n, name: 'e', attributes: [], dropped: 0 }],
    }],
  });
  assert.deepEqual(readOtlpTrace(JSON.parse(json)), {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    more: false,
    spans: [span('00000000000000aa', '', 3, 4, { statusCode: 2, statusMessage: 'm', events: [{ time: 5n, name: 'e' }], minimized: [{ place: 'attributes.a: b', kind: 'email', count: 2 }], version: 1, versions: 1, copies: 1, begunOutside: false })],
  } satisfies DrawnTrace | object);
  for (const nothing of [null, 1, 'x', [], {}, { resourceSpans: 1 }, { resourceSpans: [null, { scopeSpans: [1, { spans: {} }] }] }]) assert.deepEqual(readOtlpTrace(nothing).spans, []);
});

test('replacedText() counts in words', () => {
  assert.equal(replacedText(new Map([['token', 1], ['email', 2]])), '3 values replaced: 2 e-mail addresses, 1 token.');
  assert.equal(replacedText(new Map([['email', 1], ['neutralized', 2]])), '1 value replaced: 1 e-mail address. 2 harmful characters made visible.');
  assert.equal(replacedText(new Map()), 'No value was replaced.');
  assert.equal(replacedText(new Map([['sealed', 2]])), '2 values sealed.');
  assert.equal(replacedText(new Map([['sealed', 1], ['email', 1]])), '1 value replaced: 1 e-mail address. 1 value sealed.');
  assert.equal(kindText('sealed', 1), '1 sealed value');
  assert.equal(kindText('new-kind', 2), '2 new kinds');
  assert.equal(kindText('constructor', 1), '1 constructor');
});

test('fit() counts cells, not code units', () => {
  assert.equal(fit('日本語', 5), '日本…');
  assert.equal(fit('日本', 5), '日本 ');
  assert.equal(fit('e\u0301e', 3), 'e\u0301e ');
  assert.ok(fit(`a${'\u0301'.repeat(100)}`, 3).length < 10);
});

test('durationText() keeps three digits and a unit', () => {
  for (const [nanos, text] of [[0n, '0 ns'], [999n, '999 ns'], [1_500n, '1.5 µs'], [12_345_678n, '12.3 ms'], [345_678_000n, '346 ms'], [1_234_567_890n, '1.23 s'], [125_000_000_000n, '2 m 5 s'], [7_380_000_000_000n, '2 h 3 m'], [-5n, '-5 ns']] as const) {
    assert.equal(durationText(nanos), text);
  }
});

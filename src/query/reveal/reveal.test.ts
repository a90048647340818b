import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAccess } from '#access';
import type { SealedField } from '#keys';
import { DEFAULT_TENANT, type Reader } from '#model';
import { compilePolicy, DEFAULT_POLICY } from '#policy';
import type { Answering, Run } from '#query/answering';
import { Sight } from '#query/sight';
import { isRefusal } from '#refusal';
import { type Attribute, type Span, spanOf, type SpanRow } from '#query/span';
import { type ClosedSpan, sealedPlaces, withOpened } from './closed-spans.ts';
import { createReveal, reasonIn } from './reveal.ts';

const text = (key: string, value: string, type = 's'): Attribute => ({ key, type, text: value });
const empty = spanOf({ keys: [], eventTimes: [], linkTraceIds: [], minimizedPlaces: [], startNano: '0', durationNano: '0', parentSpanId: '', statusMessage: '' } as unknown as SpanRow);
const span: Span = {
  ...empty, statusMessage: '[sealed]',
  attributes: [text('open', 'yes'), text('user.email', '[sealed]'), text('hidden', '[hidden]', 'h'), text('bytes', '[sealed]', 'x')],
  events: [{ time: 0n, name: 'a', attributes: [], dropped: 0 }, { time: 0n, name: 'b', attributes: [text('user.id', '[sealed]')], dropped: 0 }],
  links: [{ traceId: '', spanId: '', traceState: '', flags: 0, attributes: [text('user.id', '[sealed]')], dropped: 0 }],
};
const closed: ClosedSpan = { span, block: 1, environment: '', seals: [] };

test('sealed values are where their word stands, of what the reader sees, by the fields that seals name', () => {
  assert.deepEqual(sealedPlaces(closed).map(({ field, key, at: { place } }) => [field, key, place]), [
    ['attributes[1]', 'user.email', 'span'], ['events[1].attributes[0]', 'user.id', 'event'], ['links[0].attributes[0]', 'user.id', 'link'], ['status.message', 'status.message', 'status-message'],
  ]);
});

test('what is opened stands in its place with its type, and nothing else is another', () => {
  const value = (field: string, type: string, of: string) => [field, { field, key: '', type, text: of }] as const;
  const opened = withOpened(span, new Map([value('attributes[1]', 'i', '42'), value('links[0].attributes[0]', 's', 'ann'), value('status.message', 's', 'no'), value('attributes[9]', 's', 'x'), value('events[0].attributes[0]', 's', 'x')]));
  assert.deepEqual(opened, { ...span, attributes: [span.attributes[0], text('user.email', '42', 'i'), span.attributes[2], span.attributes[3]], links: [{ ...span.links[0], attributes: [text('user.id', 'ann')] }], statusMessage: 'no' });
});

test('a reason is one line that says something', () => {
  assert.equal(reasonIn('  incident\n4711\u2028 '), 'incident 4711');
  for (const none of ['', ' \n ', 'ab', 'x'.repeat(501)]) assert.equal(reasonIn(none), null);
});

const INVESTIGATOR: Reader = { id: 't_0123456789abcdef', name: 'ana', tenant: DEFAULT_TENANT, kind: 'token', roles: ['investigator'], groups: [], scopes: null };

test('a value that was sealed under another key than the one that stands there now is not opened', async () => {
  const row = {
    atBlock: '1', atRow: 0, traceId: 'ab'.repeat(16), spanId: '0000000000000001', parentSpanId: '', startNano: '1', durationNano: '1', statusMessage: '', serviceName: 'shop', spanKind: 2, resourceText: '{}', scopeText: '{}',
    keys: ['user.email', 'open.to.all'], texts: ['[sealed]', '[sealed]'], types: 'ss', eventTimes: [], linkTraceIds: [], minimizedPlaces: [], sealedKeys: ['00'.repeat(8)], sealedTexts: ['AAAA'], environment: '',
  };
  const run = Object.assign(async () => [row], { sight: Sight.whole }) as unknown as Run;
  const answering = { access: createAccess(), settled: async () => true, store: { mayBePending: () => false }, answer: async (_reader: Reader, _action: string, _weight: string, work: (run: Run) => Promise<unknown>) => work(run) } as unknown as Answering;
  const sealed: readonly SealedField[] = [{ field: 'attributes[0]', key: 'user.email', type: 's', text: 'ann@example.org' }, { field: 'attributes[1]', key: 'card.holder', type: 's', text: 'Ann Archer' }];
  const recorded: unknown[] = [];
  const reveal = createReveal(answering, { inForce: () => compilePolicy(DEFAULT_POLICY), rulesOf: async () => new Map() }, {
    opener: { open: async () => [{ is: 'opened', fields: sealed, salt: new Uint8Array(16) }] },
    control: { openingRefused: () => null, openingUnapproved: () => null, askApproval: () => assert.fail(), recordOpening: async ({ values, changed, fields }) => (recorded.push([values, changed, fields]), { id: 'o_1', at: 0, by: { is: 'server' } }) },
    minimized: (_, reason) => reason,
    report: ({ analytic, subject }) => recorded.push([analytic.uid, subject]),
  });
  const revealed = await reveal.reveal(INVESTIGATOR, { trace: 'ab'.repeat(16), reason: 'incident' });
  assert.ok(!isRefusal(revealed) && revealed.is === 'opened');
  assert.deepEqual(revealed.spans[0]?.attributes.map((one) => one.text), ['ann@example.org', '[sealed]']);
  assert.deepEqual([revealed.counts, recorded], [{ opened: 1, erased: 0, changed: 1 }, [['reveal.changed', 'ab'.repeat(16)], [1, 1, ['open.to.all', 'user.email']]]]);
});

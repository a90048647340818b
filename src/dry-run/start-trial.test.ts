/** The thread of a trial, real and with programs that misbehave. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_TENANT, Secret } from '#model';
import { compilePolicy, DEFAULT_POLICY, type PolicyDocument } from '#policy';
import type { SpanRow } from '#query/span';
import { isRefusal } from '#refusal';
import { trialStarter } from './start-trial.ts';

const KEY = new Secret(new Uint8Array(32));
const program = (text: string): URL => new URL(`data:text/javascript,${encodeURIComponent(`import { parentPort } from 'node:worker_threads'; ${text}`)}`);
const refusedAs = (error: unknown): string | undefined => (error instanceof Error && 'refusal' in error && isRefusal(error.refusal) ? error.refusal.refused : undefined);

function row(at: number, more: Partial<SpanRow>): SpanRow {
  const empty = { keys: [], texts: [], types: '', eventTimes: [], eventNames: [], eventKeys: [], eventTexts: [], eventTypes: [], eventDropped: [], linkTraceIds: [], linkSpanIds: [], linkTraceStates: [], linkFlags: [], linkKeys: [], linkTexts: [], linkTypes: [], linkDropped: [], minimizedPlaces: [], minimizedKinds: [], minimizedCounts: [] };
  const numbers = { spanFlags: 0, spanKind: 2, statusCode: 0, droppedAttributes: 0, droppedEvents: 0, droppedLinks: 0 };
  return {
    atBlock: '1', atRow: at, traceId: '01'.repeat(16), spanId: (at + 1).toString(16).padStart(16, '0'), parentSpanId: '0000000000000000', traceState: '', spanName: 'op', startNano: '5', durationNano: '1', statusMessage: '', serviceName: 'shop',
    resourceText: '{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}},{"key":"owner","value":{"stringValue":"[email]"}}]}', scopeText: '{}', ...numbers, ...empty, ...more,
  };
}

test('what is stored is tried on a thread: what more would go, and what went and would be treated otherwise', async () => {
  const tried: PolicyDocument = { version: 2, rules: [{ id: 'no-notes', keys: ['note'], action: 'drop' }, { id: 'owners', keys: ['owner'], recognized: ['email'], action: 'keep' }, { id: 'noise', keys: ['noise'], action: 'drop-span' }] };
  const trial = trialStarter(() => compilePolicy(DEFAULT_POLICY), KEY)(tried, DEFAULT_TENANT);
  const owner = { minimizedPlaces: ['resource.owner'], minimizedKinds: ['email'], minimizedCounts: [1] };
  await trial.take([row(0, { keys: ['note'], texts: ['by the door'], types: 's', ...owner }), row(1, { keys: ['to'], texts: ['[email]'], types: 's', minimizedPlaces: ['attributes.to', 'resource.owner'], minimizedKinds: ['email', 'email'], minimizedCounts: [2, 1] })]);
  await trial.take([row(2, { atBlock: '0', keys: ['noise'], texts: ['x'], types: 's' })]);
  const { changes, more } = await trial.result();
  trial.end();
  assert.deepEqual(changes.map(({ place, key, kind, action, rule, count, today, differs }) => `${place} ${key} ${kind}: ${today?.action ?? '-'} > ${action} by ${rule ?? '-'}, ${count}${differs ? '' : ' same'}`).sort(), [
    'resource owner email: replace > keep by owners, 1', 'span noise field: - > drop-span by noise, 1', 'span note field: - > drop by no-notes, 1', 'span to email: replace > replace by -, 2 same',
  ]);
  assert.equal(more, false);
  assert.ok(!JSON.stringify(changes).includes('door'));
});

test('a trial that takes too long, too much memory or fails is ended, and says so', async () => {
  const of = (text: string, page_ms = 60_000) => trialStarter(() => compilePolicy(DEFAULT_POLICY), KEY, { program: program(text), page_ms, heap_mib: 16 })(DEFAULT_POLICY, DEFAULT_TENANT);
  await assert.rejects(of('for (;;);', 200).take([]), (error) => refusedAs(error) === 'query_timeout');
  await assert.rejects(of('parentPort.on("message", () => { const all = []; for (;;) all.push(new Array(1e6).fill({})); });').take([]), (error) => refusedAs(error) === 'query_timeout');
  await assert.rejects(of('parentPort.on("message", () => { throw new TypeError("x"); });').take([]), (error) => refusedAs(error) === undefined && /^cannot try the policy$/.test((error as Error).message));
  await assert.rejects(of('parentPort.on("message", () => process.exit(0));').take([]), (error) => refusedAs(error) === 'query_timeout');
});

test('nothing is asked of a trial that has ended', async () => {
  const trial = trialStarter(() => compilePolicy(DEFAULT_POLICY), KEY)(DEFAULT_POLICY, DEFAULT_TENANT);
  trial.end();
  await assert.rejects(trial.result());
});

/**
 * Attacks with what was sent before: requests and spans repeated, by their producer and by others, changed, or long over. What happens when the store or a
 * worker fails meanwhile is tried in src/sequencer/duplicates.test.ts.
 */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { addProducer, createToken, startServer, type TestServer, tracekeep, until } from '#harness';
import { verbHere } from '#harness/verbs';
import { assertUnharmed, MEMORY_MAX, spansThere } from '#harness/aftermath';
import { type Account, askWell, balancedAccounting, exportOf, newSpanId, newTraceId, type Reply, send, sendWell, spanOf } from '#harness/exchange';
import { request, span } from '#harness/protobuf';

const HOUR_NS = 3_600_000_000_000n;

let server: TestServer;
let key = '';
let mateKey = '';
let foreignKey = '';
let token = '';
let foreignToken = '';

before(async () => {
  server = await startServer({ args: ['--workers', '2'] });
  const { data } = server;
  const elsewhere = ['--tenant', 'elsewhere'];
  key = await addProducer(data, 'shop');
  mateKey = await addProducer(data, 'mate');
  foreignKey = await addProducer(data, 'foreign', ['*'], elsewhere);
  token = await createToken(data, 'admin');
  foreignToken = await createToken(data, 'admin', elsewhere);
});

interface Finding {
  readonly finding_info: { readonly analytic: { readonly uid: string } };
  readonly count: number;
  readonly message: string;
  readonly resources: readonly { readonly type: string; readonly uid: string }[];
}
const findings = async (uid: string, which = token): Promise<Finding[]> => (await askWell<{ findings: Finding[] }>(server, which, `/api/v1/findings?analytic=${uid}`)).findings;

/** A span of the trace answer with its note. */
type Shown = { readonly spanId: string; readonly name: string } & Readonly<Partial<Record<'version' | 'versions' | 'copies', number> & Record<'forged' | 'begunOutside', boolean>>>;
async function shown(traceId: unknown): Promise<Shown[]> {
  const { resourceSpans, notes = [] } = await askWell<{ resourceSpans: { scopeSpans: { spans: Shown[] }[] }[]; notes?: (Partial<Shown> & { readonly span: number })[] }>(server, token, `/api/v1/traces/${String(traceId)}`);
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)).map((span, place) => ({ ...span, ...notes.find((note) => note.span === place) }));
}

/** What the account grew by: `[received, stored, refused, dropped]`. */
async function growth(act: () => Promise<unknown>, which = token): Promise<number[]> {
  const numbers = ({ received, stored, refused, dropped }: Account): number[] => [received, stored, refused, dropped];
  const before = numbers((await balancedAccounting(server, which)).totals);
  await act();
  return numbers((await balancedAccounting(server, which)).totals).map((count, at) => count - (before[at] ?? 0));
}
const protobuf = (traceId: string, spanIds: readonly string[], name = 'op', start?: bigint): Buffer<ArrayBuffer>[] => spanIds.map((id) => span(Buffer.from(traceId, 'hex'), Buffer.from(id, 'hex'), name, [], start ?? BigInt(Date.now()) * 1_000_000n));
const bytes = (body: Buffer<ArrayBuffer>): Uint8Array<ArrayBuffer> => new Uint8Array(body);

test('a replayed request is stored once: plain, compressed in any coding, one by one or all at once', async () => {
  const traceId = newTraceId();
  const body = bytes(request(protobuf(traceId, [newSpanId(), newSpanId()])));
  const ways: (() => Promise<Reply>)[] = [
    () => send(server, key, body),
    () => send(server, key, new Uint8Array(gzipSync(body)), { 'Content-Encoding': 'gzip' }),
    () => send(server, key, new Uint8Array(zstdCompressSync(body)), { 'Content-Encoding': 'zstd' }),
  ];
  const answers: Reply[] = [];
  assert.deepEqual(await growth(async () => {
    for (const way of ways) answers.push(await way());
    answers.push(...(await Promise.all(Array.from({ length: 12 }, (_, at) => ways[at % 3]!()))));
  }), [30, 2, 0, 28]);
  for (const { status } of answers) assert.equal(status, 200);
  assert.equal((await shown(traceId)).length, 2);
});

test('spans replayed in other batches are stored once, and their sender hears no difference', async () => {
  const traceId = newTraceId();
  const spans = protobuf(traceId, Array.from({ length: 6 }, newSpanId));
  const pick = (...which: number[]): Uint8Array<ArrayBuffer> => bytes(request(which.map((at) => spans[at]!)));
  assert.deepEqual(await growth(async () => {
    await sendWell(server, key, pick(0, 1, 2));
    // In a batch with new ones, alone, twice in one batch, and at once, by another producer too.
    for (const batch of [pick(2, 3), pick(1), pick(4, 4)]) await sendWell(server, key, batch);
    await sendWell(server, mateKey, pick(0, 3, 4));
    await Promise.all([pick(5, 0), pick(5, 1), pick(5, 2), pick(5, 3), pick(0, 5)].map((batch) => sendWell(server, key, batch)));
  }), [21, 6, 0, 15]);
  const told = await shown(traceId);
  assert.equal(told.length, 6);
  assert.ok(told.every(({ versions, copies, forged }) => versions === undefined && copies === undefined && forged === undefined));
  const { producers } = await balancedAccounting(server, token);
  // Whose spans come from somebody else as well is reported, whatever batches they come in.
  assert.deepEqual((await findings('replay.spans-repeated')).map(({ count, resources }) => [count, resources.map(({ uid }) => uid)]), [[1, [producers.find(({ name }) => name === 'mate')?.id]]]);
});

test('another producer does not pass off a request as its own: refused, counted, told', async () => {
  const traceId = newTraceId();
  const body = bytes(request(protobuf(traceId, [newSpanId(), newSpanId()])));
  await sendWell(server, key, body);
  assert.deepEqual(await growth(async () => {
    const { status, text } = await send(server, mateKey, new Uint8Array(gzipSync(body)), { 'Content-Encoding': 'gzip' });
    assert.equal(status, 403);
    assert.match(text, /request_copied/);
  }), [2, 0, 2, 0]);
  // Not from another tenant either; what each tenant hears names no producer of the other.
  assert.deepEqual(await growth(async () => assert.equal((await send(server, foreignKey, body)).status, 403), foreignToken), [2, 0, 2, 0]);
  assert.equal((await balancedAccounting(server, foreignToken)).totals.refusedBy['request_copied'], 2);
  assert.equal((await shown(traceId)).length, 2);
  const { producers } = await balancedAccounting(server, token);
  const idOf = (name: string): string => String(producers.find((one) => one.name === name)?.id);
  assert.deepEqual((await findings('replay.request-copied')).map(({ count, resources }) => [count, resources.map(({ uid }) => uid)]).toSorted(), [[1, [idOf('mate'), idOf('shop')]], [1, [idOf('shop')]]].toSorted());
  const [foreign, ...more] = await findings('replay.request-copied', foreignToken);
  assert.equal(more.length, 0);
  assert.ok(foreign !== undefined && !JSON.stringify(foreign).includes(idOf('shop')));
});

test('a copy that overtakes nothing: sent at once with the original, exactly one of them is taken', async () => {
  const traceId = newTraceId();
  const body = bytes(request(protobuf(traceId, [newSpanId()])));
  const statuses = (await Promise.all([send(server, key, body), send(server, mateKey, body), send(server, foreignKey, body)])).map(({ status }) => status);
  assert.deepEqual(statuses.toSorted(), [200, 403, 403]);
});

test('a forged second version replaces nothing: the first is kept and has the children, the other is marked, counted and told', async () => {
  const root = spanOf({}, { name: 'pay' });
  const child = spanOf({}, { traceId: root['traceId'], parentSpanId: root['spanId'], name: 'book', kind: 1 });
  await sendWell(server, key, exportOf([root, child]));
  const before = (await balancedAccounting(server, token)).totals.minimized['second-version'] ?? 0;
  // It claims to be earlier, longer, and from another service.
  const forged = { ...root, name: 'refund', startTimeUnixNano: String(BigInt(String(root['startTimeUnixNano'])) - HOUR_NS), endTimeUnixNano: root['endTimeUnixNano'] };
  assert.deepEqual(await growth(async () => {
    await sendWell(server, mateKey, exportOf([forged], 'bank'));
    await sendWell(server, mateKey, exportOf([{ ...forged, kind: 1 }, forged], 'bank'));
  }), [3, 2, 0, 1]);
  assert.equal((await balancedAccounting(server, token)).totals.minimized['second-version'], before + 2);
  const told = (await shown(root['traceId'])).map(({ name, version, versions, forged: isForged }) => [name, version, versions, isForged]);
  assert.deepEqual(told.toSorted(), [['book', undefined, undefined, undefined], ['pay', 1, 3, undefined], ['refund', 2, 3, true], ['refund', 3, 3, true]]);

  interface Outline {
    readonly names: readonly string[];
    readonly spans: { readonly parent: readonly number[]; readonly name: readonly number[] };
    readonly versions: Readonly<Record<'span' | 'version' | 'of' | 'forged', readonly number[]>>;
  }
  const { names, spans, versions } = await askWell<Outline>(server, token, `/api/v1/traces/${String(root['traceId'])}/outline`);
  const nameAt = (place: number | undefined): string | undefined => names[spans.name[place ?? -1] ?? -1];
  assert.equal(nameAt(spans.parent[spans.name.findIndex((name) => names[name] === 'book')]), 'pay');
  assert.deepEqual(versions.span.map((place, at) => [nameAt(place), versions.version[at], versions.of[at], versions.forged[at]]), [['refund', 2, 3, 1], ['refund', 3, 3, 1], ['pay', 1, 3, 0]]);
  interface One {
    readonly span: { readonly name: string };
    readonly producer: string;
    readonly forged: boolean;
  }
  const copies: One[] = [];
  for (const copy of [0, 1]) copies.push(await askWell<One>(server, token, `/api/v1/traces/${String(root['traceId'])}/spans/${String(root['spanId'])}?copy=${copy}`));
  assert.deepEqual(copies.map(({ span: { name }, forged: isForged }) => [name, isForged]), [['pay', false], ['refund', true]]);
  assert.notEqual(copies[0]?.producer, copies[1]?.producer, 'who sent which is told');

  const found = (await findings('replay.second-version')).filter(({ resources }) => resources.some(({ uid }) => uid === root['traceId']));
  assert.deepEqual(found.map(({ count }) => count), [2], 'one finding for the trace');
  assert.ok(!JSON.stringify(found).includes('refund'), 'no payload');
  const drawn = await verbHere(['trace', String(root['traceId']), '--data', server.data]);
  assert.match(drawn.stdout, /version 2 of 3, forged/);
});

test('an old export is refused, span by span, unless its producer may backfill', async () => {
  const old = BigInt(Date.now()) * 1_000_000n - 25n * HOUR_NS;
  const traceId = newTraceId();
  const [stale, fresh] = [protobuf(traceId, [newSpanId()], 'stale', old), protobuf(traceId, [newSpanId()], 'fresh')];
  assert.deepEqual(await growth(async () => {
    const { status, text } = await send(server, key, bytes(request([...stale, ...fresh])));
    assert.equal(status, 200);
    assert.match(text, /span_too_old/);
  }), [2, 1, 1, 0]);
  assert.equal((await balancedAccounting(server, token)).totals.refusedBy['span_too_old'], 1);
  assert.deepEqual((await shown(traceId)).map(({ name }) => name), ['fresh']);
  const historian = await addProducer(server.data, 'historian', ['*'], ['--backfill']);
  assert.deepEqual(await growth(() => sendWell(server, historian, bytes(request(stale)))), [1, 1, 0, 0]);
  assert.deepEqual((await shown(traceId)).map(({ name }) => name), ['stale', 'fresh']);
  assert.equal((await tracekeep(['producer', 'change', 'historian', '--no-backfill', '--data', server.data])).code, 0);
  await until(async () => /span_too_old/.test((await send(server, historian, bytes(request(protobuf(traceId, [newSpanId()], 'stale', old))))).text), 'it may not any more', 5_000);
});

test('a trace continued from outside says so, and one whose parents are known does not', async () => {
  const [traceId, outside] = [newTraceId(), newSpanId()];
  const entry = spanOf({}, { traceId, parentSpanId: outside, kind: 2, flags: 0x300, name: 'entry' });
  await sendWell(server, key, exportOf([entry, spanOf({}, { traceId, parentSpanId: entry['spanId'], kind: 2, flags: 0x300, name: 'inner' }), spanOf({}, { traceId, parentSpanId: newSpanId(), kind: 1, flags: 0x100, name: 'lost' })]));
  const marks = async (): Promise<unknown[]> => (await shown(traceId)).map(({ name, begunOutside }) => [name, begunOutside]).toSorted();
  assert.deepEqual(await marks(), [['entry', true], ['inner', undefined], ['lost', undefined]]);
  await sendWell(server, key, exportOf([spanOf({}, { traceId, spanId: outside, kind: 3, name: 'caller' })]));
  assert.deepEqual(await marks(), [['caller', undefined], ['entry', undefined], ['inner', undefined], ['lost', undefined]], 'when its parent reports, it is outside no longer');
});

test('a flood of distinct spans makes old ones forgotten, never memory grow', async () => {
  const flood = (): Uint8Array<ArrayBuffer> => bytes(request(protobuf(newTraceId(), Array.from({ length: 5_000 }, newSpanId))));
  for (let round = 0; round < 8; round++) await Promise.all([sendWell(server, key, flood()), sendWell(server, mateKey, flood())]);
  assert.ok(server.peakMemoryBytes() < MEMORY_MAX);
});

test('after a restart a replayed request is still known; spans in other batches are stored again and shown once', async () => {
  const root = spanOf({}, { name: 'once' });
  const whole = exportOf([root, spanOf({}, { traceId: root['traceId'], name: 'too' })]);
  await sendWell(server, key, whole);
  await server.stop();
  server = await startServer({ data: server.data });
  assert.deepEqual(await growth(() => sendWell(server, key, whole)), [2, 0, 0, 2]);
  assert.equal((await send(server, mateKey, whole)).status, 403);
  assert.deepEqual(await growth(() => sendWell(server, key, exportOf([root]))), [1, 1, 0, 0], 'a new process knows requests, not spans');
  const told = (await shown(root['traceId'])).map(({ name, copies, versions, forged }) => [name, copies, versions, forged]);
  assert.deepEqual(told.toSorted(), [['once', 2, undefined, undefined], ['too', undefined, undefined, undefined]]);
});

test('after all that: it serves, and its account is what was sent', async () => {
  assert.equal(await spansThere(server, token), (await balancedAccounting(server, token)).totals.stored);
  await assertUnharmed(server, key, token);
});

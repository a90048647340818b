/**
 * Attacks on sealed fields by whoever owns the database, and holds its key: reading what was sealed, and moving, cutting, changing or making closed texts, each in a span of its
 * own. What is sealed was sent by a real SDK and otherwise; before, its keys are rotated while spans come in. The sealing root is a transit engine: a double, not a Vault.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { context, ROOT_CONTEXT, SpanStatusCode } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { Engine } from '#clickhouse';
import { verifyDirectory } from '#commands/verify-store';
import { bindingOf, deriveKey, openRootKey } from '#keys';
import { sha256 } from '#keys/signing';
import { closedForTwo, keyStream, type Side } from '#keys/testing';
import { startTransitEngine, type TransitEngine } from '#keys/transit-double';
import { DEFAULT_TENANT } from '#model';
import { startServer, temporaryFolder, type TestServer, addProducer, createToken, tracekeep, until } from '#harness';
import { ask, askWell, exportOf, newTraceId, sendWell, spanOf } from '#harness/exchange';
import type { Finding } from '#verify';
import { openAllKeys, putPolicyInForce } from '#harness/sealing';

process.env['UV_THREADPOOL_SIZE'] ??= '16';

/** In everything that is sealed, and in nothing else. */
const MARK = 'zqmark';
const REASON = 'incident 4711';
const home = temporaryFolder();
const data = join(home, 'data');
const place = { data, rootKeyFile: `${data}.key`, logKeys: `${data}.log` };
const tokenFile = join(home, 'token');

let transit: TransitEngine;
let server: TestServer;
let key = '';
let otherKey = '';
const tokens: Record<string, string> = {};
let fromSdk = '';

const startIt = async (): Promise<TestServer> => startServer({ data, args: ['--workers', '1', '--sealing-root', 'transit', '--sealing-transit-url', transit.url, '--sealing-transit-key', 'traces', '--sealing-transit-token-file', tokenFile] });

before(async () => {
  transit = await startTransitEngine({ token: 'hvs.token', key: 'traces' });
  writeFileSync(tokenFile, 'hvs.token\n', { mode: 0o600 });
  key = await addProducer(data, 'shop', ['*']);
  otherKey = await addProducer(data, 'bank', ['*'], ['--tenant', 'other']);
  for (const role of ['admin', 'viewer', 'investigator', 'key-custodian', 'auditor'] as const) tokens[role] = await createToken(data, role);
  tokens['other'] = await createToken(data, 'investigator', ['--tenant', 'other']);
  server = await startIt();
  await putPolicyInForce(server, token('admin'));
});
after(() => transit.close());

const token = (who: string): string => tokens[who] ?? assert.fail();

interface Told {
  readonly opened: number;
  readonly erased: number;
  readonly changed: number;
}

async function post(who: string, path: string, body: object = {}): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await fetch(server.console + path, { method: 'POST', headers: { authorization: `Bearer ${token(who)}`, 'content-type': 'application/json' }, body: JSON.stringify(body) });
  return { status: answer.status, text: await answer.text() };
}
const reveal = (trace: string, who = 'investigator') => post(who, `/api/v1/traces/${trace}/reveal`, { reason: REASON });
async function revealed(trace: string, who = 'investigator'): Promise<{ readonly told: Told; readonly text: string }> {
  const { status, text } = await reveal(trace, who);
  assert.equal(status, 200, text);
  const { reveal: told, resourceSpans } = JSON.parse(text) as { reveal: Told; resourceSpans: object };
  return { told: { opened: told.opened, erased: told.erased, changed: told.changed }, text: JSON.stringify(resourceSpans) };
}

test('nobody reads over any API, unasked, what a real SDK sent and a policy sealed', async () => {
  const memory = new InMemorySpanExporter();
  const provider = new TracerProvider({ resource: resourceFromAttributes({ 'service.name': 'shop' }), spanProcessors: [new SimpleSpanProcessor({ exporter: memory })] });
  const span = provider.getTracer('shop').startSpan('checkout', { attributes: { 'user.id': `${MARK}-ann`, note: `${MARK} of the desk`, 'user.email': `${MARK}@example.org`, 'http.route': '/checkout' } });
  span.addEvent('seen', { note: `${MARK} in an event` });
  span.setStatus({ code: SpanStatusCode.ERROR, message: `${MARK} in a status` });
  span.end();
  const exporter = new OTLPTraceExporter({ url: `${server.otlpHttp}/v1/traces`, headers: { Authorization: `Bearer ${key}` } });
  const { code } = await new Promise<{ code: number }>((resolve) => context.with(ROOT_CONTEXT, () => exporter.export(memory.getFinishedSpans(), resolve)));
  assert.equal(code, 0);
  await exporter.shutdown();
  fromSdk = span.spanContext().traceId;
  const trace = await askWell(server, token('viewer'), `/api/v1/traces/${fromSdk}`);
  assert.equal(JSON.stringify(trace).split('"[sealed]"').length - 1, 5);
  const now = Date.now();
  const range = `start=${now - 3_600_000}`;
  const paths = [
    `/api/v1/traces/${fromSdk}`, `/api/v1/traces/${fromSdk}/outline`, `/api/v1/traces/${fromSdk}/spans/${span.spanContext().spanId}`, `/api/v1/traces/${fromSdk}/evidence`, `/api/v1/search?${range}`, `/api/v1/attributes?${range}`, `/api/v1/attributes/values?key=user.id&${range}`, `/api/v1/attributes/values?key=note&${range}`,
    `/api/v1/exposure?${range}`, `/api/v1/findings`, `/api/v1/log/entries`, '/api/v1/keys', '/api/v1/audit', '/metrics', `/api/traces/${fromSdk}`, `/api/traces?service=shop`, `/api/v3/traces/${fromSdk}`,
  ];
  let answered = 0;
  for (const who of ['investigator', 'admin', 'auditor']) {
    for (const path of paths) {
      const { status, text } = await ask(server, token(who), path);
      if (status === 200) answered += 1;
      assert.ok(!text.includes(MARK), `${who} ${path}`);
    }
  }
  assert.ok(answered > 25, `${answered} answers`);
  for (const who of ['viewer', 'admin', 'auditor', 'key-custodian']) assert.equal((await reveal(fromSdk, who)).status, 403, who);
  const { told, text } = await revealed(fromSdk);
  assert.deepEqual(told, { opened: 5, erased: 0, changed: 0 });
  for (const value of [`${MARK}-ann`, `${MARK} of the desk`, `${MARK}@example.org`, `${MARK} in an event`, `${MARK} in a status`]) assert.ok(text.includes(value), value);
});

test('the key is rotated, its windows put under the new one and the old one retired, and no span is refused and nothing sealed is lost meanwhile', async () => {
  let [going, sent] = [true, 0];
  const traces: string[] = [];
  const ingest = (async () => {
    while (going) {
      const trace = newTraceId();
      await sendWell(server, key, exportOf([spanOf({ 'user.id': `${MARK}-load-${sent % 10}` }, { traceId: trace })]));
      traces.push(trace);
      sent += 1;
      await new Promise((passed) => setTimeout(passed, 10));
    }
  })();
  const states = async (): Promise<string> => (await askWell<{ tenants: { versions: { version: number; state: string }[] }[] }>(server, token('key-custodian'), '/api/v1/keys')).tenants[0]!.versions.map(({ version, state }) => `${version} ${state}`).join();
  const change = async (what: string, body = {}): Promise<void> => {
    const { status, text } = await post('key-custodian', `/api/v1/keys/${what}`, body);
    assert.equal(status, 200, text);
  };
  const opens = async (): Promise<void> => assert.equal((await revealed(fromSdk)).told.opened, 5);
  assert.equal((await post('viewer', '/api/v1/keys/rotate')).status, 403);
  await change('rotate');
  assert.equal(await states(), '2 current,1 needed');
  await opens();
  assert.match((await post('key-custodian', '/api/v1/keys/retire', { version: 1 })).text, /key_needed/);
  // Another version of the transit engine's own key, too.
  transit.rotate();
  await change('rewrap');
  await until(async () => (await states()) === '2 current,1 unneeded', 'all windows are under the new version');
  await opens();
  await change('retire', { version: 1 });
  assert.equal(await states(), '2 current,1 retired');
  await opens();
  // The verb beside the running server says the same.
  const { code, stdout } = await tracekeep(['keys', 'status', '--json', '--data', data]);
  const { sealingRoot, tenants } = JSON.parse(stdout) as { sealingRoot: { kind: string }; tenants: { tenant: string; versions: { version: number; state: string }[]; toRewrap: number }[] };
  assert.deepEqual([code, sealingRoot.kind, tenants.map(({ tenant, versions, toRewrap }) => [tenant, versions.map(({ version, state }) => `${version} ${state}`).join(), toRewrap])], [0, 'transit', [['default', '2 current,1 retired', 0]]]);
  const before = sent;
  await until(() => sent > before + 5, 'spans come in');
  going = false;
  await ingest;
  for (const trace of [traces[0], traces.at(-1)]) assert.equal((await revealed(trace ?? '')).told.opened, 1);
  assert.ok(transit.asked.includes('encrypt') && transit.asked.includes('decrypt'));
});

/** Spans that are attacked in the database, each in a trace of its own: two of one person, one of another, one of another tenant. */
const spans: Readonly<Record<string, { readonly traceId: string; readonly spanId: string; readonly tenant?: 'other' }>> = Object.fromEntries(
  ['untouched', 'moved from another span', 'moved from another field', 'of another person', 'cut off', 'nonce', 'commitment', 'text', 'tag', 'opens under two keys', 'chosen for one of two keys', 'gone', 'moved from another tenant'].map((what) => [what, { traceId: newTraceId(), spanId: randomBytes(8).toString('hex'), ...(what.endsWith('tenant') && { tenant: 'other' as const }) }]),
);

/** What is put in the place of closed texts, as bytes in hexadecimal: key, and text. */
type Seal = readonly [keyId: string, text: string];
const flip = (text: string, byte: number): string => {
  const bytes = Buffer.from(text, 'hex');
  bytes[byte < 0 ? bytes.length + byte : byte]! ^= 1;
  return bytes.toString('hex');
};

describe('in the database, with its key,', () => {
  let readable = '';
  let findings: readonly Finding[] = [];

  before(async () => {
    for (const [what, { traceId, spanId, tenant }] of Object.entries(spans)) {
      const person = what === 'of another person' ? 'bob' : 'ann';
      await sendWell(server, tenant === undefined ? key : otherKey, exportOf([spanOf({ 'user.id': `${MARK}-${person}`, note: `${MARK} note`, 'user.email': `${MARK}@example.org` }, { traceId, spanId })]));
    }
    await server.stop();
    const twoStories = await closedForTwoPeople();
    const engine = await Engine.open({ dataDir: data, diskKey: deriveKey(openRootKey({ file: place.rootKeyFile, dataDir: data }), 'disk'), readers: 1 });
    try {
      const tables = (await engine.command('SELECT name FROM system.tables WHERE database = currentDatabase() FORMAT TSV')).trim().split('\n');
      assert.ok(tables.length >= 5 && tables.includes('spans'), tables.join());
      for (const table of tables) readable += await engine.command(`SELECT * FROM ${table} FORMAT TSVRaw`);
      const rows = (await engine.command('SELECT lower(hex(span_id)), hex(`sealed.key`[1]), hex(`sealed.text`[1]) FROM spans FORMAT TSV')).trim().split('\n').map((row) => row.split('\t'));
      const sealOf = (what: string): Seal => {
        const [, keyId, text] = rows.find(([id]) => id === spans[what]?.spanId) ?? assert.fail(what);
        return [keyId ?? '', text ?? ''];
      };
      const [annKey, annText] = sealOf('untouched');
      assert.equal(sealOf('cut off')[0], annKey, 'of one person, under one key');
      const changed: Readonly<Record<string, Seal>> = {
        'moved from another span': [annKey, annText],
        'moved from another tenant': [annKey, annText],
        'of another person': [annKey, sealOf('of another person')[1]],
        'cut off': [annKey, sealOf('cut off')[1].slice(0, -2)],
        nonce: [annKey, flip(sealOf('nonce')[1], 4)],
        commitment: [annKey, flip(sealOf('commitment')[1], 20)],
        text: [annKey, flip(sealOf('text')[1], 50)],
        tag: [annKey, flip(sealOf('tag')[1], -1)],
        ...twoStories,
      };
      const at = (part: 0 | 1): string => Object.entries(changed).map(([what, seal]) => `span_id = unhex('${spans[what]?.spanId ?? assert.fail(what)}'), [unhex('${seal[part]}')]`).join();
      const ids = Object.entries(spans).filter(([what]) => what !== 'untouched').map(([, { spanId }]) => `unhex('${spanId}')`).join();
      const isAt = (what: string): string => `span_id = unhex('${spans[what]?.spanId ?? assert.fail(what)}')`;
      await engine.command(`ALTER TABLE spans UPDATE
        \`sealed.key\` = multiIf(${isAt('gone')}, [], ${at(0)}, \`sealed.key\`), \`sealed.text\` = multiIf(${isAt('gone')}, [], ${at(1)}, \`sealed.text\`),
        attributes = if(${isAt('moved from another field')}, mapFromArrays(arrayMap(key -> multiIf(key = 'note', 'user.email', key = 'user.email', 'note', key), mapKeys(attributes)), mapValues(attributes)), attributes)
        WHERE span_id IN (${ids}) SETTINGS mutations_sync = 1`);
    } finally {
      await engine.close();
    }
    ({ findings } = (await verifyDirectory(place, { keys: [], kept: [], since_ms: null, trace: null })).report);
    server = await startIt();
  });

  test('nobody finds in clear what was sealed, in any table', () => {
    assert.ok(readable.includes('[sealed]') && readable.includes('user.email'));
    assert.ok(!readable.includes(MARK));
  });

  test('what is done to closed texts is found by verification, and nothing else is', () => {
    assert.ok(findings.length > 0 && findings.every(({ kind }) => kind === 'block-changed'), JSON.stringify(findings));
    const attacked = new Set(Object.entries(spans).map(([, { traceId }]) => traceId));
    const named = new Set(findings.flatMap(({ places }) => places.flatMap(({ trace_id: trace }) => trace ?? [])));
    for (const trace of attacked) assert.ok(named.has(trace) || trace === spans['untouched']?.traceId, `${trace} of ${[...named].join()}`);
    assert.ok(!named.has(fromSdk));
  });

  test('a closed text that was moved, cut off or changed opens nowhere, and says so', async () => {
    assert.deepEqual((await revealed(spans['untouched']!.traceId)).told, { opened: 3, erased: 0, changed: 0 });
    for (const what of ['moved from another span', 'of another person', 'cut off', 'nonce', 'commitment', 'text', 'tag']) {
      const { told, text } = await revealed(spans[what]!.traceId);
      assert.deepEqual(told, { opened: 0, erased: 0, changed: 3 }, what);
      assert.ok(!text.includes(MARK), what);
    }
  });

  test('a value that is given the name of another attribute does not open under it', async () => {
    const { told, text } = await revealed(spans['moved from another field']!.traceId);
    assert.deepEqual(told, { opened: 1, erased: 0, changed: 2 });
    assert.ok(!text.includes(`${MARK} note`) && !text.includes(`${MARK}@`) && text.includes(`${MARK}-ann`));
  });

  test('a closed text of another tenant opens for neither', async () => {
    const { told, text } = await revealed(spans['moved from another tenant']!.traceId, 'other');
    assert.deepEqual(told, { opened: 0, erased: 3, changed: 0 }, 'there is no such key of that tenant');
    assert.ok(!text.includes(MARK));
    assert.equal((await reveal(spans['moved from another tenant']!.traceId)).status, 404);
  });

  test('a text that GCM opens under two keys, to two stories, tells the one that it was closed for and no other', async () => {
    const first = await revealed(spans['opens under two keys']!.traceId);
    assert.equal(first.told.opened, 1);
    assert.ok(first.text.includes('told to the first'), first.text);
    const second = await revealed(spans['chosen for one of two keys']!.traceId);
    assert.deepEqual(second.told, { opened: 0, erased: 0, changed: 3 });
    assert.ok(!second.text.includes('told to'), second.text);
  });

  test('a span whose seal was taken away has nothing to open, and is not what was stored', async () => {
    assert.equal((await reveal(spans['gone']!.traceId)).status, 404);
  });

  test('without the engine of the sealing root, or with another token, nothing opens, and spans are taken', async () => {
    writeFileSync(tokenFile, 'hvs.stolen\n', { mode: 0o600 });
    const refused = await reveal(spans['untouched']!.traceId);
    assert.ok(refused.status >= 500 && !refused.text.includes(MARK), refused.text);
    await sendWell(server, key, exportOf([spanOf({ 'user.id': `${MARK}-carl` })]));
    assert.equal((await revealed(spans['untouched']!.traceId).catch(() => null)), null);
    writeFileSync(tokenFile, 'hvs.token\n', { mode: 0o600 });
    await revealed(spans['untouched']!.traceId);
    await server.stop();
    assert.ok(!(server.stdout + server.stderr).includes(MARK));
  });
});

const SALT_BYTES = 16;
/** Of the two lists of values; a multiple of what a block has. */
const STORIES_BYTES = 160;

/**
 * For two spans, a closed text of each that GCM opens under the keys of two people: to one list of values under the first, to another under the second. Who holds both keys, such as
 * an ingest process, can make it. Both commit to the first list; the second one is filed under the second key.
 */
async function closedForTwoPeople(): Promise<Readonly<Record<string, Seal>>> {
  const { subjects } = await openAllKeys(data, { kind: 'transit', url: transit.url, key: 'traces', tokenFile });
  const [one, other] = [subjects[0] ?? assert.fail(), subjects[1] ?? assert.fail()];
  const madeFor = (what: string, { keyId }: typeof one): Seal => {
    const [traceId, spanId] = [spans[what]?.traceId ?? assert.fail(), spans[what]?.spanId ?? assert.fail()];
    const sideOf = (person: typeof one): Side => ({ key: person.key, associated: bindingOf(DEFAULT_TENANT, Buffer.from(traceId, 'hex'), Buffer.from(spanId, 'hex'), person.keyId) });
    return [Buffer.from(keyId).toString('hex'), closeTwoStories([sideOf(one), sideOf(other)]).toString('hex')];
  };
  return Object.fromEntries([madeFor('opens under two keys', one), madeFor('chosen for one of two keys', other)].map((seal, at) => [['opens under two keys', 'chosen for one of two keys'][at], seal]));
}

function closeTwoStories(sides: readonly [Side, Side]): Buffer {
  /** One value that fills what is left, `length` bytes with what stands before it. */
  const story = (text: string, length: number): Buffer => {
    const [head, valueLength] = [Buffer.concat([string('attributes[0]'), string('user.id'), Buffer.from('s')]), lengthOf(length - 24)];
    assert.equal(head.length + valueLength.length, 24);
    return Buffer.concat([head, valueLength, Buffer.from(text)]);
  };
  for (;;) {
    const nonce = randomBytes(12);
    const [first, second] = sides.map(({ key: secret }) => keyStream(secret, nonce, STORIES_BYTES)) as [Buffer, Buffer];
    // Both read a length at the same place: the first one that of its field, the second one that of a field which swallows what the first one reads.
    const swallowed = 'attributes[0]'.length ^ first[SALT_BYTES]! ^ second[SALT_BYTES]!;
    if (swallowed < 50 || swallowed > 80) continue;
    const from = SALT_BYTES + 1 + swallowed;
    const plain = Buffer.alloc(STORIES_BYTES - 16);
    story('told to the first', STORIES_BYTES - SALT_BYTES).copy(plain, SALT_BYTES);
    const ciphertext = Buffer.from(plain.map((byte, at) => byte ^ first[at]!));
    // An empty key and an empty value of the swallowed field, then what the second one is told.
    const told = Buffer.concat([Buffer.from([0, 's'.charCodeAt(0), 0]), story('told to the second', STORIES_BYTES - from - 3)]);
    told.forEach((byte, at) => (ciphertext[from + at] = byte ^ second[from + at]!));
    const { text, tag } = closedForTwo(sides, nonce, ciphertext);
    const read = Buffer.from(text.map((byte, at) => byte ^ first[at]!));
    return Buffer.concat([Buffer.from([1]), nonce, sha256(read), text, tag]);
  }
}

function lengthOf(length: number): Buffer {
  return Buffer.from(length < 128 ? [length] : [128 | (length & 127), length >> 7]);
}

const string = (text: string): Buffer => Buffer.concat([lengthOf(text.length), Buffer.from(text)]);

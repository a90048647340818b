import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';

import { ControlStore } from '#control';
import { hourOf, WINDOW_MS, type SealingSource } from '#keys';
import { DEFAULT_TENANT, Secret, tenantId, type TenantId } from '#model';
import { isRefusal, type Refusal } from '#refusal';
import { Custody } from './custody.ts';
import { ProcessWindows } from './process-windows.ts';

const OTHER = tenantId('other') as TenantId;
const hex = (key: Secret<Uint8Array> | undefined): string => Buffer.from(key?.reveal() ?? []).toString('hex');

let home = '';
let now = Date.UTC(2026, 0, 1, 10, 30);
let control: ControlStore;
let custody: Custody;
let windows: ProcessWindows;
let over: (number | null)[] = [];
const source = (): SealingSource => ({ kind: 'file', file: join(home, 'sealing.key'), dataDir: join(home, 'data') });

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'tracekeep-custody-'));
  now = Date.UTC(2026, 0, 1, 10, 30);
  over = [];
  control = await ControlStore.open({ dataDir: join(home, 'data'), key: new Secret(new Uint8Array(32).fill(7)), clock: () => now });
  custody = new Custody({ control, source: source(), atOnce: 10 });
  windows = new ProcessWindows({ control, custody, now_ms: () => now, over: (hour) => over.push(hour) });
});
afterEach(() => {
  windows.stop();
  control.close();
  rmSync(home, { recursive: true, force: true });
});

function done<Done>(answer: Done | Refusal): Done {
  assert.ok(!isRefusal(answer), `refused: ${JSON.stringify(answer)}`);
  return answer as Done;
}
const refusedAs = (answer: unknown): string => (isRefusal(answer) ? answer.refused : 'not refused');
const told = (): unknown[] => control.readOutbox().filter(({ type }) => type === 'key').map(({ statement }) => (statement as Record<string, unknown>)['what']);

/** A window of each of the next hours; the hexadecimal keys by id. */
async function makeWindows(count: number, tenant = DEFAULT_TENANT): Promise<Map<number, string>> {
  const keys = new Map<number, string>();
  for (let made = 0; made < count; made++) {
    now += WINDOW_MS;
    const window = done(await windows.ensure(tenant));
    keys.set(window.id, hex(window.key));
  }
  return keys;
}

async function opened(ids: Iterable<number>, tenant = DEFAULT_TENANT): Promise<Map<number, string>> {
  return done(await custody.withWindows(tenant, ids, async (found) => new Map([...found].map(([id, { key }]) => [id, hex(key)]))));
}

test('a key pair is made at first need, once, and what is in the store opens nothing', async () => {
  const [one, other] = await Promise.all([custody.ensureKey(DEFAULT_TENANT), new Custody({ control, source: source() }).ensureKey(DEFAULT_TENANT)]);
  assert.equal(done(one).publicKey, done(other).publicKey);
  assert.equal(Buffer.from(done(one).publicKey, 'base64').length, 1216);
  assert.deepEqual(told(), ['sealing root', 'made']);
  const sealingKey = readFileSync(join(home, 'sealing.key'), 'latin1').trim();
  const stored = Buffer.concat(readdirSync(join(home, 'data/control')).map((name) => readFileSync(join(home, 'data/control', name))));
  assert.ok(!stored.includes(Buffer.from(sealingKey, 'hex')) && !stored.includes(sealingKey));
});

test('a window is stored before it is used, is one for all who ask in its hour, and is zeros after it', async () => {
  const [first, again] = await Promise.all([windows.ensure(DEFAULT_TENANT), windows.ensure(DEFAULT_TENANT)]);
  const window = done(first);
  assert.equal(done(again).id, window.id);
  assert.equal(control.findWindow(window.id)?.hour, hourOf(now));
  assert.equal(windows.find(OTHER), null);
  assert.notEqual(done(await windows.ensure(OTHER)).id, window.id);
  const key = hex(window.key);
  now += WINDOW_MS;
  assert.equal(windows.find(DEFAULT_TENANT), null);
  windows.expire();
  assert.match(hex(window.key), /^0{64}$/);
  assert.deepEqual(over, [hourOf(now)]);
  assert.equal((await opened([window.id])).get(window.id), key);
  const between = done(await windows.ensure(DEFAULT_TENANT));
  now += WINDOW_MS;
  const next = done(await windows.ensure(DEFAULT_TENANT));
  assert.match(hex(between.key), /^0{64}$/, 'whoever seals in this hour holds nothing of the one before');
  windows.stop();
  assert.match(hex(next.key), /^0{64}$/);
  assert.equal(over.at(-1), null);
  assert.equal(refusedAs(await windows.ensure(DEFAULT_TENANT)), 'draining');
});

test('where nobody seals any more, the end of the hour is noticed within a minute', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  return windows.ensure(DEFAULT_TENANT).then((answer) => {
    const window = done(answer);
    now += WINDOW_MS;
    assert.doesNotMatch(hex(window.key), /^0{64}$/);
    t.mock.timers.tick(60_000);
    assert.match(hex(window.key), /^0{64}$/);
    assert.deepEqual(over, [hourOf(now)]);
  });
});

test('without the sealing root there are new windows, and no past one opens', async () => {
  const keys = await makeWindows(2);
  renameSync(join(home, 'sealing.key'), join(home, 'elsewhere'));
  await makeWindows(1);
  assert.equal(refusedAs(await custody.withWindows(DEFAULT_TENANT, keys.keys(), async () => 'opened')), 'sealing_root_absent');
  assert.equal(refusedAs(await custody.rotate(DEFAULT_TENANT)), 'sealing_root_absent');
  assert.equal(refusedAs(await custody.ensureKey(OTHER)), 'sealing_root_absent');
  writeFileSync(join(home, 'sealing.key'), 'cd'.repeat(32), { mode: 0o600 });
  assert.equal(refusedAs(await custody.withWindows(DEFAULT_TENANT, keys.keys(), async () => 'opened')), 'sealing_root_wrong');
  rmSync(join(home, 'sealing.key'));
  renameSync(join(home, 'elsewhere'), join(home, 'sealing.key'));
  assert.deepEqual(await opened(keys.keys()), keys);
});

test('windows of another tenant do not open', async () => {
  const keys = await makeWindows(1);
  await custody.ensureKey(OTHER);
  assert.equal((await opened(keys.keys(), OTHER)).size, 0);
  assert.deepEqual(await opened([99, ...keys.keys()]), keys);
});

test('a rotated key takes the next windows, old ones open, and rewrapping lets the old version be retired', async () => {
  const old = await makeWindows(3);
  assert.equal(done(await custody.rotate(DEFAULT_TENANT)).version, 2);
  const later = await makeWindows(2);
  assert.deepEqual(custody.status(DEFAULT_TENANT).versions.map(({ version, state, windows: count }) => [version, state, count]), [[2, 'current', 2], [1, 'needed', 3]]);
  assert.deepEqual(await opened([...old.keys(), ...later.keys()]), new Map([...old, ...later]));
  assert.equal(refusedAs(await custody.retire(DEFAULT_TENANT, 1)), 'key_needed');
  assert.equal(refusedAs(await custody.retire(DEFAULT_TENANT, 2)), 'key_needed');
  assert.equal(refusedAs(await custody.retire(DEFAULT_TENANT, 3)), 'name_unknown');

  const before = control.findWindow([...old.keys()][0] ?? 0);
  assert.deepEqual(done(await custody.rewrap(DEFAULT_TENANT)), { version: 2, windows: 3, left: 0 });
  assert.deepEqual(done(await custody.rewrap(DEFAULT_TENANT)), { version: 2, windows: 0, left: 0 });
  const after = control.findWindow(before?.id ?? 0);
  assert.notDeepEqual(after?.encapsulation, before?.encapsulation);
  assert.equal(custody.status(DEFAULT_TENANT).versions[1]?.state, 'unneeded');
  assert.equal(done(await custody.retire(DEFAULT_TENANT, 1)).wrapped, '');
  assert.equal(refusedAs(await custody.retire(DEFAULT_TENANT, 1)), 'name_unknown');
  assert.deepEqual(await opened([...old.keys(), ...later.keys()]), new Map([...old, ...later]));
  assert.deepEqual(told(), ['sealing root', 'made', 'window', 'window', 'window', 'rotated', 'window', 'window', 'rewrapped', 'retired']);
});

test('rewrapping that is broken off goes on where it was', async () => {
  await custody.ensureKey(DEFAULT_TENANT);
  const keys = await makeWindows(25);
  done(await custody.rotate(DEFAULT_TENANT));
  const stop = new AbortController();
  const seen: number[] = [];
  const broken = done(await custody.rewrap(DEFAULT_TENANT, { signal: stop.signal, onProgress: ({ done: count, of }) => (assert.equal(of, 25), seen.push(count), stop.abort()) }));
  assert.deepEqual([seen, broken], [[10], { version: 2, windows: 10, left: 15 }]);
  assert.deepEqual(await opened(keys.keys()), keys);
  assert.deepEqual(done(await custody.rewrap(DEFAULT_TENANT)), { version: 2, windows: 15, left: 0 });
  assert.deepEqual(await opened(keys.keys()), keys);
});

test('a server that runs takes the new version from the next window on, and none under a retired one', async () => {
  const [id = 0] = (await makeWindows(1)).keys();
  const beside = await ControlStore.open({ dataDir: join(home, 'data'), key: new Secret(new Uint8Array(32).fill(7)), clock: () => now });
  try {
    const verb = new Custody({ control: beside, source: source() });
    done(await verb.rotate(DEFAULT_TENANT));
    done(await verb.rewrap(DEFAULT_TENANT));
    done(await verb.retire(DEFAULT_TENANT, 1));
  } finally {
    beside.close();
  }
  const [next = 0] = (await makeWindows(1)).keys();
  assert.equal(control.findWindow(next)?.version, 2);
  assert.equal((await opened([id, next])).size, 2);
});

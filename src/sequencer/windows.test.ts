/** Window keys on their way to the workers: before what is sealed under them, to those that start later too, and wiped behind it. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { after, test, type TestContext } from 'node:test';
import { randomKey, type HeldWindow } from '#keys';
import { Secret, type TenantId } from '#model';
import { compilePolicy, DEFAULT_POLICY } from '#policy';
import { refuse, type Refusal } from '#refusal';
import { type IngestAnswer, type Sequencer, type SequencerOptions, type WindowSource } from './sequencer.ts';
import { ACME, code, FakeStore, gate, SEALING, settled, startSequencer } from './testing.ts';

const folder = mkdtempSync(join(tmpdir(), 'tracekeep-windows-'));
after(() => rmSync(folder, { recursive: true, force: true }));

let serial = 0;
function send(sequencer: Sequencer, name = 'acme'): Promise<IngestAnswer> {
  const span = { traceId: '01'.repeat(16), spanId: (++serial).toString(16).padStart(16, '0'), name: 'op' };
  return sequencer.submit({ ...ACME, name }, new Uint8Array(Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }))), 'json');
}

/** The real worker, which tells the channel what it is given, and whether the keys that it was given are zeros. It dies of exports of producers named `fatal`. */
function worker(channel: string): URL {
  const path = join(folder, `${channel}.mjs`);
  writeFileSync(path, `
    import { parentPort } from 'node:worker_threads';
    const channel = new BroadcastChannel('${channel}');
    channel.unref();
    const keys = [];
    parentPort.on('message', (message) => {
      if (message.is === 'export' && message.producer.name === 'fatal') process.exit(1);
      if (message.is === 'window') keys.push(message.window.key);
      if (message.is === 'window') channel.postMessage('window ' + message.window.id + ' ' + Buffer.from(message.window.key).toString('hex').slice(0, 8));
      if (message.is === 'export') channel.postMessage('export');
      if (message.is === 'windows-over' && message.hour !== null) setImmediate(() => tellOver(message.hour));
    });
    const tellOver = (hour) => channel.postMessage('over ' + hour + ' ' + keys.every((key) => key.every((byte) => byte === 0)));
    // A worker that has said so may be ended at once.
    const post = parentPort.postMessage.bind(parentPort);
    parentPort.postMessage = (message, transfer) => {
      if (message.is === 'wiped') tellOver(null);
      post(message, transfer);
    };
    await import(${JSON.stringify(new URL('../worker.ts', import.meta.url).href)});
  `);
  return pathToFileURL(path);
}

class Windows implements WindowSource {
  readonly held: HeldWindow[] = [];
  /** Called before a window is there. */
  before: () => Promise<Refusal | void> = async () => {};

  find(tenant: TenantId): HeldWindow | null {
    return this.held.findLast((window) => window.tenant === tenant) ?? null;
  }

  async ensure(tenant: TenantId): Promise<HeldWindow | Refusal> {
    const refused = await this.before();
    if (refused !== undefined) return refused;
    return this.find(tenant) ?? this.add(tenant);
  }

  add(tenant = ACME.tenant): HeldWindow {
    const window = { id: this.held.length + 1, tenant, hour: this.held.length + 100, key: randomKey() };
    this.held.push(window);
    return window;
  }
}

async function start(t: TestContext, options: Partial<SequencerOptions> = {}) {
  const name = `windows-${++serial}`;
  const channel = new BroadcastChannel(name);
  const saw: string[] = [];
  channel.onmessage = (event: { data?: unknown }) => void saw.push(String(event.data));
  t.after(() => channel.close());
  const windows = new Windows();
  const store = new FakeStore();
  const sequencer = startSequencer(t, store, { worker: worker(name), sealing: { windows, tokenKey: new Secret(new Uint8Array(32)), subjectKeys: { addSubjectKeys: async () => {} } }, policy: compilePolicy(SEALING), ...options });
  await sequencer.ready();
  const sawAll = async (...expected: string[]): Promise<void> => {
    while (saw.length < expected.length) await setTimeout(2);
    assert.deepEqual(saw.splice(0), expected);
  };
  return { sequencer, store, windows, sawAll, saw };
}

const shown = ({ id, key }: HeldWindow): string => `window ${id} ${Buffer.from(key.reveal()).toString('hex').slice(0, 8)}`;

test('nothing is handed over before its window is durable; the same request sent meanwhile is taken once', { timeout: 20_000 }, async (t) => {
  const { sequencer, store, windows, sawAll, saw } = await start(t);
  const made = gate();
  windows.before = () => made.opened;
  const [first, second] = [send(sequencer), send(sequencer)];
  serial--;
  const repeated = send(sequencer);
  assert.equal(await settled(first), false);
  assert.deepEqual([saw, sequencer.bytesInFlight > 0], [[], true]);
  made.open();
  assert.deepEqual([code(await first), code(await second), code(await repeated)], [null, null, null]);
  await sawAll(shown(windows.held[0] as HeldWindow), 'export', 'export');
  assert.deepEqual(store.sums, [2, 0, 1]);
  assert.equal(sequencer.bytesInFlight, 0);
});

test('without a window what comes is refused as retryable, and the next try is taken', { timeout: 20_000 }, async (t) => {
  const failures: string[] = [];
  const { sequencer, windows } = await start(t, { events: { failed: (what) => failures.push(what) } });
  windows.before = async () => refuse('sealing_root_absent');
  assert.equal(code(await send(sequencer)), 'store_unavailable');
  windows.before = () => Promise.reject(new Error('disk'));
  assert.equal(code(await send(sequencer)), 'store_unavailable');
  windows.before = async () => {};
  assert.equal(code(await send(sequencer)), null);
  assert.deepEqual(failures, ['cannot seal what producers send: sealing_root_absent', 'cannot make a window key']);
});

test('workers wipe the keys of hours that are over, behind what they were given before, and have the new one first', { timeout: 20_000 }, async (t) => {
  const { sequencer, windows, sawAll } = await start(t);
  await send(sequencer);
  await sawAll(shown(windows.held[0] as HeldWindow), 'export');
  const next = windows.add();
  await send(sequencer);
  await sawAll(shown(next), 'export');
  sequencer.windowsOver(next.hour);
  await sawAll(`over ${next.hour} false`);
  await send(sequencer);
  await sawAll('export');
  await sequencer.drain();
  await sawAll('over null true');
});

test('a worker that takes the place of another is given the windows that there are', { timeout: 30_000 }, async (t) => {
  const { sequencer, windows, sawAll } = await start(t, { events: { failed: () => {} } });
  await send(sequencer);
  await sawAll(shown(windows.held[0] as HeldWindow), 'export');
  assert.equal(code(await send(sequencer, 'fatal')), 'store_unavailable');
  while (code(await send(sequencer)) !== null) await setTimeout(20);
  await sawAll(shown(windows.held[0] as HeldWindow), 'export');
});

test('windows are made for a policy that seals, from the moment on at which one is to come in force', { timeout: 20_000 }, async (t) => {
  const plain = compilePolicy(DEFAULT_POLICY);
  const { sequencer, windows, sawAll } = await start(t, { policy: plain });
  await send(sequencer);
  await sawAll('export');
  const [entered, lasting] = [gate(), gate()];
  const change = sequencer.usePolicy(compilePolicy(SEALING), async () => (entered.open(), await lasting.opened, true));
  await entered.opened;
  const held = send(sequencer);
  assert.equal(await settled(held), false);
  lasting.open();
  await change;
  assert.equal(code(await held), null);
  await sawAll(shown(windows.held[0] as HeldWindow), 'export');
  await sequencer.usePolicy(plain);
  windows.held.length = 0;
  assert.equal(code(await send(sequencer)), null);
  assert.equal(windows.held.length, 0, 'a policy that seals nothing needs none');
});

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, mock, test } from 'node:test';

import { Secret } from '#model';
import { refuse } from '#refusal';

import { NO_SERVER, adminSocketPath, askAdmin } from './admin.ts';
import { serve } from './serve.ts';
import type { ServedServer } from './serve.ts';
import { firstLink } from './sign-in-link.ts';

let data = '';
let printed: string[] = [];
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'tracekeep-serve-'));
  printed = [];
  // The test runner talks to its parent over standard output too: only whole lines of ours are taken.
  const write = process.stdout.write.bind(process.stdout);
  mock.method(process.stdout, 'write', (text: string | Uint8Array) => (typeof text === 'string' && text.startsWith('tracekeep') ? printed.push(text) > 0 : write(text)));
  mock.method(process.stderr, 'write', () => true);
});
afterEach(() => {
  mock.restoreAll();
  rmSync(data, { recursive: true });
});

function fakeServer(empty = false): ServedServer & { stops: number; finish: () => void } {
  const finished = Promise.withResolvers<void>();
  return {
    stops: 0,
    finish: finished.resolve,
    addresses: { otlpHttp: { host: '127.0.0.1', port: 1 }, otlpGrpc: { host: '::1', port: 2 }, console: { host: '127.0.0.1', port: 3 } },
    publisher: { status: () => ({ origin: 'log.example/a', vkeys: [], size: 3, published: null, quorum: 0, held: null, witnesses: [] }) },
    signIn: { isEmpty: () => empty, makeLink: (name) => (name === 'nobody' ? refuse('name_unknown') : { kind: name === undefined ? 'first' : 'link', text: new Secret('tl_secret') }) },
    queries: { traceById: async () => refuse('not_found', 'asked'), search: async () => ({ traces: [], nextCursor: null }), audit: null, evidence: null, openedEvidence: null, trial: null },
    subjects: { find: async () => refuse('query_invalid'), forget: async () => refuse('query_invalid'), again: async () => 0, exportPage: async () => refuse('query_invalid') },
    verified: { snapshot: async () => Promise.reject(new Error('cannot take a snapshot')), queryNative: async () => new Uint8Array(0), setAsideRows: async () => null, digestSubjectKeys: async () => ({ digests: new Uint8Array(0), last: null }) },
    policies: { apply: async (text) => refuse('policy_unusable', text), revert: async () => refuse('name_unknown'), approve: async () => refuse('name_unknown'), reject: async () => refuse('name_unknown') },
    async stop() {
      this.stops++;
      await finished.promise;
    },
  };
}

test('serve() says ready in one line, answers verbs, and stops once however many signals come', async () => {
  const server = fakeServer();
  const signals = new EventEmitter();
  const done = serve({ data, tls: null }, async () => server, signals);
  await until(() => printed.length > 0);
  assert.deepEqual(printed, [`tracekeep ready otlp-http=http://127.0.0.1:1 otlp-grpc=http://[::1]:2 console=http://127.0.0.1:3 data=${data}\n`]);
  assert.deepEqual(await askAdmin(adminSocketPath(data), 'trace', { tenant: 'default', id: '1' }), refuse('not_found', 'asked'));
  assert.deepEqual(await askAdmin(adminSocketPath(data), 'policy', { change: 'apply', text: 'x'.repeat(300_000), note: '' }), refuse('policy_unusable', 'x'.repeat(300_000)));
  assert.deepEqual(await askAdmin(adminSocketPath(data), 'policy', { change: 'apply', note: '' }), refuse('query_invalid', 'the change'));
  for (const signal of ['SIGTERM', 'SIGTERM', 'SIGINT']) signals.emit(signal);
  await until(() => server.stops > 0);
  signals.emit('SIGTERM');
  server.finish();
  await done;
  assert.equal(server.stops, 1);
  assert.equal(await askAdmin(adminSocketPath(data), 'trace'), NO_SERVER);
});

test('serve() prints a sign-in link for an empty store, on standard error, and answers links for accounts', async () => {
  const said: string[] = [];
  mock.method(process.stderr, 'write', (text: string) => said.push(text) > 0);
  for (const empty of [true, false]) {
    said.length = 0;
    const server = fakeServer(empty);
    const signals = new EventEmitter();
    const done = serve({ data, tls: null }, async () => server, signals);
    await until(() => printed.length > 0);
    printed.length = 0;
    assert.equal(said.join('').includes('http://127.0.0.1:3/sign-in#first=tl_secret'), empty);
    const ask = (args: object): Promise<unknown> => askAdmin(adminSocketPath(data), 'sign-in-link', { ...args });
    assert.equal(await ask({}), 'http://127.0.0.1:3/sign-in#first=tl_secret');
    assert.equal(await ask({ name: 'Ada' }), 'http://127.0.0.1:3/sign-in#link=tl_secret');
    assert.deepEqual(await ask({ name: 'nobody' }), refuse('name_unknown'));
    assert.deepEqual(await ask({ name: 7 }), refuse('name_invalid'));
    signals.emit('SIGTERM');
    server.finish();
    await done;
  }
});

test('firstLink() prints nothing where others than this machine would see the page', () => {
  const { signIn } = fakeServer(true);
  assert.equal(firstLink(signIn, { host: '192.0.2.1', port: 1 }, 'http'), null);
  assert.match(firstLink(signIn, { host: '::1', port: 1 }, 'http') ?? '', /^http:\/\/\[::1\]:1\/sign-in#/);
});

test('a signal during the start stops the server as soon as it has started', async () => {
  const server = fakeServer();
  const signals = new EventEmitter();
  const started = Promise.withResolvers<void>();
  const done = serve({ data, tls: null }, () => started.promise.then(() => server), signals);
  signals.emit('SIGINT');
  server.finish();
  started.resolve();
  await done;
  assert.equal(server.stops, 1);
});

test('a server that cannot start is a failure, and nothing says ready', async () => {
  await assert.rejects(serve({ data, tls: null }, () => Promise.reject(new Error('cannot listen')), new EventEmitter()), /cannot listen/);
  assert.deepEqual(printed, []);
});

test('a drain that takes too long is cut', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  // It ends the process, which is the one that runs this test.
  const ended = mock.method(process as Required<Pick<NodeJS.Process, 'execve'>>, 'execve', () => {
    throw new Error('ended');
  });
  const server = fakeServer();
  const signals = new EventEmitter();
  const done = assert.rejects(serve({ data, tls: null }, async () => server, signals), /^Error: ended$/);
  signals.emit('SIGTERM');
  await until(() => server.stops > 0);
  assert.equal(ended.mock.callCount(), 0);
  mock.timers.tick(60_000);
  await done;
  assert.equal(ended.mock.callCount(), 1);
  mock.timers.reset();
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

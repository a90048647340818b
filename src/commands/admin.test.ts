import assert from 'node:assert/strict';
import { linkSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';

import { refuse } from '#refusal';

import { NO_SERVER, adminSocketPath, askAdmin, startAdminSocket } from './admin.ts';
import type { AdminHandler, AdminSocket } from './admin.ts';

let folder = '';
const sockets: AdminSocket[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tracekeep-admin-'));
});
afterEach(async () => {
  await Promise.all(sockets.splice(0).map((socket) => socket.close()));
  rmSync(folder, { recursive: true });
});

async function start(handlers: Record<string, AdminHandler>, path = adminSocketPath(folder)): Promise<string> {
  sockets.push(await startAdminSocket(path, handlers));
  return path;
}

test('a verb is answered over a socket that only its owner may open', async () => {
  const path = await start({ echo: async (args) => ({ got: args['text'] }) });
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(await askAdmin(path, 'echo', { text: 'a\nü' }), { got: 'a\nü' });
});

test('a large answer arrives whole', async () => {
  const text = 'x\u{1f511}'.repeat(1_000_000);
  const path = await start({ big: async () => text });
  assert.equal(await askAdmin(path, 'big'), text);
});

test('bytes arrive as they are, however many', async () => {
  const bytes = Buffer.alloc(3_000_000, 'line\n{"answer":1}\n');
  const path = await start({ bytes: async () => bytes, none: async () => new Uint8Array(0) });
  assert.deepEqual(Buffer.from((await askAdmin(path, 'bytes')) as Uint8Array), bytes);
  assert.deepEqual(await askAdmin(path, 'none'), Buffer.alloc(0));
});

test('a refusal arrives as a refusal, a failure as an error, an unknown verb as a refusal', async () => {
  const path = await start({
    no: async () => refuse('not_found', 'here'),
    fail: async () => {
      throw new Error('cannot read the store');
    },
  });
  assert.deepEqual(await askAdmin(path, 'no'), refuse('not_found', 'here'));
  await assert.rejects(askAdmin(path, 'fail'), /cannot read the store/);
  for (const verb of ['', 'toString', '__proto__']) assert.deepEqual(await askAdmin(path, verb), refuse('path_unknown', 'a verb this server does not know'));
});

test('without a server the answer is NO_SERVER, also after a crash left the socket behind', async () => {
  const path = adminSocketPath(folder);
  assert.equal(await askAdmin(path, 'x'), NO_SERVER);
  await leaveSocketBehind(path);
  assert.equal(await askAdmin(path, 'x'), NO_SERVER);
  await start({ x: async () => 1 });
  assert.equal(await askAdmin(path, 'x'), 1);
});

test('a second server does not take the socket of a running one', async () => {
  const path = await start({ x: async () => 'first' });
  await assert.rejects(startAdminSocket(path, { x: async () => 'second' }), /another server answers/);
  assert.equal(await askAdmin(path, 'x'), 'first');
});

test('close() removes the socket and does not wait for a client that says nothing', async () => {
  const path = await start({});
  const silent = createConnection(path);
  await new Promise((resolve) => silent.once('connect', resolve));
  await sockets.pop()?.close();
  assert.equal(await askAdmin(path, 'x'), NO_SERVER);
  silent.destroy();
});

test('a question that is no JSON object, too long or never finished is not answered by a handler', async () => {
  let called = 0;
  const path = await start({ x: async () => called++ });
  for (const text of ['nonsense\n', '[]\n', '"x"\n', `${'x'.repeat(2_000_000)}\n`, `${'x'.repeat(2_000_000)}`, '{"verb":"x"}']) {
    const reply = await new Promise<string>((resolve) => {
      let got = '';
      const socket = createConnection(path, () => socket.end(text));
      socket.on('data', (part) => (got += String(part)));
      socket.on('close', () => resolve(got));
      socket.on('error', () => {});
    });
    assert.ok(reply === '' || reply.startsWith('{"failed"'), reply);
  }
  assert.equal(called, 0);
});

test('a path too long for a socket address works on Linux and is explained elsewhere', async () => {
  const deep = join(folder, 'd'.repeat(120));
  mkdirSync(deep);
  const path = adminSocketPath(deep);
  if (process.platform !== 'linux') return assert.rejects(startAdminSocket(path, {}), /choose a shorter data directory/);
  await start({ x: async () => 'far' }, path);
  assert.equal(await askAdmin(path, 'x'), 'far');
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

/** A socket file that nobody listens on. */
async function leaveSocketBehind(path: string): Promise<void> {
  const live = join(folder, 'live.sock');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(live, resolve));
  linkSync(live, path);
  await new Promise((resolve) => server.close(resolve));
}

/**
 * `tracekeep serve` as its operator meets it, with the verbs that work beside it: it says when it is ready, sees revocations at once, is alone
 * on its data directory, answers `trace`, and goes when it is told to.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { verbHere } from '#harness/verbs';

const MAIN = fileURLToPath(import.meta.resolve('#main'));
const home = mkdtempSync(join(tmpdir(), 'tracekeep-serve-'));
const data = join(home, 'data');
const LISTEN = ['--otlp-http', '127.0.0.1:0', '--otlp-grpc', '127.0.0.1:0', '--console', '127.0.0.1:0'];
const TRACE = '0af7651916cd43dd8448eb211c80319c';

const running = new Set<ChildProcess>();
after(() => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(home, { recursive: true, force: true });
});

interface Server {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly ended: Promise<number | null>;
  readonly url: (name: string) => string;
}

function start(words: readonly string[]): { readonly child: ChildProcess; readonly out: () => string; readonly err: () => string; readonly ended: Promise<number | null> } {
  const { UV_THREADPOOL_SIZE: _, ...rest } = process.env;
  const env = Object.fromEntries(Object.entries(rest).filter(([name]) => !name.startsWith('TRACEKEEP_')));
  const child = spawn(process.execPath, [MAIN, ...words, '--data', data], { cwd: home, env, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let out = '';
  let err = '';
  child.stdout.on('data', (part) => (out += String(part)));
  child.stderr.on('data', (part) => (err += String(part)));
  const ended = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
  void ended.then(() => running.delete(child));
  return { child, out: () => out, err: () => err, ended };
}

async function serve(): Promise<Server> {
  const { child, out, err, ended } = start(['serve', ...LISTEN]);
  let over = false;
  void ended.then(() => (over = true));
  while (!out().includes('\n')) {
    assert.ok(!over, `the server ended: ${err()}`);
    await pause();
  }
  const url = (name: string): string => new RegExp(`^tracekeep ready .*\\b${name}=(\\S+)`).exec(out())?.[1] ?? assert.fail(`no ${name} in: ${out()}`);
  return { child, out, ended, url };
}

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** In this process, beside the server. */
async function verb(...words: string[]): Promise<Ended> {
  const { code, stdout, stderr } = await verbHere([...words, '--data', data]);
  return { code, out: stdout, err: stderr };
}

async function program(...words: string[]): Promise<Ended> {
  const { out, err, ended } = start(words);
  return { code: await ended, out: out(), err: err() };
}

async function credential(...words: string[]): Promise<string> {
  const { code, out, err } = await verb(...words);
  assert.equal(code, 0, err);
  return out.trimEnd().split('\n').at(-1) ?? '';
}

async function send(server: Server, key: string): Promise<number> {
  const start_ns = `${Date.now()}000000`;
  const span = { traceId: TRACE, spanId: '00f067aa0ba902b7', name: 'GET /cart', kind: 2, startTimeUnixNano: start_ns, endTimeUnixNano: start_ns };
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop-web' } }] };
  const body = JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] });
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const answer = await fetch(`${server.url('otlp-http')}/v1/traces`, { method: 'POST', headers, body });
  await answer.arrayBuffer();
  return answer.status;
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

test('a server and the verbs beside it, from its first start to its end', { timeout: 120_000 }, async (t) => {
  const early = (await program('producer', 'add', 'early', '--service', 'shop-*')).out.trimEnd().split('\n').at(-1) ?? '';
  let server = await serve();

  await t.test('it prints one line, and its data directory and socket are private', () => {
    assert.match(server.out(), /^tracekeep ready [^\n]+\n$/);
    assert.equal(statSync(data).mode & 0o777, 0o700);
    assert.equal(statSync(join(data, 'admin.sock')).mode & 0o777, 0o600);
  });

  await t.test('it knows keys made before it ran and while it runs', async () => {
    assert.equal(await send(server, early), 200);
    const late = await credential('producer', 'add', 'late', '--service', '*');
    assert.equal(await send(server, late), 200);
  });

  await t.test('a revoked or rotated key is refused within the second after the verb has ended', async () => {
    const rotated = await credential('producer', 'rotate', 'late', '--grace', '0');
    assert.equal(await send(server, rotated), 200);
    for (const name of ['early', 'late']) assert.equal((await verb('producer', 'revoke', name)).code, 0);
    const until = performance.now() + 1_000;
    let status = 0;
    for (;;) {
      const late = performance.now() >= until;
      status = await send(server, rotated);
      if (status === 401 || late) break;
      await pause();
    }
    assert.equal(status, 401);
    assert.equal(await send(server, early), 401);
  });

  await t.test('a token opens the query API', async () => {
    const token = await credential('token', 'create', '--role', 'viewer');
    const answer = await fetch(`${server.url('console')}/api/v1/services`, { headers: { authorization: `Bearer ${token}` } });
    assert.equal(answer.status, 200);
    assert.match(await answer.text(), /shop-web/);
  });

  await t.test('trace draws what the running server holds', async () => {
    const { out, err } = await program('trace', '--last');
    assert.match(out, /shop-web +GET \/cart/, err);
    assert.ok(!err.includes('opening the store'));
    assert.equal(JSON.parse((await verb('trace', TRACE, '--json')).out).resourceSpans[0].scopeSpans[0].spans[0].traceId, TRACE);
    const unknown = await verb('trace', '1'.repeat(32));
    assert.equal(unknown.code, 1);
    assert.match(unknown.err, /not_found/);
  });

  await t.test('a second server on the same data directory is refused and does the first no harm', async () => {
    const { code, out, err } = await program('serve', ...LISTEN);
    assert.notEqual(code, 0);
    assert.equal(out, '');
    assert.match(err, /^tracekeep: cannot /m);
    assert.match((await verb('trace', '--last')).out, /shop-web/);
  });

  await t.test('killed at once and started again, it serves and answers verbs', async () => {
    server.child.kill('SIGKILL');
    await server.ended;
    server = await serve();
    assert.match((await verb('trace', TRACE)).out, /shop-web/);
  });

  await t.test('told to stop, and told again until it has ended, it ends with 0', async () => {
    server.child.kill('SIGINT');
    const again = setInterval(() => server.child.kill('SIGTERM'), 2);
    const code = await server.ended.finally(() => clearInterval(again));
    assert.equal(code, 0);
    assert.match(server.out(), /^tracekeep ready [^\n]+\n$/);
  });

  await t.test('without a server, trace opens the store itself', async () => {
    const { code, out, err } = await program('trace', TRACE);
    assert.equal(code, 0, err);
    assert.match(out, /shop-web +GET \/cart/);
    assert.match(err, /opening the store/);
  });
});

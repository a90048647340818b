import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { refuse } from '#refusal';
import fastify, { type FastifyInstance, type InjectOptions } from 'fastify';
import { sendRefusal } from './guard.ts';
import { addPageRoutes, answerUnknown, PAGE_PATHS, readConsoleFiles, type ConsoleFiles } from './pages.ts';

const home = mkdtempSync(join(tmpdir(), 'tracekeep-pages-'));
after(() => rmSync(home, { recursive: true, force: true }));

const SCRIPT = 'export const words = "the same again and again";\n'.repeat(100);

function build(): string {
  const folder = mkdtempSync(join(home, 'dist-'));
  mkdirSync(join(folder, 'assets', 'deep'), { recursive: true });
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>console</title>');
  writeFileSync(join(folder, 'assets', 'index-Ab3dEf9_.js'), SCRIPT);
  writeFileSync(join(folder, 'assets', 'deep', 'plain.css'), 'body{}');
  writeFileSync(join(folder, 'assets', 'index-Ab3dEf9_.js.map'), 'a map');
  writeFileSync(join(folder, 'mark.svg'), '<svg/>');
  return folder;
}

function serve(files: ConsoleFiles | null): FastifyInstance {
  const app = fastify({ exposeHeadRoutes: false });
  app.setNotFoundHandler((request, reply) => sendRefusal(request, reply, refuse('credential_missing')));
  addPageRoutes(app, files);
  return app;
}

const get = (app: FastifyInstance, url: string, headers: InjectOptions['headers'] = {}) => app.inject({ url, headers });

test('every address of a page answers the document, with a policy that lets only our own files run', async () => {
  const app = serve(readConsoleFiles(build()));
  for (const path of PAGE_PATHS) {
    const answer = await get(app, path.replaceAll(/:\w+/g, 'x'));
    assert.deepEqual([answer.statusCode, answer.body, answer.headers['content-type']], [200, '<!doctype html><title>console</title>', 'text/html; charset=utf-8'], path);
    const policy = String(answer.headers['content-security-policy']).split('; ');
    for (const rule of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'", "worker-src 'self'", "require-trusted-types-for 'script'", 'trusted-types tracekeep-worker']) assert.ok(policy.includes(rule), rule);
    assert.ok(!/unsafe|\*|http:|https:|blob:|wasm/.test(policy.join()), 'nothing loosens it');
    assert.deepEqual([answer.headers['cross-origin-opener-policy'], answer.headers['cross-origin-resource-policy'], answer.headers['x-frame-options'], answer.headers['cache-control']], ['same-origin', 'same-origin', 'DENY', 'no-cache']);
    assert.match(String(answer.headers['permissions-policy']), /camera=\(\).*microphone=\(\)/);
  }
});

test('files whose name changes with their content are kept for ever, others are asked about', async () => {
  const app = serve(readConsoleFiles(build()));
  const script = await get(app, '/assets/index-Ab3dEf9_.js');
  assert.deepEqual([script.body, script.headers['content-type'], script.headers['cache-control']], [SCRIPT, 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable']);
  assert.equal((await get(app, '/assets/deep/plain.css')).headers['cache-control'], 'no-cache');
  assert.equal((await get(app, '/mark.svg')).headers['content-type'], 'image/svg+xml');
  const again = await get(app, '/', { 'if-none-match': String((await get(app, '/')).headers['etag']) });
  assert.deepEqual([again.statusCode, again.body], [304, '']);
  assert.equal((await get(app, '/', { 'if-none-match': '"other"' })).statusCode, 200);
  const head = await app.inject({ method: 'HEAD', url: '/assets/index-Ab3dEf9_.js' });
  assert.deepEqual([head.statusCode, head.body, head.headers['cache-control'], head.headers['content-length']], [200, '', 'public, max-age=31536000, immutable', String(Buffer.byteLength(SCRIPT))]);
});

test('text is packed as the browser can unpack it', async () => {
  const app = serve(readConsoleFiles(build()));
  const path = '/assets/index-Ab3dEf9_.js';
  for (const [accepted, coding, unpack] of [['gzip, deflate, br, zstd', 'br', brotliDecompressSync], ['gzip', 'gzip', gunzipSync]] as const) {
    const answer = await get(app, path, { 'accept-encoding': accepted });
    assert.equal(answer.headers['content-encoding'], coding);
    assert.equal(unpack(answer.rawPayload).toString(), SCRIPT);
    assert.ok(answer.rawPayload.length < SCRIPT.length / 10);
  }
  for (const accepted of ['', 'identity', 'br;q=0', 'x'.repeat(10_000)]) assert.equal((await get(app, path, { 'accept-encoding': accepted })).headers['content-encoding'], undefined, accepted.slice(0, 20));
});

test('nothing outside the folder, nothing of an unknown kind and nothing that is no file is ever answered', async () => {
  const folder = build();
  writeFileSync(join(home, 'secret.js'), 'secret');
  mkdirSync(join(folder, 'assets', 'folder.js'));
  symlinkSync(home, join(folder, 'assets', 'up'));
  const app = serve(readConsoleFiles(folder));
  for (const path of ['/assets/../../secret.js', '/assets/..%2f..%2fsecret.js', '/assets/%2e%2e/%2e%2e/secret.js', '/assets/up/secret.js', '/assets/..\\..\\secret.js', '/assets/', '/assets/x', '/assets/folder.js', '/assets/index-Ab3dEf9_.js.map', '/assets/index-Ab3dEf9_.js%00', '/assets/__proto__', '/assets/constructor', '/index.html', '//etc/passwd', '/mark.svg/x']) {
    const answer = await get(app, path);
    assert.ok(answer.statusCode >= 400 && !answer.body.includes('secret'), `${path}: ${answer.statusCode}`);
  }
});

test('a console that was not built says what to do, under the same policy', async () => {
  assert.equal(readConsoleFiles(join(home, 'nowhere')), null);
  mkdirSync(join(home, 'empty'));
  assert.equal(readConsoleFiles(join(home, 'empty')), null);
  const app = serve(null);
  const answer = await get(app, '/search?q=<script>alert(1)</script>');
  assert.equal(answer.statusCode, 503);
  assert.match(answer.body, /npm start/);
  assert.ok(!answer.body.includes('script>'));
  assert.match(String(answer.headers['content-security-policy']), /default-src 'none'/);
});

test('an address that leads nowhere shows a browser the console, and refuses programs', async () => {
  const app = fastify({ exposeHeadRoutes: false });
  const files = readConsoleFiles(build());
  app.setNotFoundHandler((request, reply) => answerUnknown(request, reply, files));
  const browser = { accept: 'text/html,application/xhtml+xml' };
  const page = await get(app, '/nowhere', browser);
  assert.deepEqual([page.statusCode, page.body], [404, '<!doctype html><title>console</title>']);
  assert.match(String(page.headers['content-security-policy']), /script-src 'self'/);
  for (const answer of [await get(app, '/nowhere'), await get(app, '/api/v1/nowhere', browser), await app.inject({ method: 'POST', url: '/nowhere', headers: browser })]) {
    assert.deepEqual([answer.statusCode, (JSON.parse(answer.body) as { error: { code: string } }).error.code], [404, 'path_unknown']);
  }
});

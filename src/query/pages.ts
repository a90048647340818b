/**
 * The console's own files, as `console/dist` holds them after a build: read once at the start, held in memory, answered with a policy that lets
 * nothing run but them. No path of a request ever reaches the file system.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { LIMITS } from '#limits';
import { refuse } from '#refusal';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendRefusal } from './guard.ts';

export interface ConsoleFile {
  readonly type: string;
  readonly bytes: Buffer;
  readonly etag: string;
  /** Its name changes with its content. */
  readonly hashed: boolean;
  /** By content coding; made when somebody first wants it. */
  readonly packed: Map<string, Promise<Buffer>>;
}

/** By path on the server, such as `/assets/index-3f2a.js`. */
export type ConsoleFiles = ReadonlyMap<string, ConsoleFile>;

/** The addresses under which the console shows a page: all of them answer the same document, which then looks at the address. */
export const PAGE_PATHS: readonly string[] = ['/', '/search', '/traces/:id', '/compare/:a/:b', '/services', '/services/:service', '/map', '/findings', '/integrity', '/exposure', '/policy', '/policy/edit', '/policy/history', '/access', '/audit', '/approvals', '/keys', '/forget', '/ingest', '/health', '/settings', '/settings/people', '/settings/groups', '/settings/tokens', '/sign-in', '/sign-in/return'];

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8', js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8', json: 'application/json; charset=utf-8', svg: 'image/svg+xml', png: 'image/png', ico: 'image/x-icon', woff2: 'font/woff2', woff: 'font/woff', txt: 'text/plain; charset=utf-8',
};

/**
 * Nothing but our own files, nothing inline, no frames, nowhere to send a form; no text becomes code or markup: the one Trusted Types policy gives out the address
 * of the worker that verifies (console/src/seal/start-worker.ts) and no other, and cannot be made twice.
 */
const POLICY = "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types tracekeep-worker";

const HEADERS = {
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(), geolocation=(), gyroscope=(), hid=(), magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(), publickey-credentials-get=(), screen-wake-lock=(), serial=(), usb=(), web-share=(), xr-spatial-tracking=(), clipboard-read=(), clipboard-write=(self)',
  'x-frame-options': 'DENY',
} as const;

/** What a folder holds; null if there is no `index.html` in it: the console was not built. */
export function readConsoleFiles(folder: string): ConsoleFiles | null {
  const files = new Map<string, ConsoleFile>();
  let bytes = 0;
  try {
    readFolder(folder, '', (path, type) => {
      const content = readFileSync(join(folder, path));
      bytes += content.length;
      if (files.size >= LIMITS.console_files_max || bytes > LIMITS.console_bytes_max) throw new Error('cannot hold so many or so large files');
      const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`;
      files.set(path, { type, bytes: content, etag, hashed: /^\/assets\/.*-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$/.test(path), packed: new Map() });
    });
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw new Error(`cannot read the console’s files in ${folder}`, { cause });
  }
  return files.has('/index.html') ? files : null;
}

/** Files of known types. Links are not followed: what they lead to is no part of the console. */
function readFolder(folder: string, path: string, found: (path: string, type: string) => void): void {
  for (const entry of readdirSync(join(folder, path), { withFileTypes: true })) {
    const inner = `${path}/${entry.name}`;
    if (entry.isDirectory()) readFolder(folder, inner, found);
    const type = TYPES[/\.([a-z0-9]{1,8})$/.exec(entry.name)?.[1] ?? ''];
    if (entry.isFile() && type !== undefined) found(inner, type);
  }
}

export function addPageRoutes(app: FastifyInstance, files: ConsoleFiles | null): void {
  const config = { action: 'page.read', public: true } as const;
  for (const path of PAGE_PATHS) {
    app.get(path, { exposeHeadRoute: true, config, schema: { hide: true } }, async (request, reply) => {
      const page = files?.get('/index.html');
      return page === undefined ? reply.headers(HEADERS).code(503).type('text/html; charset=utf-8').send(NOT_BUILT) : sendFile(request, reply, page);
    });
  }
  app.get<{ Params: { '*': string } }>('/assets/*', { exposeHeadRoute: true, config, schema: { hide: true } }, async (request, reply) => {
    const file = files?.get(`/assets/${request.params['*']}`);
    return file === undefined ? sendRefusal(request, reply, refuse('path_unknown')) : sendFile(request, reply, file);
  });
  for (const [path, file] of files ?? []) {
    if (path === '/index.html' || path.startsWith('/assets/')) continue;
    app.get(path, { exposeHeadRoute: true, config, schema: { hide: true } }, async (request, reply) => sendFile(request, reply, file));
  }
}

/** No route has this address. A browser gets the console, which says so and leads on; programs get a refusal, and so does whoever asks the API. */
export function answerUnknown(request: FastifyRequest, reply: FastifyReply, files: ConsoleFiles | null): Promise<FastifyReply> | FastifyReply {
  const { method, url, headers } = request;
  const page = files?.get('/index.html');
  const isBrowser = method === 'GET' && !url.startsWith('/api/') && (headers.accept ?? '').slice(0, 256).includes('text/html');
  return page !== undefined && isBrowser ? sendFile(request, reply.code(404), page) : sendRefusal(request, reply, refuse('path_unknown'));
}

/** Plain text inside; not one byte of it comes from a request. */
const NOT_BUILT = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Tracekeep: the console is not built</title>
<h1>The console is not built</h1>
<p>The server runs, and its query API answers. The console’s files are missing: <code>tracekeep serve</code> never builds anything.</p>
<p>Stop the server and start it with <code>npm start</code>, which builds the console first, or run <code>npm run build --workspace console</code> and start the server again.</p>
</html>
`;

async function sendFile(request: FastifyRequest, reply: FastifyReply, file: ConsoleFile): Promise<FastifyReply> {
  reply.headers({ ...HEADERS, 'cache-control': file.hashed ? 'public, max-age=31536000, immutable' : 'no-cache', etag: file.etag, vary: 'accept-encoding' }).type(file.type);
  // Attacker-controlled, so compared and never parsed. A list of validators is not used by browsers that were given one.
  if (request.headers['if-none-match'] === file.etag) return reply.code(304).send();
  const coding = codingFor(request.headers['accept-encoding'], file);
  if (coding === null) return reply.send(file.bytes);
  return reply.header('content-encoding', coding).send(await packed(file, coding));
}

type Coding = 'br' | 'gzip';

const PACKED_BYTES_MIN = 1_024;

function codingFor(accepted: string | string[] | undefined, { type, bytes }: ConsoleFile): Coding | null {
  if (bytes.length < PACKED_BYTES_MIN || !/^(text\/|application\/json|image\/svg)/.test(type)) return null;
  const codings = String(accepted ?? '').slice(0, 256).split(',').map((one) => one.trim());
  // `br;q=0` and its like are not what browsers send; they get the file as it is.
  return codings.includes('br') ? 'br' : codings.includes('gzip') ? 'gzip' : null;
}

const brotli = promisify<Buffer, object, Buffer>(brotliCompress);
const zip = promisify<Buffer, object, Buffer>(gzip);

/** Once per file and coding. Brotli above this quality takes seconds for a few per cent. */
function packed({ packed: made, bytes }: ConsoleFile, coding: Coding): Promise<Buffer> {
  const known = made.get(coding);
  if (known !== undefined) return known;
  const making = coding === 'br' ? brotli(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 7, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }) : zip(bytes, { level: 7 });
  made.set(coding, making);
  return making;
}

/**
 * What `look.ts` looks at, kept running in the background: a server with seeded data behind Vite's development server, on one port. Vite takes
 * the console from source, so a changed page is seen at the next look. Ends by itself when nobody has looked for a while.
 */
import { createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildConsole } from './built-console.ts';
import { KeptBackend } from './kept-backend.ts';
import { plant, type SeedName, sendGroups, shopTraffic } from './seed.ts';
import { randomFrom } from './told-trace.ts';

export interface KeptState {
  readonly pid: number;
  readonly url: string;
  /** An admin's token, for asking the API by hand. */
  readonly token: string;
  /** By role; `second`: another investigator. */
  readonly people: Readonly<Record<string, Person>>;
  readonly traces: Readonly<Record<string, string>>;
}

export interface Person {
  readonly name: string;
  readonly password: string;
}

type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;
interface ViteServer {
  readonly middlewares: Middleware;
  close(): Promise<void>;
}

/** Who can look, by role. */
const PEOPLE = { admin: 'ada', viewer: 'vera', investigator: 'grace', second: 'edsger', 'key-custodian': 'barbara', 'privacy-officer': 'margaret', operator: 'donald' } as const;
const ROOT = join(import.meta.dirname, '../..');
const IDLE_MS_MAX = 30 * 60_000;
/** Traffic goes on for so long after a look, so that what is live can be seen to live. */
const LIVELY_MS = 60_000;
const MS_PER_TRACE = 1_800;
/** Paths that the server answers; all others are the console's. */
const SERVED = /^\/(?:api|healthz|readyz|metrics)(?:[/?]|$)/u;

if (import.meta.main) await keep(process.argv[2] as SeedName, process.argv[3] ?? '');

async function keep(seed: SeedName, stateFile: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tracekeep-look-'));
  const backend = new KeptBackend(join(folder, 'data'));
  let leaving = false;
  const leave = async (): Promise<void> => {
    if (leaving) return;
    leaving = true;
    await backend.stop();
    process.exit();
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => void leave());
  process.on('exit', () => {
    backend.killNow();
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    rmSync(stateFile, { force: true });
  });
  const [vite] = await Promise.all([startVite(join(folder, 'vite')), backend.fresh()]);
  const [key, token] = await Promise.all([backend.verb('producer', 'add', 'shop', '--service', '*'), backend.verb('token', 'create', '--role', 'admin')]);
  const people: Record<string, Person> = {};
  for (const [role, name] of Object.entries(PEOPLE)) people[role] = await addPerson(backend, token, name, role === 'second' ? 'investigator' : role);
  const { traces } = await plant({ otlpHttp: backend.otlpHttp, key, console: { url: backend.console, token } }, seed, Date.now());
  let until_ms = Date.now();
  let looked_ms = Date.now();
  const random = randomFrom(until_ms);
  const goOn = async (): Promise<void> => {
    const now = Date.now();
    const count = Math.floor((now - until_ms) / MS_PER_TRACE);
    if (count === 0 || seed === 'empty' || seed === 'one' || seed === 'xss') return;
    const stretch = { from_ms: until_ms, to_ms: now, traces: count };
    until_ms = now;
    await sendGroups({ otlpHttp: backend.otlpHttp, key }, shopTraffic(random, stretch).groups);
  };
  const look = async (built: boolean): Promise<{ note: string; failed: boolean }> => {
    looked_ms = Date.now();
    try {
      if (built) await buildConsole();
      const note = await backend.fresh();
      await goOn();
      return { note, failed: false };
    } catch (failure) {
      return { note: failure instanceof Error ? `${failure.message}\n${failure.cause instanceof Error ? failure.cause.message.slice(0, 2_000) : ''}` : 'cannot start the server', failed: true };
    }
  };
  const front = createServer((request, response) => {
    if (request.url === '/__look' || request.url === '/__look?built') {
      const built = request.url.endsWith('built');
      return void look(built).then(({ note, failed }) => response.writeHead(failed ? 500 : 200, { 'x-built-console': backend.console }).end(note));
    }
    if (SERVED.test(request.url ?? '')) return proxy(backend.console, request, response);
    vite.middlewares(request, response, () => response.writeHead(404).end());
  }).listen(0, '127.0.0.1', () => {
    const url = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
    const state: KeptState = { pid: process.pid, url, token, people, traces };
    writeFileSync(`${stateFile}.half`, JSON.stringify(state), { mode: 0o600 });
    renameSync(`${stateFile}.half`, stateFile);
  });
  setInterval(() => {
    const idle_ms = Date.now() - looked_ms;
    if (idle_ms > IDLE_MS_MAX) void leave();
    else if (idle_ms < LIVELY_MS) void goOn().catch(() => undefined);
  }, 3_000);
}

async function addPerson(backend: KeptBackend, token: string, name: string, role: string): Promise<Person> {
  const password = `kept-${crypto.randomUUID()}`;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await fetch(`${backend.console}/api/v1/accounts`, { method: 'POST', headers, body: JSON.stringify({ name, roles: [role], password }) });
  if (!answer.ok) throw new Error(`cannot make an account: ${answer.status} ${await answer.text()}`);
  return { name, password };
}

/** Vite belongs to the console's workspace, so it is found from there. */
async function startVite(cacheDir: string): Promise<ViteServer> {
  const workspace = join(ROOT, 'console');
  const entry = createRequire(join(workspace, 'package.json')).resolve('vite');
  const { createServer: create } = (await import(pathToFileURL(entry).href)) as { createServer: (options: object) => Promise<ViteServer> };
  const { dependencies } = JSON.parse(readFileSync(join(workspace, 'package.json'), 'utf8')) as { dependencies: Readonly<Record<string, string>> };
  const include = Object.keys(dependencies).filter((name) => !name.startsWith('@fontsource'));
  return create({
    configFile: join(workspace, 'vite.config.ts'),
    root: workspace,
    cacheDir,
    logLevel: 'error',
    // What is bundled late makes pages load twice.
    optimizeDeps: { include: [...include, 'react-dom/client', 'react/jsx-dev-runtime'] },
    server: { middlewareMode: true, hmr: false, ws: false },
  });
}

function proxy(to: string, request: IncomingMessage, response: ServerResponse): void {
  const asked = httpRequest(to + request.url, { method: request.method, headers: request.headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  asked.on('error', () => response.destroy());
  response.on('close', () => asked.destroy());
  request.pipe(asked);
}

/**
 * What a browser test stands on: a real server with seeded data that serves the built console under its real policy, a browser, and people who
 * are signed in through the API. The files of a process share the browser, and the server where they say so; what is a file's own is gone when its
 * tests are done, the rest with the process.
 */
import assert from 'node:assert/strict';
import { after } from 'node:test';
import type { BrowserContext } from 'playwright-core';
import { addProducer, createToken, startServer, type TestServer, until } from '#harness';
import type { Role } from '#model';
import { afterFile } from './before-file.ts';
import { buildConsole } from './built-console.ts';
import { openViewer, type RunningChromium, startChromium, type Viewer, type Viewing } from './chromium.ts';
import { plant, type SeedName } from './seed.ts';

/** Made up by each run. */
export const ADMIN = { name: 'ada', password: `long-${crypto.randomUUID()}` };
export const VIEWER = { name: 'vera', password: `long-${crypto.randomUUID()}` };

/** An account that is made when it is first needed. */
export interface Somebody {
  readonly name: string;
  readonly role: Role;
  readonly password?: string;
}

export interface Stage {
  readonly server: TestServer;
  readonly chromium: RunningChromium;
  /** An ingest key for every service. */
  readonly key: string;
  /** An admin's token, for asking the API beside the browser. */
  readonly token: string;
  /** Ids of seeded traces by what they show. */
  readonly traces: Readonly<Record<string, string>>;
  /** A fresh profile; default: signed in as the admin. */
  open(viewing?: Omit<Viewing, 'url' | 'token'> & { readonly as?: 'admin' | 'viewer' | 'nobody' | Somebody }): Promise<Viewer>;
}

let running: Promise<RunningChromium> | undefined;
const shared = new Map<SeedName, Promise<Stage>>();
// Where it did not start, the tests have said so.
after(async () => (await running?.catch(() => undefined))?.close());

/** The browser of this process. What the file opens in it is closed with the file. */
export async function sharedChromium(): Promise<RunningChromium> {
  const chromium = await (running ??= startChromium());
  chromium.postpone();
  afterFile(async () => {
    for (const context of chromium.browser.contexts()) await context.close();
  });
  return chromium;
}

/** A server of the file's own. */
export async function setStage(seed: SeedName): Promise<Stage> {
  const chromium = await sharedChromium();
  const stage = await raise(seed, chromium);
  afterFile(() => stage.server.kill());
  return stage;
}

/** A server for all files of the process that take this seed by this name: each leaves it as the others expect it. */
export async function shareStage(seed: SeedName): Promise<Stage> {
  const chromium = await sharedChromium();
  let stage = shared.get(seed);
  if (stage === undefined) shared.set(seed, (stage = raise(seed, chromium)));
  return stage;
}

type Cookies = Awaited<ReturnType<BrowserContext['cookies']>>;

async function raise(seed: SeedName, chromium: RunningChromium): Promise<Stage> {
  // The server reads the built console when it starts.
  await buildConsole();
  const server = await startServer();
  const key = await addProducer(server.data, 'seed');
  const token = await createToken(server.data, 'admin');
  const { traces } = await plant({ otlpHttp: server.otlpHttp, key, console: { url: server.console, token } }, seed, Date.now());
  const cookies = new Map<string, Cookies>();
  const open: Stage['open'] = async ({ as = 'admin', ...viewing } = {}) => {
    const viewer = await openViewer(chromium.browser, { url: server.console, ...viewing });
    if (as === 'nobody') return viewer;
    const name = typeof as === 'string' ? as : as.name;
    let jar = cookies.get(name);
    if (jar === undefined) {
      await (as === 'admin' ? becomeFirst(viewer.context, server) : become(viewer.context, token, as === 'viewer' ? { ...VIEWER, role: 'viewer' } : as));
      cookies.set(name, (jar = await viewer.context.cookies()));
    } else await viewer.context.addCookies(jar);
    return viewer;
  };
  return { server, chromium, key, token, traces, open };
}

/** The single-use link that an empty store prints. */
export async function firstLink(server: TestServer): Promise<URL> {
  let link: string | undefined;
  await until(() => (link = /http:\/\/\S+\/sign-in#first=\S+/u.exec(server.stdout + server.stderr)?.[0]) !== undefined, 'the server printed its first link');
  return new URL(link!);
}

async function becomeFirst(context: BrowserContext, server: TestServer): Promise<void> {
  const link = (await firstLink(server)).hash.replace('#first=', '');
  const answer = await context.request.post('/api/v1/session/first', { data: { link, ...ADMIN }, headers: { origin: server.console } });
  assert.equal(answer.status(), 200, await answer.text());
}

async function become(context: BrowserContext, token: string, { name, role, password = `long-${crypto.randomUUID()}` }: Somebody): Promise<void> {
  const made = await context.request.post('/api/v1/accounts', { data: { name, password, roles: [role] }, headers: { authorization: `Bearer ${token}` } });
  assert.ok(made.ok(), await made.text());
  const answer = await context.request.post('/api/v1/session', { data: { name, password } });
  assert.equal(answer.status(), 200, await answer.text());
}

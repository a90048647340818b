/**
 * What a browser test stands on: a real server with seeded data that serves the built console under its real policy, a browser, and people who
 * are signed in through the API. All of it is gone when the file's tests are done.
 */
import assert from 'node:assert/strict';
import { after } from 'node:test';
import type { BrowserContext } from 'playwright-core';
import { addProducer, createToken, startServer, type TestServer, until } from '#harness';
import { buildConsole } from './built-console.ts';
import { openViewer, type RunningChromium, startChromium, type Viewer, type Viewing } from './chromium.ts';
import { plant, type SeedName } from './seed.ts';

/** Made up by each run. */
export const ADMIN = { name: 'ada', password: `long-${crypto.randomUUID()}` };
export const VIEWER = { name: 'vera', password: `long-${crypto.randomUUID()}` };

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
  open(viewing?: Omit<Viewing, 'url' | 'token'> & { readonly as?: 'admin' | 'viewer' | 'nobody' }): Promise<Viewer>;
}

const browsers = new Set<RunningChromium>();
after(async () => {
  for (const browser of browsers) await browser.close();
});

type Cookies = Awaited<ReturnType<BrowserContext['cookies']>>;

export async function setStage(seed: SeedName, deadlineMs = 240_000): Promise<Stage> {
  // The server reads the built console when it starts.
  await buildConsole();
  const server = await startServer();
  const key = await addProducer(server.data, 'seed');
  const token = await createToken(server.data, 'admin');
  const { traces } = await plant({ otlpHttp: server.otlpHttp, key }, seed, Date.now());
  const running = await startChromium(deadlineMs);
  browsers.add(running);
  const cookies = new Map<string, Cookies>();
  const open: Stage['open'] = async ({ as = 'admin', ...viewing } = {}) => {
    const viewer = await openViewer(running.browser, { url: server.console, ...viewing });
    if (as === 'nobody') return viewer;
    let jar = cookies.get(as);
    if (jar === undefined) {
      await (as === 'admin' ? becomeFirst(viewer.context, server) : becomeViewer(viewer.context, token));
      cookies.set(as, (jar = await viewer.context.cookies()));
    } else await viewer.context.addCookies(jar);
    return viewer;
  };
  return { server, chromium: running, key, token, traces, open };
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

async function becomeViewer(context: BrowserContext, token: string): Promise<void> {
  const made = await context.request.post('/api/v1/accounts', { data: { ...VIEWER, roles: ['viewer'] }, headers: { authorization: `Bearer ${token}` } });
  assert.ok(made.ok(), await made.text());
  const answer = await context.request.post('/api/v1/session', { data: VIEWER });
  assert.equal(answer.status(), 200, await answer.text());
}

/**
 * Looks at a page of the console in a real browser and takes a picture:
 *
 *   node test/browser/look.ts --page /search --out /tmp/x.png
 *
 * Starts a server from source with seeded data and the console from source behind it, opens the page, says what the browser complained about.
 * `node test/browser/look.ts --help` lists the options.
 */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { axeFindings, overflow } from './checks.ts';
import { openViewer, settle, startChromium, type Theme, type Viewer, type Width } from './chromium.ts';
import type { KeptState, Person } from './kept-server.ts';
import { loaded } from './pages.ts';
import { SEEDS } from './seed.ts';
import { takeSteps } from './steps.ts';

const HELP = `node test/browser/look.ts --page /search [options]
  --page PATH     {checkout} {failed} {declined} {slow} {one} {orphans} {skewed} {big} {xss} stand for ids of seeded traces
  --out FILE.png  where the picture goes; none without it
  --width 390     default 1280
  --theme dark    default light
  --seed NAME     ${SEEDS.join(' | ')}; default shop
  --keep          leave the server running and use it next time (as --as NAME, default "look"); ends by itself after half an hour
  --stop          end the kept server of --as and --seed
  --role viewer   default admin; also investigator, second (another one), key-custodian, privacy-officer, operator; none: nobody is signed in
  --steps 'click:text=Foo;press:Enter;fill:input[name=q]=error;wait:500;hover:css;goto:/map;drag:10,20,300,200;wheel:600;see:text=Bar'
  --full          the whole page, not only the window
  --text          print the page as a screen reader has it
  --axe           print serious accessibility findings
  --motion        do not ask for reduced motion
  --slow MS       answers of the API come later
  --fail PATH     the API answers 503 for paths that begin so, such as /api/v1/search
  --built         the built console as the server serves it, under its content security policy, instead of the one from source
  --url URL       another server that serves the console (--token SECRET); nothing is started`;

const { values: said } = parseArgs({
  options: {
    page: { type: 'string', default: '/' }, out: { type: 'string' }, width: { type: 'string', default: '1280' }, theme: { type: 'string', default: 'light' }, seed: { type: 'string', default: 'shop' },
    keep: { type: 'boolean', default: false }, as: { type: 'string' }, stop: { type: 'boolean', default: false }, built: { type: 'boolean', default: false }, role: { type: 'string', default: 'admin' }, steps: { type: 'string', default: '' },
    full: { type: 'boolean', default: false }, text: { type: 'boolean', default: false }, axe: { type: 'boolean', default: false }, motion: { type: 'boolean', default: false },
    slow: { type: 'string' }, fail: { type: 'string' }, url: { type: 'string' }, token: { type: 'string' }, help: { type: 'boolean', default: false },
  },
});

interface Place {
  readonly url: string;
  readonly token?: string | undefined;
  /** Whoever signs in first. */
  readonly person?: Person | undefined;
  readonly traces: Readonly<Record<string, string>>;
  readonly leave: () => void;
}

if (said.help) console.log(HELP);
else process.exitCode = await main();

async function main(): Promise<number> {
  if (!SEEDS.some((name) => name === said.seed)) throw new Error(`cannot seed ${said.seed}: say one of ${SEEDS.join(', ')}`);
  const name = said.as ?? (said.keep || said.stop ? 'look' : `once-${process.pid}`);
  const stateFile = join(tmpdir(), `tracekeep-look-${process.getuid?.() ?? 0}-${name}-${said.seed}.json`);
  if (said.stop) return stopKept(stateFile);
  const place = said.url === undefined ? await keptPlace(stateFile) : { url: said.url, token: said.token, traces: {}, leave: () => undefined };
  try {
    return await look(place);
  } finally {
    place.leave();
  }
}

async function look(place: Place): Promise<number> {
  const chromium = await startChromium(120_000);
  try {
    const viewer = await openViewer(chromium.browser, {
      url: place.url,
      width: Number(said.width) === 390 ? 390 : (1280 satisfies Width),
      theme: said.theme === 'dark' ? 'dark' : ('light' satisfies Theme),
      motion: said.motion ? 'no-preference' : 'reduce',
      ...(place.token === undefined ? {} : { token: place.token }),
    });
    if (place.person !== undefined) await signIn(viewer, place.person);
    await bend(viewer);
    const path = said.page.replace(/\{(\w+)\}/gu, (_all, trace: string) => place.traces[trace] ?? trace);
    await viewer.page.goto(path);
    await settle(viewer.page);
    // A slow machine: what comes is waited for, but not for ever.
    await loaded(viewer.page, 8_000).catch(() => undefined);
    try {
      await takeSteps(viewer.page, said.steps);
      if (said.steps !== '') await settle(viewer.page, 3_000);
    } finally {
      if (said.out !== undefined) {
        mkdirSync(dirname(said.out), { recursive: true });
        await viewer.page.screenshot({ path: said.out, fullPage: said.full });
      }
      console.log(`looked at ${viewer.page.url()}${said.out === undefined ? '' : `, picture in ${said.out}`}`);
      for (const line of viewer.complaints.filter((one) => !one.includes('/@vite/client'))) console.log(`  ${line}`);
    }
    await say(viewer.page);
    return 0;
  } finally {
    await chromium.close();
  }
}

async function signIn({ context }: Viewer, person: Person): Promise<void> {
  const answer = await context.request.post('/api/v1/session', { data: person });
  if (!answer.ok()) throw new Error(`cannot sign in: ${answer.status()} ${await answer.text()}`);
}

async function say(page: Page): Promise<void> {
  for (const line of await overflow(page)) console.log(`  wider than the window: ${line}`);
  if (said.axe) for (const line of await axeFindings(page)) console.log(`  axe: ${line}`);
  if (said.text) console.log(await page.locator('body').ariaSnapshot());
}

/** Slow or failing answers. */
async function bend({ context }: Viewer): Promise<void> {
  const { slow, fail } = said;
  if (slow === undefined && fail === undefined) return;
  await context.route(/\/api\//u, async (route) => {
    if (slow !== undefined) await sleep(Number(slow));
    const { pathname } = new URL(route.request().url());
    if (fail === undefined || !pathname.startsWith(fail)) return route.fallback();
    const error = { code: 'overloaded', message: 'Too many queries are waiting.', advice: 'Wait a moment and ask again.', requestId: '0011223344556677' };
    return route.fulfill({ status: 503, contentType: 'application/json', body: JSON.stringify({ error }) });
  });
}

/** Finds the kept server or starts it. */
async function keptPlace(stateFile: string): Promise<Place> {
  let state = await aliveState(stateFile);
  if (state === null) {
    rmSync(stateFile, { force: true });
    // Not our own standard error: whoever reads it (`| tail`) would wait for the kept server.
    const log = openSync(`${stateFile}.log`, 'w', 0o600);
    const child = spawn(process.execPath, [join(import.meta.dirname, 'kept-server.ts'), said.seed, stateFile], { detached: true, stdio: ['ignore', 'ignore', log] });
    closeSync(log);
    child.unref();
    for (let waited = 0; !existsSync(stateFile); waited++) {
      if (child.exitCode !== null || waited > 600) throw new Error(`cannot start the server to look at:\n${readFileSync(`${stateFile}.log`, 'utf8')}`);
      await sleep(100);
    }
    state = await aliveState(stateFile);
    if (state === null) throw new Error('cannot reach the server to look at');
  }
  if (said.keep) console.log(`kept at ${state.url}, admin token ${state.token}, signed in as ${(state.people[said.role] ?? state.people['admin'])?.name ?? 'nobody'}, ends with --stop`);
  const { pid, url, people, traces } = state;
  const person = said.role === 'none' ? undefined : (people[said.role] ?? people['admin']);
  return { url, person, traces, leave: () => void (said.keep || said.as !== undefined || process.kill(pid, 'SIGTERM')) };
}

/** What a kept server wrote about itself, after it made sure that it is up to date; null if there is none. */
async function aliveState(stateFile: string): Promise<KeptState | null> {
  if (!existsSync(stateFile)) return null;
  const state = JSON.parse(readFileSync(stateFile, 'utf8')) as KeptState;
  const answer = await fetch(`${state.url}/__look${said.built ? '?built' : ''}`).catch(() => null);
  if (answer === null) return null;
  const note = await answer.text();
  if (!answer.ok) throw new Error(note);
  if (note !== '') console.log(note);
  return said.built ? { ...state, url: answer.headers.get('x-built-console') ?? state.url } : state;
}

function stopKept(stateFile: string): number {
  if (!existsSync(stateFile)) return 0;
  const { pid } = JSON.parse(readFileSync(stateFile, 'utf8')) as KeptState;
  process.kill(pid, 'SIGTERM');
  return 0;
}

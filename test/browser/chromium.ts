/**
 * A real Chromium for tests and for looking: headless, ended by a deadline or with the process that started it. Pages come in the two widths
 * the console is made for, light or dark, and remember every complaint: console errors, uncaught errors, violations of the content
 * security policy, requests that failed.
 */
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { chromiumProgram } from './chromium-program.ts';
import { takeTurn } from './turn.ts';

export const SIZES = { 1280: { width: 1280, height: 800 }, 390: { width: 390, height: 844 } } as const;
export type Width = keyof typeof SIZES;
export type Theme = 'light' | 'dark';

/** Of whoever on this machine: a browser keeps a core busy. */
const AT_ONCE_MAX = 2;
const ACTION_MS_MAX = 20_000;

export interface RunningChromium {
  readonly browser: Browser;
  /** Its deadline begins anew. */
  postpone(): void;
  close(): Promise<void>;
}

/** `deadlineMs`: the browser is killed after it, and whoever waits for it fails. */
export async function startChromium(deadlineMs = 240_000): Promise<RunningChromium> {
  const leave = await takeTurn('chromium', AT_ONCE_MAX);
  try {
    const { path, env } = await chromiumProgram();
    const browser = await chromium.launch({
      executablePath: path,
      headless: true,
      timeout: 60_000,
      // Playwright's own defaults keep web security, site isolation and everything else that a person's browser has. Containers that run tests
      // as root have no user namespaces for Chromium's sandbox; the pages are our own.
      args: ['--no-sandbox', '--no-zygote', '--disable-gpu', '--font-render-hinting=none', '--disable-lcd-text'],
      env: { ...strings(process.env), ...env },
    });
    const late = setTimeout(() => void browser.close({ reason: 'the deadline of this browser has passed' }).catch(() => undefined), deadlineMs);
    late.unref();
    return {
      browser,
      postpone: () => void late.refresh(),
      close: async () => {
        clearTimeout(late);
        await browser.close();
        leave();
      },
    };
  } catch (cause) {
    leave();
    throw new Error('cannot start Chromium', { cause });
  }
}

export interface Viewing {
  /** `http://127.0.0.1:PORT`; paths given to `goto` are relative to it. */
  readonly url: string;
  readonly width?: Width;
  readonly theme?: Theme;
  /** Default: reduced, so that what is looked at stands still. */
  readonly motion?: 'reduce' | 'no-preference';
  /** Sent with every request, so that pages work without signing in. */
  readonly token?: string;
}

export interface Viewer {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the page complained about so far, a line each. */
  readonly complaints: string[];
  /** Violations of the content security policy alone: directive and what was blocked. */
  readonly violations: string[];
  close(): Promise<void>;
}

/** A fresh profile with one page. */
export async function openViewer(browser: Browser, viewing: Viewing): Promise<Viewer> {
  const { url, width = 1280, theme = 'light', motion = 'reduce', token } = viewing;
  const context = await browser.newContext({
    baseURL: url,
    viewport: SIZES[width],
    colorScheme: theme,
    reducedMotion: motion,
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    acceptDownloads: true,
    ...(width === 390 ? { hasTouch: true, isMobile: true } : {}),
    ...(token === undefined ? {} : { extraHTTPHeaders: { authorization: `Bearer ${token}` } }),
  });
  context.setDefaultTimeout(ACTION_MS_MAX);
  const complaints: string[] = [];
  const violations: string[] = [];
  await context.exposeBinding('tracekeepViolation', (_source, text: string) => {
    violations.push(text);
    complaints.push(`policy violated: ${text}`);
  });
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const { tracekeepViolation } = globalThis as unknown as { tracekeepViolation: (text: string) => void };
      tracekeepViolation(`${event.effectiveDirective} ${event.blockedURI} at ${event.sourceFile}:${event.lineNumber}`);
    });
  });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.stack ?? error.message}`));
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? '';
    // A page that has what it needs lets go of the rest.
    if (why !== 'net::ERR_ABORTED') complaints.push(`request failed: ${request.method()} ${request.url()} ${why}`);
  });
  return { context, page, complaints, violations, close: () => context.close() };
}

/** A window that was open, for what comes next: with nothing to complain of; when it is closed, only what was bent in it ends. A new profile costs a second. */
export function again(viewer: Viewer): Viewer {
  viewer.complaints.splice(0);
  viewer.violations.splice(0);
  return { ...viewer, close: () => viewer.context.unrouteAll({ behavior: 'wait' }) };
}

/** Waits until nothing was asked of the server for a while and the fonts are there: a page that follows a live stream never falls silent, so not for ever. */
export async function settle(page: Page, msMax = 8_000): Promise<void> {
  await page.waitForLoadState('networkidle', { timeout: msMax }).catch(() => undefined);
  await page.evaluate(async () => {
    await document.fonts.ready;
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  });
}

function strings(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** The pages of the console, and when each has everything it shows. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { settle } from './chromium.ts';
import type { Somebody } from './stage.ts';

export interface ConsolePage {
  readonly name: string;
  /** `{name}` stands for a seeded trace. */
  readonly path: string;
  /** Default: an administrator. */
  readonly as?: 'nobody' | Somebody;
  /** Keys to press first, for what opens over a page. */
  readonly press?: string;
}

export const CONSOLE_PAGES: readonly ConsolePage[] = [
  { name: 'search', path: '/search' },
  { name: 'trace', path: '/traces/{checkout}' },
  { name: 'proof', path: '/traces/{checkout}?proof=shown' },
  { name: 'flame', path: '/traces/{checkout}?view=flame' },
  { name: 'compare', path: '/compare/{checkout}/{slow}' },
  { name: 'services', path: '/services' },
  { name: 'service', path: '/services/checkout' },
  { name: 'map', path: '/map' },
  { name: 'findings', path: '/findings' },
  { name: 'integrity', path: '/integrity' },
  { name: 'exposure', path: '/exposure' },
  { name: 'policy', path: '/policy' },
  { name: 'access', path: '/access' },
  { name: 'policy-edit', path: '/policy/edit?service=frontend&key=client.address&kind=ip&place=span' },
  { name: 'policy-history', path: '/policy/history' },
  { name: 'audit', path: '/audit' },
  { name: 'approvals', path: '/approvals', as: { name: 'grace', role: 'privacy-officer' } },
  { name: 'keys', path: '/keys' },
  { name: 'forget', path: '/forget', as: { name: 'grace', role: 'privacy-officer' } },
  { name: 'ingest', path: '/ingest' },
  { name: 'health', path: '/health' },
  { name: 'settings', path: '/settings' },
  { name: 'people', path: '/settings/people' },
  { name: 'groups', path: '/settings/groups' },
  { name: 'tokens', path: '/settings/tokens' },
  { name: 'sign-in', path: '/sign-in', as: 'nobody' },
  { name: 'help', path: '/traces/{one}', press: '?' },
  { name: 'palette', path: '/settings', press: 'Control+k' },
];

export function pathOf(page: ConsolePage, traces: Readonly<Record<string, string>>): string {
  return page.path.replace(/\{(\w+)\}/gu, (_all, name: string) => {
    const id = traces[name];
    assert.ok(id !== undefined, `no seeded trace is called ${name}`);
    return id;
  });
}

/** Waits until nothing of the page is a placeholder any more. */
export async function loaded(page: Page, timeout = 20_000): Promise<void> {
  await page.locator('h1').first().waitFor({ timeout });
  await page.waitForFunction(() => document.querySelector('main [class*="skeleton"], main [aria-busy="true"]') === null, undefined, { timeout });
  await settle(page, 2_000);
}

export async function goTo(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await loaded(page);
}

/** Leads to another page as a link does, without loading the console anew. What stood there is gone before anything counts as loaded. */
export async function moveTo(page: Page, path: string): Promise<void> {
  // Where only the query string differs, the page stays and draws something else, and nobody could tell when.
  if (new URL(page.url()).pathname === new URL(path, page.url()).pathname) return goTo(page, path);
  const heading = await page.locator('h1').first().elementHandle();
  assert.ok(heading !== null, 'no page of the console is there');
  await page.evaluate((to) => {
    history.pushState({}, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
  }, path);
  await heading.waitForElementState('hidden');
  await loaded(page);
}

/** What every page must stand: no serious accessibility finding, nothing wider than the window. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { SIZES } from './chromium.ts';

interface AxeResult {
  readonly violations: readonly { readonly id: string; readonly impact: string | null; readonly help: string; readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[] }[];
}

let axeSource = '';

/** All that can be serious: of what is merely good practice, these rules; the others take time, and what they say is never more than moderate. */
const GOOD_PRACTICE = ['accesskeys', 'aria-dialog-name', 'aria-text', 'aria-treeitem-name', 'frame-tested', 'label-title-only', 'tabindex'];
const RULES = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], rules: Object.fromEntries(GOOD_PRACTICE.map((id) => [id, { enabled: true }])) };

/** Serious and critical findings of axe, a line each: rule, what it says, the first elements. */
export async function axeFindings(page: Page): Promise<string[]> {
  axeSource ||= readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  // Evaluated by the debugger, so the page's own policy stays in force; once for each document, for it is large.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axeSource);
  const result = await page.evaluate(async (rules) => {
    const { axe } = globalThis as unknown as { axe: { run: (where: Document, options: object) => Promise<AxeResult> } };
    const { violations } = await axe.run(document, { resultTypes: ['violations'], ...rules });
    // What scrolls below a bar that stays is close to the bar at this moment and no longer at the next.
    const bars = violations.every(({ id }) => id !== 'target-size') ? [] : [...document.querySelectorAll('body *')].filter((element) => /fixed|sticky/u.test(getComputedStyle(element).position));
    const besideBar = (selector: unknown): boolean => {
      const element = typeof selector === 'string' ? document.querySelector(selector) : null;
      if (element === null) return false;
      const own = element.getBoundingClientRect();
      return bars.some((bar) => {
        const { top, bottom } = bar.getBoundingClientRect();
        return !bar.contains(element) && own.bottom > top - 24 && own.top < bottom + 24;
      });
    };
    return { violations: violations.map((one) => (one.id === 'target-size' ? { ...one, nodes: one.nodes.filter(({ target }) => !besideBar(target[0])) } : one)).filter(({ nodes }) => nodes.length > 0) };
  }, RULES);
  return result.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 4).map(({ target, failureSummary = '' }) => `${target.join(' ')} (${failureSummary.replace(/\s+/gu, ' ')})`).join('; ')}`);
}

/** Shows a page in a theme, with every change of colour at its end. */
async function inTheme(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  await page.waitForFunction(() => document.getAnimations().every(({ playState }) => playState !== 'running'));
}

/** Where there is room a page is looked at light, on a phone dark: so each is seen in both themes and both widths. */
const LOOKS = [
  { width: 390, theme: 'dark' },
  { width: 1280, theme: 'light' },
] as const;

/** What is wrong with a page in both looks, a line each. It is shown in the last of them then, as pages begin. */
export async function wrongLooks(page: Page, also: (look: (typeof LOOKS)[number]) => Promise<void> = async () => {}): Promise<string[]> {
  const found: string[] = [];
  for (const look of LOOKS) {
    await page.setViewportSize(SIZES[look.width]);
    await inTheme(page, look.theme);
    await also(look);
    found.push(...[...(await axeFindings(page)), ...(await overflow(page))].map((finding) => `${look.width} ${look.theme}: ${finding}`));
  }
  return found;
}

/** Elements that reach over the window's right edge without a box of their own that scrolls; empty if the page does not scroll sideways. */
export async function overflow(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return [];
    const clipped = (element: Element): boolean => {
      for (let above = element.parentElement; above !== null && above !== document.body; above = above.parentElement) if (getComputedStyle(above).overflowX !== 'visible') return true;
      return false;
    };
    return [...document.body.querySelectorAll('*')]
      .filter((element) => element.getBoundingClientRect().right > room + 0.5 && !clipped(element))
      .slice(0, 8)
      .map((element) => `${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''} reaches ${Math.round(element.getBoundingClientRect().right)} of ${room}`);
  });
}

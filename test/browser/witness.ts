/** Notices whether a text that was stored ran as a script in a page; and the mistakes by which it would. */
import type { BrowserContext, Page } from 'playwright-core';
import { XSS_WITNESS, xssPayloads } from './odd-traces.ts';
import { loaded } from './pages.ts';

/** The fields whose payload ran, in order. Call before the first page of the context is opened. */
export async function listenForScripts(context: BrowserContext): Promise<string[]> {
  const ran: string[] = [];
  await context.exposeBinding(XSS_WITNESS, (_source, field: string) => void ran.push(field));
  return ran;
}

/** Links of the page that would run something, or lead to a document that the link itself holds. */
export async function dangerousLinks(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const addresses = [...document.querySelectorAll('[href], [src], [action], [formaction], [srcdoc]')].flatMap((element) => ['href', 'src', 'action', 'formaction', 'srcdoc'].map((name) => element.getAttribute(name) ?? ''));
    return addresses.filter((address) => /^\s*(?:javascript|vbscript|data):|</iu.test(address));
  });
}

/** Makes each mistake that one of the payloads waits for: markup as it is, attributes without escaping, an address taken over, a text as code. */
export async function makeEveryMistake(page: Page): Promise<void> {
  const payloads = xssPayloads('way').map((payload, way) => payload.replaceAll(/(['"])way\1/gu, `$1way ${way}$1`));
  await page.evaluate(async (all) => {
    const room = document.body;
    // The policy stops some mistakes by an exception: the next one is made all the same.
    const attempt = (mistake: () => void): void => {
      try {
        mistake();
      } catch {
        // What counts is whether something ran.
      }
    };
    for (const text of all) {
      // Unlike innerHTML, a fragment runs its script elements.
      attempt(() => room.append(document.createRange().createContextualFragment(text)));
      attempt(() => room.append(document.createRange().createContextualFragment(`<input value='${text}'>`)));
      const link = document.createElement('a');
      attempt(() => (link.href = text));
      if (link.protocol !== 'javascript:') continue;
      room.append(link);
      link.click();
    }
    for (const input of room.querySelectorAll('input')) input.focus();
    // The debugger lets code from strings pass, but not after a pause.
    await new Promise((resolve) => setTimeout(resolve, 50));
    attempt(() => (0, eval)(`\`${all.at(-1)}\``));
    await new Promise((resolve) => setTimeout(resolve, 400));
  }, payloads);
}

/** Opens what can be opened on a page: folded parts, tabs, and rows one by one, so that all that is stored has been shown once; the text that was there to read. */
export async function openEverything(page: Page): Promise<string> {
  const main = page.locator('main');
  let text = await unfold(page);
  for (const role of ['treeitem', 'row', 'tab'] as const) {
    const all = main.getByRole(role);
    const count = Math.min(await all.count(), 8);
    for (let at = 0; at < count; at++) {
      await all.nth(at).click({ timeout: 1_500 }).catch(() => undefined);
      await loaded(page);
      text += await unfold(page);
    }
  }
  return text;
}

async function unfold(page: Page): Promise<string> {
  await page.evaluate(() => {
    for (const part of document.querySelectorAll('details')) part.open = true;
    for (const button of document.querySelectorAll('main button[aria-expanded="false"]:not([aria-haspopup])')) (button as HTMLElement).click();
  });
  return page.locator('body').innerText();
}

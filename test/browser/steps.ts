/** Short words for what a person does on a page: `click:text=Foo;press:Enter;wait:500`. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { settle } from './chromium.ts';

/** Targets are Playwright's selectors: `text=…`, `role=button[name="…"]`, or CSS. */
export async function takeSteps(page: Page, steps: string): Promise<void> {
  for (const step of steps.split(';').filter((part) => part.trim() !== '')) {
    const [, verb = '', rest = ''] = /^\s*(\w+):?(.*)$/su.exec(step) ?? [];
    await takeStep(page, verb, rest);
  }
}

async function takeStep(page: Page, verb: string, rest: string): Promise<void> {
  const numbers = rest.split(',').map(Number);
  const [x = 0, y = 0, toX = 0, toY = 0] = numbers;
  if (verb === 'click') return page.locator(rest).first().click();
  if (verb === 'hover') return page.locator(rest).first().hover();
  if (verb === 'see') return page.locator(rest).first().waitFor();
  if (verb === 'press') return page.keyboard.press(rest);
  if (verb === 'type') return page.keyboard.type(rest);
  if (verb === 'wait') return sleep(Number(rest));
  if (verb === 'wheel') return page.mouse.wheel(0, Number(rest));
  if (verb === 'move') return page.mouse.move(x, y);
  if (verb === 'goto') {
    await page.goto(rest);
    return settle(page);
  }
  if (verb === 'fill') {
    // The last equals sign: selectors hold some, texts rarely do.
    const at = rest.lastIndexOf('=');
    return page.locator(rest.slice(0, at)).first().fill(rest.slice(at + 1));
  }
  if (verb === 'drag') {
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(toX, toY, { steps: 8 });
    return page.mouse.up();
  }
  throw new Error(`cannot take the step ${verb}: say click, hover, see, press, type, wait, wheel, move, goto, fill or drag`);
}

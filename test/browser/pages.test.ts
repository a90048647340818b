/**
 * Every page, in both themes and both widths: nothing serious for axe to find, nothing wider than the window, no error in the console. A picture of
 * each is kept in `test-output/pages/`.
 */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { beforeFile } from './before-file.ts';
import { axeFindings, overflow, wrongLooks } from './checks.ts';
import type { Viewer } from './chromium.ts';
import { CONSOLE_PAGES, goTo, moveTo, pathOf } from './pages.ts';
import { shareStage, type Stage } from './stage.ts';

const PICTURES = join(import.meta.dirname, '../../test-output/pages');

let stage: Stage;
/** Goes from page to page. */
let admin: Viewer;
beforeFile(import.meta.filename, async () => {
  rmSync(PICTURES, { recursive: true, force: true });
  mkdirSync(PICTURES, { recursive: true });
  stage = await shareStage('some');
  admin = await stage.open();
  await goTo(admin.page, '/settings');
});

for (const one of CONSOLE_PAGES) {
  test(`${one.name} is accessible, fits the window and complains of nothing, in both themes and widths`, async () => {
    const { page, complaints } = one.as === undefined ? admin : await stage.open({ as: one.as });
    await (one.as === undefined ? moveTo : goTo)(page, pathOf(one, stage.traces));
    if (one.press !== undefined) await page.keyboard.press(one.press);
    const found = await wrongLooks(page, async ({ width, theme }) => {
      // Charts are drawn again after a change of size or colours.
      await page.waitForTimeout(150);
      await page.screenshot({ path: join(PICTURES, `${one.name}-${width}-${theme}.png`) });
    });
    assert.deepEqual(found, []);
    // Nobody is signed in, and the browser says that the server says so.
    const expected = one.as === 'nobody' ? /status of 401 .*\/api\/v1\/session\)$/u : /^$/u;
    assert.deepEqual(complaints.splice(0).filter((line) => !expected.test(line)), []);
    assert.equal(await page.locator('main [role="alert"]').count(), 0, 'the page shows an error');
    if (one.press !== undefined) await page.keyboard.press('Escape');
  });
}

test('axeFindings() and overflow() see what is wrong', async () => {
  const { page, close } = await stage.open({ as: 'nobody' });
  await page.route('**/bare', (route) => route.fulfill({ contentType: 'text/html', body: '<html lang="en"><title>x</title><main><h1>x</h1><button></button><p style="color:#ccc;background:#fff">pale</p><div style="width:4000px">wide</div></main></html>' }));
  await page.goto('/bare');
  assert.match((await axeFindings(page)).join('\n'), /button-name[^]*color-contrast|color-contrast[^]*button-name/u);
  assert.match((await overflow(page)).join('\n'), /div/u);
  await close();
});

test('wrongLooks() sees what is wrong in one theme or width alone', async () => {
  const { page, close } = await stage.open({ as: 'nobody' });
  const style = '@media (prefers-color-scheme: dark) { p { color: #444; background: #222 } } @media (min-width: 1000px) { div { display: none } } @media (max-width: 999px) { button { display: none } }';
  await page.route('**/bare', (route) => route.fulfill({ contentType: 'text/html', body: `<html lang="en"><title>x</title><style>${style}</style><main><h1>x</h1><button></button><p>pale</p><div style="width:900px">wide</div></main></html>` }));
  await page.goto('/bare');
  const lines = await wrongLooks(page);
  assert.deepEqual(lines.map((line) => /^\S+ \S+: [a-z-]+/u.exec(line)?.[0]), ['390 dark: color-contrast', '390 dark: div', '1280 light: button-name']);
  await close();
});

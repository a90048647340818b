/**
 * Every page, in both themes and both widths: nothing serious for axe to find, nothing wider than the window, no error in the console. A picture of
 * each is kept in `test-output/pages/`.
 */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { axeFindings, overflow } from './checks.ts';
import { SIZES, type Theme, type Width } from './chromium.ts';
import { CONSOLE_PAGES, goTo, pathOf } from './pages.ts';
import { setStage, type Stage } from './stage.ts';

const PICTURES = join(import.meta.dirname, '../../test-output/pages');
const WIDTHS: readonly Width[] = [1280, 390];
const THEMES: readonly Theme[] = ['light', 'dark'];

let stage: Stage;
before(async () => {
  rmSync(PICTURES, { recursive: true, force: true });
  mkdirSync(PICTURES, { recursive: true });
  stage = await setStage('shop');
});

for (const one of CONSOLE_PAGES) {
  test(`${one.name} is accessible, fits the window and complains of nothing, in both themes and widths`, async () => {
    const { page, complaints, close } = await stage.open({ as: one.as ?? 'admin' });
    await goTo(page, pathOf(one, stage.traces));
    if (one.press !== undefined) await page.keyboard.press(one.press);
    const found: string[] = [];
    for (const width of WIDTHS) {
      await page.setViewportSize(SIZES[width]);
      for (const theme of THEMES) {
        await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
        // Charts are drawn again after a change of size or colours.
        await page.waitForTimeout(150);
        await page.screenshot({ path: join(PICTURES, `${one.name}-${width}-${theme}.png`) });
        // Which elements there are depends on the width, and only their colours on the theme.
        const findings = [...(await axeFindings(page, theme === 'light' ? 'all' : 'colours')), ...(await overflow(page))];
        found.push(...findings.map((finding) => `${width} ${theme}: ${finding}`));
      }
    }
    assert.deepEqual(found, []);
    // Nobody is signed in, and the browser says that the server says so.
    const expected = one.as === 'nobody' ? /status of 401 .*\/api\/v1\/session\)$/u : /^$/u;
    assert.deepEqual(complaints.filter((line) => !expected.test(line)), []);
    assert.equal(await page.locator('main [role="alert"]').count(), 0, 'the page shows an error');
    await close();
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

/** What is there on every page: rail, palette, help, theme, time range, the way by keyboard. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { beforeFile } from './before-file.ts';
import { axeFindings, overflow } from './checks.ts';
import { SIZES, type Viewer } from './chromium.ts';
import { goTo, loaded } from './pages.ts';
import { shareStage, type Stage } from './stage.ts';

let stage: Stage;
let viewer: Viewer;
let page: Page;

beforeFile(import.meta.filename, async () => {
  stage = await shareStage('some');
  viewer = await stage.open();
  page = viewer.page;
});

test('the rail leads to each page, which names itself, and number keys do the same', async () => {
  await goTo(page, '/');
  assert.match(page.url(), /\/search/u);
  const names = ['Search', 'Services', 'Map', 'Findings', 'Integrity', 'Exposure', 'Policy', 'Ingest', 'Health', 'Settings'];
  for (const [at, name] of names.entries()) {
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: new RegExp(`^${name}`, 'u') }).click();
    await page.getByRole('heading', { level: 1, name }).waitFor();
    assert.equal(await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: new RegExp(`^${name}`, 'u') }).getAttribute('aria-current'), 'page', name);
    await page.keyboard.press(String((((at + 1) % names.length) + 1) % 10));
    await page.getByRole('heading', { level: 1, name: names[(at + 1) % names.length]! }).waitFor();
  }
});

test('each role begins at a page of its own, and no page that it is offered refuses anything', async () => {
  const begins = { auditor: 'Audit', operator: 'Health', 'key-custodian': 'Keys' };
  for (const [role, begin] of Object.entries(begins)) {
    const who = { name: `the-${role}`, password: `words-${crypto.randomUUID()}` };
    const other = await stage.open({ as: 'nobody' });
    const made = await other.context.request.post('/api/v1/accounts', { data: { ...who, roles: [role] }, headers: { authorization: `Bearer ${stage.token}` } });
    assert.ok(made.ok(), await made.text());
    assert.equal((await other.context.request.post('/api/v1/session', { data: who })).status(), 200);
    await goTo(other.page, '/');
    await other.page.getByRole('heading', { level: 1, name: begin }).waitFor();
    const links = other.page.getByRole('navigation', { name: 'Pages' }).getByRole('listitem').getByRole('link');
    for (const link of await links.all()) {
      await link.click();
      await other.page.getByRole('heading', { level: 1, name: (await link.innerText()).trim() }).waitFor();
      await loaded(other.page);
      assert.equal(await other.page.locator('main [role="alert"]').count(), 0, `${role} at ${other.page.url()}`);
    }
    // The keys of pages that are not there do nothing; their addresses say why, and what there is.
    const before = other.page.url();
    await other.page.keyboard.press('1');
    assert.equal(other.page.url(), before);
    await goTo(other.page, `/traces/${stage.traces['checkout']}`);
    await other.page.getByRole('heading', { name: 'This page is not for your roles' }).waitFor();
    assert.deepEqual([...(await axeFindings(other.page)), ...(await overflow(other.page))], []);
    await other.page.getByRole('main').getByRole('link', { name: 'Integrity' }).click();
    await other.page.getByRole('heading', { level: 1, name: 'Integrity' }).waitFor();
    assert.deepEqual(other.complaints, [], role);
    await other.close();
  }
});

test('on a phone the rail fits, and the rest of the pages are behind More', async () => {
  await page.setViewportSize(SIZES[390]);
  await goTo(page, '/health');
  const rail = page.getByRole('navigation', { name: 'Pages' });
  assert.ok(await rail.evaluate((element) => element.scrollWidth <= element.clientWidth), 'the rail scrolls sideways');
  await rail.getByRole('button', { name: 'More pages, now Health' }).press('Enter');
  assert.deepEqual(await axeFindings(page), []);
  await page.getByRole('menuitem', { name: 'Audit' }).click();
  await page.getByRole('heading', { level: 1, name: 'Audit' }).waitFor();
  await page.setViewportSize(SIZES[1280]);
});

test('the palette opens by key, finds services, pages and traces by id, and closes by Escape', async () => {
  await goTo(page, '/health');
  await page.keyboard.press('Control+k');
  const field = page.getByRole('searchbox', { name: 'Trace id, service, page or action' });
  await field.fill('service check');
  await page.getByRole('menuitem', { name: /checkout/u }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/services\/checkout/u);
  await page.keyboard.press('Control+k');
  await field.fill(stage.traces['checkout']!);
  await page.getByRole('menuitem').first().click();
  await page.waitForURL(new RegExp(`/traces/${stage.traces['checkout']}`, 'u'));
  await page.keyboard.press('Control+k');
  await field.fill('no such thing');
  await page.getByText('Nothing is called that').waitFor();
  // Once for what was typed, once for the palette.
  await page.keyboard.press('Escape');
  assert.equal(await field.inputValue(), '');
  await page.keyboard.press('Escape');
  await field.waitFor({ state: 'detached' });
});

test('the help lists the keys of the page', async () => {
  await goTo(page, '/search');
  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Keys of this page' });
  await help.getByText('Show the keys of this page').waitFor();
  await page.keyboard.press('Escape');
  await help.waitFor({ state: 'detached' });
});

test('the theme chosen here stays after a reload, against what the system says', async () => {
  await goTo(page, '/health');
  const isDark = (dark: boolean): Promise<unknown> =>
    page.waitForFunction((wanted) => {
      const [red = 255] = /\d+/u.exec(getComputedStyle(document.documentElement).backgroundColor) ?? [];
      return Number(red) < 128 === wanted;
    }, dark);
  const choose = async (name: string): Promise<void> => {
    await page.getByRole('button', { name: /^Theme/u }).click();
    await page.getByRole('menuitem', { name }).click();
  };
  await isDark(false);
  await choose('Dark');
  await isDark(true);
  await page.reload();
  await loaded(page);
  await isDark(true);
  await choose('As the system says');
  await isDark(false);
});

test('the time range stands in the address and goes along from page to page', async () => {
  await goTo(page, '/services');
  await page.getByRole('button', { name: /^Time range/u }).click();
  await page.getByRole('dialog', { name: 'Time range' }).getByRole('button', { name: /15 minutes/u }).click();
  await page.getByRole('button', { name: /^Time range: .*15 minutes/u }).waitFor();
  const from = new URL(page.url()).searchParams.get('from');
  assert.ok(from !== null, page.url());
  await page.getByRole('link', { name: 'Map', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Map' }).waitFor();
  assert.equal(new URL(page.url()).searchParams.get('from'), from);
});

test('the first Tab leads past the rail', async () => {
  await goTo(page, '/health');
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to the page' });
  assert.ok(await skip.evaluate((link) => link === document.activeElement));
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'page');
});

test('an address that leads nowhere says so and leads on', async () => {
  await goTo(page, '/health');
  await page.evaluate(() => history.pushState({}, '', '/nowhere'));
  await page.evaluate(() => dispatchEvent(new PopStateEvent('popstate')));
  await page.getByRole('link', { name: /search/iu }).first().waitFor();
});

test('the browser had nothing to complain of', () => assert.deepEqual(viewer.complaints, []));

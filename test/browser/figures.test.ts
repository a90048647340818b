/** From figures to traces: services, their charts, the map. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { askWell } from '#harness/exchange';
import type { Viewer } from './chromium.ts';
import { goTo, loaded } from './pages.ts';
import { SHOP_SERVICES } from './shop-traces.ts';
import { setStage, type Stage } from './stage.ts';

let stage: Stage;
let viewer: Viewer;
let page: Page;

before(async () => {
  stage = await setStage('shop');
  viewer = await stage.open();
  page = viewer.page;
});

const parameters = (): URLSearchParams => new URL(page.url()).searchParams;

test('every service of the shop is there with rate, errors and percentiles', async () => {
  await goTo(page, '/services');
  const table = page.getByRole('table', { name: /^Services/u });
  for (const service of SHOP_SERVICES) {
    const row = table.getByRole('row', { name: new RegExp(`^${service} `, 'u') });
    await row.waitFor();
    assert.match(await row.innerText(), /\d(?:\.\d+)?\/(?:s|min|h)[^]*ms/u, service);
  }
});

test('the list is narrowed by name', async () => {
  await page.getByLabel('Filter by name').fill('pay');
  await page.getByRole('link', { name: 'payment', exact: true }).waitFor();
  assert.equal(await page.getByRole('link', { name: 'mailer', exact: true }).count(), 0);
  await page.getByLabel('Filter by name').fill('');
});

test('the figures are those of the API for the same time', async () => {
  const [from, to] = [50, 5].map((minutes) => new Date(Date.now() - minutes * 60_000).toISOString());
  const { groups } = await askWell<{ groups: { count: number; errors: number }[] }>(stage.server, stage.token, `/api/v1/red?by=service&service=payment&kind=entry&start=${from}&end=${to}`);
  const [payment] = groups;
  assert.ok(payment !== undefined && payment.errors > 5, JSON.stringify(groups));
  await goTo(page, `/services/payment?from=${from}&to=${to}`);
  await page.getByText(`${payment.errors} failed`, { exact: true }).waitFor();
  await page.getByText(String(payment.count), { exact: true }).first().waitFor();
});

test('a share of errors leads to the failed traces', async () => {
  await goTo(page, '/services');
  await page.getByRole('row', { name: /^checkout /u }).getByRole('link', { name: /%$/u }).click();
  await page.waitForURL(/\/search/u);
  await loaded(page);
  assert.deepEqual([parameters().get('service'), parameters().get('status')], ['checkout', 'error']);
  await page.getByRole('list', { name: 'Traces' }).getByRole('listitem').first().waitFor();
});

test('a point of a chart leads to its traces, by pointer and by keys', async () => {
  await goTo(page, '/services/checkout');
  const chart = page.getByRole('application', { name: /^Spans a second/u });
  await chart.focus();
  for (let at = 0; at < 10; at++) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/search/u);
  assert.equal(parameters().get('service'), 'checkout');
  assert.ok(parameters().has('from') && parameters().has('to'), page.url());
  await page.goBack();
  await loaded(page);
  const percentiles = page.getByRole('application', { name: /^Percentiles/u });
  const said = percentiles.locator('xpath=following-sibling::*[@role="status"]');
  // The picture is drawn anew when its data has come: the pointer moves until the chart has seen it.
  for (let tries = 0; (await said.textContent()) === '' && tries < 40; tries++) {
    const { x, y, width, height } = (await percentiles.boundingBox())!;
    await page.mouse.move(x + width * 0.4 + (tries % 2), y + height * 0.4);
    await page.waitForTimeout(100);
  }
  assert.notEqual(await said.textContent(), '', 'the chart saw no pointer');
  await page.mouse.down();
  await page.mouse.up();
  await page.waitForURL(/\/search/u);
  assert.equal(parameters().get('service'), 'checkout');
});

test('an edge of the map leads to the traces of its calls', async () => {
  await goTo(page, '/map');
  const picture = page.getByRole('group', { name: /^Service map/u });
  const edge = picture.getByRole('button', { name: /^checkout calls payment/u });
  await edge.focus();
  await page.keyboard.press('Enter');
  const selected = page.getByRole('complementary', { name: 'What is selected' });
  await selected.getByRole('link', { name: /failed|error/iu }).click();
  await page.waitForURL(/\/search/u);
  await loaded(page);
  assert.deepEqual([parameters().get('service'), parameters().get('status')], ['payment', 'error']);
  await page.getByRole('list', { name: 'Traces' }).getByRole('listitem').first().waitFor();
});

test('a service of the map leads to its page, and the map is there as a table', async () => {
  await goTo(page, '/map');
  await page.getByRole('group', { name: /^Service map/u }).getByRole('button', { name: /^inventory /u }).click();
  const selected = page.getByRole('complementary', { name: 'What is selected' });
  await selected.getByText('inventory').first().waitFor();
  await page.getByRole('radio', { name: 'Table' }).check({ force: true });
  await page.getByRole('table').getByText('payment').first().waitFor();
  await page.getByRole('link', { name: 'inventory', exact: true }).first().click();
  await page.waitForURL(/\/services\/inventory/u);
});

test('the browser had nothing to complain of', () => assert.deepEqual(viewer.complaints, []));

test('charts are drawn in a browser whose language has a name that is none', async () => {
  const other = await stage.open();
  await other.page.addInitScript(() => Object.defineProperty(navigator, 'language', { value: 'en-US@posix', configurable: true }));
  await goTo(other.page, '/services/payment');
  await other.page.locator('.uplot').first().waitFor();
  await other.close();
});

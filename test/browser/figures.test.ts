/** From figures to traces: services, their charts, the map. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { askWell } from '#harness/exchange';
import { beforeFile } from './before-file.ts';
import type { Viewer } from './chromium.ts';
import { xssPayloads } from './odd-traces.ts';
import { goTo, loaded } from './pages.ts';
import { SHOP_SERVICES } from './shop-traces.ts';
import { shareStage, type Stage } from './stage.ts';
import { dangerousLinks, listenForScripts } from './witness.ts';

let stage: Stage;
let viewer: Viewer;
let page: Page;

beforeFile(import.meta.filename, async () => {
  stage = await shareStage('some');
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

const exposed = () => page.getByRole('table', { name: /^Exposure/u });
const rowOf = (key: string, service: string) => exposed().getByRole('row', { name: new RegExp(`^${key.replaceAll('.', '\\.')} .*${service}`, 'u') });

test('the exposure page says what is sent where, since when, what is new and which rule acts', async () => {
  await goTo(page, '/exposure');
  const mails = rowOf('enduser.id', 'frontend');
  assert.match((await mails.innerText()).replaceAll(/\s+/gu, ' '), /^enduser\.id span frontend e-mail addresses [0-9,]+ .* replaced by everything-recognized/u);
  await goTo(page, '/exposure?from=24h');
  await rowOf('shop.customer.phone', 'cart').waitFor();
  assert.equal(await exposed().getByText('new', { exact: true }).count(), 0, 'nothing is older than the day');
  await goTo(page, '/exposure?from=15m');
  await rowOf('shop.customer.phone', 'cart').getByText('new', { exact: true }).waitFor();
  assert.equal(await rowOf('enduser.id', 'frontend').getByText('new', { exact: true }).count(), 0);
});

test('exposure is narrowed and sorted in the address, by pointer and by keys', async () => {
  await goTo(page, '/exposure?from=15m');
  await page.keyboard.press('n');
  await page.waitForURL(/new=1/u);
  await loaded(page);
  assert.equal(await exposed().getByRole('row').count(), 2, 'its head and what the new version of the cart sends');
  await page.keyboard.press('n');
  await page.getByRole('button', { name: /^Any kind/u }).click();
  await page.getByRole('option', { name: 'phone numbers' }).click();
  await page.waitForURL(/kind=phone/u);
  assert.equal(await exposed().getByText('e-mail addresses').count(), 0);
  await exposed().getByRole('button', { name: 'Service' }).press('Enter');
  await page.waitForURL(/sort=service/u);
  assert.deepEqual(await exposed().locator('tbody tr td:nth-child(2)').allInnerTexts(), ['cart', 'frontend']);
  await goTo(page, '/exposure?service=mailer');
  assert.deepEqual(await exposed().locator('tbody th').allInnerTexts(), ['mail.to\nspan']);
});

test('a line of exposure leads to traces that have it, and a span of theirs names the rule', async () => {
  await goTo(page, '/exposure?service=mailer');
  await rowOf('mail.to', 'mailer').getByRole('link', { name: /^Traces with/u }).click();
  await page.waitForURL(/\/search/u);
  await loaded(page);
  assert.deepEqual([parameters().get('service'), parameters().get('attribute')], ['mailer', 'span:mail.to']);
  await page.getByRole('list', { name: 'Traces' }).getByRole('listitem').first().waitFor();
  await goTo(page, `/traces/${stage.traces['checkout']}`);
  // The span that begins the trace.
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  const minimized = page.getByRole('region', { name: 'What was minimized' });
  await minimized.getByText('made coarser by addresses-keep-their-network').waitFor();
  assert.equal(await minimized.getByRole('link', { name: 'everything-recognized' }).first().getAttribute('href'), '/policy?rule=everything-recognized');
  assert.equal(await page.getByText('This is not what was proved').count(), 0);
});

test('without anything to show the exposure page says what would appear, and hostile names in it stay texts', async () => {
  const other = await stage.open();
  const ran = await listenForScripts(other.context);
  let rows: readonly object[] = [];
  await other.context.route(/\/api\/v1\/exposure/u, (route) => route.fulfill({ json: { start: '1764450000000000000', end: '1764453600000000000', stepNano: '300000000000', more: false, rows } }));
  await goTo(other.page, '/exposure');
  await other.page.getByRole('heading', { name: 'Nothing sensitive was seen in this time' }).waitFor();
  await goTo(other.page, '/exposure?new=1');
  await other.page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
  rows = xssPayloads('exposed').map((text) => ({ service: text, place: 'span', key: text, inKey: false, kind: text, rest: false, count: 1, firstSeen: '1764450000000000000', lastSeen: '1764450000000000000', isNew: true, trend: [1], rule: text, action: 'replace', elsewhere: [{ rule: text, action: text }] }));
  await goTo(other.page, '/exposure');
  assert.equal(await other.page.getByRole('table').locator('tbody tr').count(), rows.length);
  assert.deepEqual([ran, await dangerousLinks(other.page)], [[], []]);
  await other.close();
});

test('the browser had nothing to complain of', () => assert.deepEqual(viewer.complaints, []));

test('charts are drawn in a browser whose language has a name that is none', async () => {
  const other = await stage.open();
  await other.page.addInitScript(() => Object.defineProperty(navigator, 'language', { value: 'en-US@posix', configurable: true }));
  await goTo(other.page, '/services/payment');
  await other.page.locator('.uplot').first().waitFor();
  await other.close();
});

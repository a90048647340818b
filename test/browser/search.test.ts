/** Searching as people do: words and chips, the picture drawn over, the list walked by keys, a tail that lives; and all of it in the address. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { exportOf, newSpanId, newTraceId, sendWell, spanOf } from '#harness/exchange';
import type { Viewer } from './chromium.ts';
import { goTo, loaded } from './pages.ts';
import { setStage, type Stage } from './stage.ts';

let stage: Stage;
let viewer: Viewer;
let page: Page;
let bar: Locator;
let rows: Locator;

before(async () => {
  stage = await setStage('shop');
  viewer = await stage.open();
  page = viewer.page;
  bar = page.getByRole('combobox', { name: /^Search traces/u });
  rows = page.getByRole('list', { name: 'Traces' }).getByRole('listitem');
});
after(() => assert.deepEqual(viewer.complaints, []));

const parameters = (): URLSearchParams => new URL(page.url()).searchParams;
const chips = (): Promise<string[]> => page.getByRole('list', { name: 'Filters' }).getByRole('listitem').allInnerTexts();

/** Runs something that asks for traces, and waits for the answer to be drawn. */
async function searching(act: () => Promise<unknown>): Promise<void> {
  const answered = page.waitForResponse((response) => new URL(response.url()).pathname === '/api/v1/search');
  await act();
  await answered;
  await loaded(page);
}

test('what is typed is completed, becomes a chip, and stands in the address', async () => {
  await goTo(page, '/search');
  await page.keyboard.press('/');
  assert.ok(await bar.evaluate((field) => field === document.activeElement), 'the key / does not lead to the query bar');
  await page.keyboard.type('service:che');
  await page.getByRole('option', { name: /checkout/u }).first().waitFor();
  await searching(async () => {
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
  });
  assert.equal(parameters().get('service'), 'checkout');
  await page.keyboard.type('http.rou');
  await page.getByRole('option', { name: /http\.route/u }).first().waitFor();
  await page.keyboard.press('Tab');
  assert.match(await bar.inputValue(), /^http\.route/u);
  await bar.fill('http.route=');
  await page.getByRole('option', { name: /\/orders/u }).first().waitFor();
  await searching(() => page.getByRole('option', { name: /\/orders/u }).first().click());
  assert.deepEqual(parameters().getAll('attribute'), ['http.route=/orders']);
  assert.equal((await chips()).length, 2);
});

test('the address alone brings the same search back', async () => {
  const before = { address: page.url(), chips: await chips(), first: await rows.first().innerText() };
  await goTo(page, '/health');
  await goTo(page, before.address);
  assert.deepEqual(await chips(), before.chips);
  assert.equal((await rows.first().innerText()).split('\n')[0], before.first.split('\n')[0]);
});

test('a chip goes by its cross, the last one by Backspace', async () => {
  await searching(() => page.getByRole('button', { name: /^Remove the filter http\.route/u }).click());
  assert.deepEqual(parameters().getAll('attribute'), []);
  await searching(async () => {
    await bar.focus();
    await page.keyboard.press('Backspace');
  });
  assert.equal(parameters().get('service'), null);
});

test('what cannot be read is said under the bar, and asks nothing', async () => {
  await bar.fill('duration>fast');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').first().waitFor();
  assert.equal(parameters().get('durationMin'), null);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
});

test('drawing a box over the picture narrows time and duration', async () => {
  await goTo(page, '/search');
  const picture = page.getByRole('img', { name: /^Duration over time/u });
  await picture.waitFor();
  const { x, y, width, height } = (await picture.boundingBox())!;
  await searching(async () => {
    await page.mouse.move(x + width * 0.5, y + height * 0.35);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.75, y + height * 0.6, { steps: 6 });
    await page.mouse.up();
  });
  const after = parameters();
  assert.ok(after.has('durationMin') && after.has('durationMax') && after.has('from') && after.has('to'), page.url());
  await page.goBack();
  await loaded(page);
  assert.equal(parameters().get('durationMin'), null);
});

test('a facet narrows, and its minus leaves out', async () => {
  await goTo(page, '/search');
  const narrow = page.getByRole('complementary', { name: 'Narrow down' });
  await searching(() => narrow.getByRole('button', { name: /^✕ error/u }).click());
  assert.equal(parameters().get('status'), 'error');
  await searching(() => narrow.getByRole('button', { name: 'Not checkout', exact: true }).click());
  assert.match(parameters().getAll('attribute').join(), /service!=checkout/u);
});

test('the picture is there as a table, too, and as a heat map', async () => {
  await goTo(page, '/search');
  await page.getByRole('radio', { name: 'Table' }).check({ force: true });
  await page.getByRole('region', { name: 'Spans over time' }).getByRole('table').waitFor();
  assert.equal(parameters().get('view'), 'table');
  await page.getByRole('radio', { name: /^Heat/u }).check({ force: true });
  await page.getByRole('region', { name: 'Spans over time' }).getByRole('img').waitFor();
});

test('j and k walk the list, x chooses, Enter opens, and two chosen ones are compared', async () => {
  await goTo(page, '/search?service=checkout');
  const at = (): Promise<number> => page.evaluate(() => Number(document.activeElement?.closest<HTMLElement>('[data-at]')?.dataset['at'] ?? -1));
  const reaches = (row: number): Promise<unknown> => page.waitForFunction((wanted) => document.activeElement?.closest<HTMLElement>('[data-at]')?.dataset['at'] === String(wanted), row);
  for (const row of [0, 1, 2]) {
    await page.keyboard.press('j');
    await reaches(row);
  }
  await page.keyboard.press('k');
  await reaches(1);
  await page.keyboard.press('x');
  await page.keyboard.press('j');
  await reaches(2);
  await page.keyboard.press('x');
  await page.getByText('Two traces chosen.').waitFor();
  assert.equal(await at(), 2);
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  await page.waitForURL(/\/compare\/[0-9a-f]{32}\/[0-9a-f]{32}/u);
  await page.goBack();
  await loaded(page);
  await page.keyboard.press('j');
  await reaches(0);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/traces\/[0-9a-f]{32}/u);
});

test('a pasted trace id leads to the trace', async () => {
  await goTo(page, '/search');
  await bar.fill(stage.traces['checkout']!);
  await page.keyboard.press('Enter');
  await page.waitForURL(new RegExp(`/traces/${stage.traces['checkout']}`, 'u'));
});

test('a search is saved by name, and the recent ones are remembered', async () => {
  await goTo(page, '/search?status=error&service=payment');
  const button = page.getByRole('button', { name: 'Saved and recent searches' });
  await button.click();
  const menu = page.getByRole('dialog', { name: 'Saved and recent searches' });
  await menu.getByLabel('Save this search as').fill('Failed payments');
  await menu.getByRole('button', { name: 'Save', exact: true }).click();
  await menu.getByRole('button', { name: 'Failed payments', exact: true }).waitFor();
  await goTo(page, '/search');
  await button.click();
  await searching(() => menu.getByRole('button', { name: 'Failed payments', exact: true }).click());
  assert.deepEqual([parameters().get('status'), parameters().get('service')], ['error', 'payment']);
});

test('the live tail brings what arrives, without a press', async () => {
  await goTo(page, '/search?service=tail-test');
  await page.getByRole('button', { name: 'Live', exact: true }).click();
  await page.getByText(/^Live/u).last().waitFor();
  const traceId = newTraceId();
  await sendWell(stage.server, stage.key, exportOf([spanOf({}, { traceId, spanId: newSpanId(), name: 'arrived live' })], 'tail-test'));
  await page.getByRole('link', { name: /arrived live/u }).waitFor();
  assert.equal(parameters().get('live'), '1');
});

test('nothing found says so and offers a way on', async () => {
  await goTo(page, '/search?service=nobody-is-called-that');
  const results = page.getByRole('region', { name: 'Results' });
  await results.getByRole('heading').first().waitFor();
  assert.ok((await results.getByRole('button').count()) > 0, 'no way on');
});

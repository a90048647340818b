/** The search page as people use it: what is there at once, the query bar, pictures, list, facets, live tail, kept searches, and what it says when nothing comes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { until } from '#harness';
import { exportOf, sendWell, spanOf } from '#harness/exchange';
import type { Locator, Page } from 'playwright-core';
import { beforeFile } from './before-file.ts';
import type { Viewer } from './chromium.ts';
import { goTo, loaded } from './pages.ts';
import { shareStage, type Stage } from './stage.ts';

let stage: Stage;
let viewer: Viewer;
let page: Page;
let bar: Locator;

beforeFile(import.meta.filename, async () => {
  stage = await shareStage('some');
  viewer = await stage.open();
  page = viewer.page;
  bar = page.getByRole('combobox', { name: /^Search traces/u });
});

const rows = (): Locator => page.getByRole('listitem').filter({ has: page.locator('[data-row-link]') });
const chips = (): Promise<string[]> => page.getByRole('button', { name: /^Change the filter/u }).evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')?.slice('Change the filter '.length) ?? ''));
const attributes = (): string[] => new URL(page.url()).searchParams.getAll('attribute');
const parameter = (name: string): string | null => new URL(page.url()).searchParams.get(name);

test('the newest traces of the last hour are there at once, without a form', async () => {
  await goTo(page, '/search');
  assert.ok((await rows().count()) > 5);
  await page.getByRole('status').filter({ hasText: /traces? so far/u }).first().waitFor();
  await page.getByRole('img', { name: /^Duration over time of/u }).waitFor();
});

test('keys and values are completed and become a chip; Backspace takes it away', async () => {
  await goTo(page, '/search');
  await page.keyboard.press('/');
  await page.keyboard.type('route');
  await page.getByRole('option', { name: /^http\.route/u }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  assert.equal(await bar.inputValue(), 'http.route');
  await page.getByRole('option', { name: /^= is/u }).click();
  await page.getByRole('option', { name: /^\/checkout/u }).click();
  await page.waitForFunction(() => location.search.includes('checkout'));
  assert.deepEqual(attributes(), ['http.route=/checkout']);
  assert.deepEqual(await chips(), ['http.route = /checkout']);
  assert.equal(await bar.inputValue(), '');
  await page.keyboard.press('Backspace');
  await page.waitForFunction(() => !location.search.includes('checkout'));
  assert.deepEqual(await chips(), []);
});

test('a whole query is typed, run by Enter, and a chip is changed in place', async () => {
  await goTo(page, '/search');
  await bar.fill('service:checkout status:error duration>1ms');
  await bar.press('Enter');
  await page.waitForFunction(() => location.search.includes('durationMin=1ms'));
  assert.deepEqual([parameter('service'), parameter('status')], ['checkout', 'error']);
  await page.getByRole('button', { name: 'Change the filter duration ≥ 1 ms' }).click();
  assert.equal(await bar.inputValue(), 'duration>=1ms');
  await bar.fill('duration>=2ms');
  await bar.press('Enter');
  await page.waitForFunction(() => location.search.includes('durationMin=2ms'));
  assert.equal((await chips()).length, 3);
  await page.getByRole('button', { name: 'Remove the filter status : error' }).click();
  await page.waitForFunction(() => !location.search.includes('status='));
  await page.goBack();
  await page.waitForFunction(() => location.search.includes('status=error'));
});

test('what cannot be read is said where it stands, with what to write', async () => {
  await goTo(page, '/search');
  await bar.fill('service:cart duration>200');
  await bar.press('Enter');
  await page.getByRole('alert').filter({ hasText: 'duration>200ms' }).waitFor();
  assert.equal(await bar.getAttribute('aria-invalid'), 'true');
  await until(() => bar.evaluate((field: HTMLInputElement) => field.selectionStart === 13 && field.selectionEnd === 25), 'what is wrong is selected');
  assert.equal(parameter('service'), null);
});

test('a trace id leads to its trace, words find what a span says', async () => {
  await goTo(page, '/search');
  const id = stage.traces['declined'] ?? '';
  await bar.fill(id);
  await bar.press('Enter');
  await page.waitForURL(new RegExp(`/traces/${id}`, 'u'));
  await goTo(page, '/search');
  await bar.fill('declined');
  await bar.press('Enter');
  await page.waitForFunction(() => location.search.includes('declined'));
  await loaded(page);
  assert.deepEqual(attributes(), ['*~declined']);
  assert.ok((await rows().count()) > 0);
});

test('a box drawn over the points becomes a time range and durations; over the bars a time range', async () => {
  await goTo(page, '/search');
  const cloud = await page.getByRole('img', { name: /^Duration over time of/u }).boundingBox();
  assert.ok(cloud !== null);
  await draw(page, [cloud.x + 100, cloud.y + 30], [cloud.x + 300, cloud.y + 120]);
  await page.waitForFunction(() => location.search.includes('durationMax'));
  assert.ok(Date.parse(parameter('from') ?? '') < Date.parse(parameter('to') ?? ''));
  assert.match(parameter('durationMin') ?? '', /^[0-9.]+(?:us|ms|s)$/u);
  const drawn = Date.parse(parameter('from') ?? '');
  await page.getByRole('button', { name: 'Zoom out' }).click();
  await page.waitForFunction((before) => Date.parse(new URLSearchParams(location.search).get('from') ?? '') < before, drawn);
  await goTo(page, '/search');
  const bars = page.getByLabel(/^Spans over time\. Arrow keys/u);
  await bars.focus();
  for (const key of ['Home', 'ArrowRight', 'Shift+ArrowRight', 'Enter']) await page.keyboard.press(key);
  await page.waitForFunction(() => location.search.includes('to='));
  const length = Date.parse(parameter('to') ?? '') - Date.parse(parameter('from') ?? '');
  assert.ok(length >= 79_000 && length <= 82_000, String(length));
});

test('j and k walk the list, x chooses, two chosen traces are compared', async () => {
  await goTo(page, '/search');
  await page.keyboard.press('j');
  await page.waitForFunction(() => document.activeElement?.closest('[data-at="0"]') !== null);
  for (let at = 1; at <= 12; at++) {
    await page.keyboard.press('j');
    await page.waitForFunction((wanted) => document.activeElement?.closest(`[data-at="${wanted}"]`) !== null && document.activeElement !== null, at);
  }
  await page.keyboard.press('x');
  await page.keyboard.press('k');
  await page.waitForFunction(() => document.activeElement?.closest('[data-at="11"]') !== null);
  await page.keyboard.press('x');
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  await page.waitForURL(/\/compare\/[0-9a-f]{32}\/[0-9a-f]{32}/u);
});

test('the list goes on as far as there are traces, and draws only what is seen', async () => {
  await goTo(page, '/search?from=2h');
  await page.waitForFunction(
    () => {
      scrollTo(0, document.documentElement.scrollHeight);
      return [...document.querySelectorAll('[data-at]')].some((row) => Number(row.getAttribute('data-at')) > 300);
    },
    undefined,
    { polling: 100 },
  );
  assert.ok((await page.locator('[data-at]').count()) < 60);
});

test('a facet includes and excludes', async () => {
  await goTo(page, '/search');
  const services = page.getByRole('region', { name: 'Service', exact: true });
  await services.getByRole('button', { name: /^cart/u }).click();
  await page.waitForFunction(() => location.search.includes('service=cart'));
  await services.getByRole('button', { name: 'Not cart' }).click();
  await page.waitForFunction(() => location.search.includes('field%3Aservice%21%3Dcart'));
  assert.equal(parameter('service'), null);
  await loaded(page);
  assert.ok((await rows().count()) > 0);
});

test('a search is saved under a name, opened, renamed and deleted', async () => {
  await goTo(page, '/search?status=error&order=longest');
  const menu = page.getByRole('button', { name: 'Saved and recent searches' });
  await menu.click();
  await page.getByRole('textbox', { name: 'Save this search as' }).fill('Failures');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('button', { name: 'Failures', exact: true }).waitFor();
  await page.keyboard.press('Escape');
  await goTo(page, '/search');
  await menu.click();
  await page.getByRole('button', { name: 'Failures', exact: true }).click();
  await page.waitForFunction(() => location.search.includes('status=error'));
  assert.equal(parameter('order'), 'longest');
  await menu.click();
  await page.getByRole('button', { name: 'Rename Failures' }).click();
  await page.getByRole('textbox', { name: 'New name' }).fill('Errors');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Delete Errors' }).click();
  await page.getByText('None yet.').waitFor();
  await page.keyboard.press('Escape');
});

/** What is in view once the list with which the tail begins has come. */
async function steadyView(): Promise<Awaited<ReturnType<typeof firstInView>>> {
  let before = await firstInView(page);
  for (let same = 0; same < 2; ) {
    await page.waitForTimeout(800);
    const now = await firstInView(page);
    same = isDeepStrictEqual(now, before) ? same + 1 : 0;
    before = now;
  }
  return before;
}

test('the live tail puts what arrives on top and never moves what is being read', async () => {
  await goTo(page, '/search?live=1');
  await page.getByText(/^Live, /u).waitFor();
  // The list as it was when the tail began is asked for anew, and takes as long as it takes.
  await page.locator('[role=list][aria-label=Traces][aria-busy=false]').waitFor();
  await page.mouse.wheel(0, 900);
  await page.waitForFunction(() => scrollY > 600);
  const read = await steadyView();
  await sendWell(stage.server, stage.key, exportOf([spanOf({}, { name: 'arrived while reading' })], 'late'));
  await page.getByRole('button', { name: /new$/u }).waitFor();
  assert.deepEqual(await firstInView(page), read);
  await page.getByRole('button', { name: /new$/u }).click();
  await page.getByRole('link', { name: 'arrived while reading' }).waitFor();
});

test('a live tail that is over says why, and goes on when asked', async () => {
  let asked = 0;
  await viewer.context.route(/\/api\/v1\/search\/tail/u, (route) => {
    asked += 1;
    return asked === 1 ? route.fulfill({ contentType: 'text/event-stream', body: 'event: end\ndata: {"reason":"time"}\n\n' }) : route.continue();
  });
  await goTo(page, '/search');
  await page.keyboard.press('l');
  await page.getByText('The live tail ended after ten minutes.').waitFor();
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByText(/^Live, /u).waitFor();
  await page.getByRole('button', { name: 'Pause' }).click();
  await sendWell(stage.server, stage.key, exportOf([spanOf({}, { name: 'arrived while paused' })], 'late'));
  await page.getByText('Paused, 1 waiting').waitFor();
  assert.equal(await page.getByRole('link', { name: 'arrived while paused' }).count(), 0);
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('link', { name: 'arrived while paused' }).waitFor();
  await viewer.context.unroute(/\/api\/v1\/search\/tail/u);
});

test('coming back shows the list as it was left, coming anew shows the newest', async () => {
  await page.clock.install();
  await goTo(page, '/search');
  await page.mouse.wheel(0, 700);
  await page.waitForFunction(() => scrollY > 500);
  const before = await firstInView(page);
  await page.locator('[data-row-link]').nth(6).click();
  await page.waitForURL(/\/traces\//u);
  await sendWell(stage.server, stage.key, exportOf([spanOf({}, { name: 'arrived meanwhile' })], 'late'));
  await page.clock.fastForward(40_000);
  await page.goBack();
  await loaded(page);
  await page.waitForFunction(() => scrollY > 500);
  assert.deepEqual(await firstInView(page), before);
  await page.getByRole('link', { name: 'Services', exact: true }).click();
  await page.waitForURL(/\/services/u);
  await page.getByRole('link', { name: 'Search', exact: true }).click();
  await page.getByRole('link', { name: 'arrived meanwhile' }).waitFor();
});

test('nothing found says how to find something', async () => {
  await goTo(page, '/search?service=cart&attribute=nowhere%3D1');
  await page.getByRole('heading', { name: /No span fulfils/u }).waitFor();
  await page.getByRole('button', { name: 'Without nowhere = 1' }).click();
  await page.waitForFunction(() => !location.search.includes('nowhere'));
  await loaded(page);
  assert.ok((await rows().count()) > 0);
});

test('a refused search keeps its way on: a pattern is changed, a timeout gets narrower', async () => {
  await goTo(page, '/search?attribute=field%3Aname%3D~(');
  await page.getByRole('alert').filter({ hasText: /regular expression/u }).waitFor();
  await page.getByRole('button', { name: 'Take it out' }).click();
  await page.waitForFunction(() => !location.search.includes('attribute'));
  await viewer.context.route(/\/api\/v1\/search\?/u, (route) => route.fulfill({ status: 504, contentType: 'application/json', body: '{"error":{"code":"query_timeout","message":"The query took longer than its deadline.","advice":"Narrow it.","requestId":"r"}}' }));
  await page.goto('/search');
  await page.getByRole('button', { name: 'Last 15 minutes' }).waitFor();
  await viewer.context.unroute(/\/api\/v1\/search\?/u);
  await page.getByRole('button', { name: 'Last 15 minutes' }).click();
  await loaded(page);
  assert.equal(parameter('from'), '15m');
});

async function draw(on: Page, from: readonly [number, number], to: readonly [number, number]): Promise<void> {
  await on.mouse.move(...from);
  await on.mouse.down();
  await on.mouse.move(...to, { steps: 6 });
  await on.mouse.up();
}

/** The trace at the middle of the window and where it is. */
async function firstInView(on: Page): Promise<unknown> {
  return on.evaluate(() => {
    const row = [...document.querySelectorAll('[data-at]')].find((one) => one.getBoundingClientRect().top > 300);
    return [row?.querySelector('a')?.getAttribute('href'), Math.round(row?.getBoundingClientRect().top ?? 0)];
  });
}

test('the browser had nothing to complain of', () => assert.deepEqual(viewer.complaints.filter((one) => !/status of (?:400|503|504)/u.test(one)), []));

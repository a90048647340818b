/** Reading a trace as people do: by keys, by pointer, as flame and lists, in detail, beside another one; and what one sees stands in the address. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { askWell, exportOf, sendWell, type Json } from '#harness/exchange';
import { beforeFile } from './before-file.ts';
import { axeFindings } from './checks.ts';
import type { Viewer } from './chromium.ts';
import { goTo, loaded } from './pages.ts';
import { shareStage, type Stage } from './stage.ts';

let stage: Stage;
let viewer: Viewer;
let page: Page;
let tree: Locator;
let details: Locator;

beforeFile(import.meta.filename, async () => {
  stage = await shareStage('some');
  viewer = await stage.open();
  page = viewer.page;
  tree = page.getByRole('treegrid');
  details = page.getByRole('region', { name: 'Details of the span' });
});

const address = (name: string): string | null => new URL(page.url()).searchParams.get(name);
const rowCount = async (): Promise<number> => Number(await tree.getAttribute('aria-rowcount')) - 1;
/** The text of the row that the keys have reached. */
const current = async (): Promise<string> => {
  const id = await tree.getAttribute('aria-activedescendant');
  return id === null ? '' : page.locator(`[id="${id}"]`).innerText();
};
const press = async (...keys: string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key);
  await page.waitForTimeout(30);
};

test('the head says what the trace is, how long it took, what failed and what was replaced', async () => {
  await goTo(page, `/traces/${stage.traces['declined']}`);
  const main = page.getByRole('main');
  await page.getByRole('heading', { level: 1, name: 'frontend POST /checkout' }).waitFor();
  await main.getByText(/\d+ errors/u).first().waitFor();
  await main.getByText(/\d+ values minimized: .*e-mail addresses/u).waitFor();
});

test('j and k move, Left folds, Right unfolds', async () => {
  const all = await rowCount();
  await press('j', 'j', 'j');
  assert.match(await current(), /checkout/u);
  await press('k');
  assert.match(await current(), /POST \/orders/u);
  await press('ArrowLeft');
  const folded = await rowCount();
  assert.ok(folded < all, `${folded} of ${all} rows`);
  await press('ArrowRight');
  assert.equal(await rowCount(), all);
  await page.getByRole('button', { name: 'Fold all', exact: true }).click();
  assert.ok((await rowCount()) < all);
  await page.getByRole('button', { name: 'Unfold all' }).click();
  assert.equal(await rowCount(), all);
});

test('e goes to the next error, Enter opens its details, and the address holds the span', async () => {
  await goTo(page, `/traces/${stage.traces['declined']}`);
  const { resourceSpans } = await askWell<{ resourceSpans: { scopeSpans: { spans: { spanId: string; status?: { code?: number } }[] }[] }[] }>(stage.server, stage.token, `/api/v1/traces/${stage.traces['declined']}`);
  const failed = new Set(resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.filter(({ status }) => status?.code === 2).map(({ spanId }) => spanId))));
  assert.ok(failed.size >= 3);
  for (let at = 0; at < failed.size; at++) await press('e');
  await press('Enter');
  await details.getByRole('region', { name: 'What the span says' }).getByText('Span id').waitFor();
  await page.waitForURL(/[?&]span=[0-9a-f]{16}/u);
  assert.ok(failed.has(address('span') ?? ''), 'the key e leads to a span that did not fail');
  // The last failed one is where it happened: its exception is told.
  await details.getByText('CardDeclined').first().waitFor();
  await details.getByText(/1 e-mail address/u).first().waitFor();
  const link = page.url();
  await goTo(page, '/health');
  await goTo(page, link);
  await details.getByText('CardDeclined').first().waitFor();
  await press('Escape');
  await details.waitFor({ state: 'detached' });
});

test('f shows only a span and what is below it', async () => {
  await goTo(page, `/traces/${stage.traces['checkout']}`);
  const all = await rowCount();
  await press('j', 'j', 'f');
  await page.waitForURL(/focus=/u);
  const some = await rowCount();
  assert.ok(some > 0 && some < all, `${some} of ${all}`);
  await press('Escape');
  await page.waitForFunction((count) => document.querySelector('[role="treegrid"]')?.getAttribute('aria-rowcount') === String(count + 1), all);
});

test('/ finds in names and in attributes, n walks the matches, and only they can be shown', async () => {
  await goTo(page, `/traces/${stage.traces['checkout']}`);
  const all = await rowCount();
  await press('/');
  await page.keyboard.type('cache.internal');
  await page.waitForURL(/q=cache\.internal/u);
  await page.getByText(/\d+ (?:of|match)/u).first().waitFor();
  await page.getByRole('button', { name: 'Next match' }).click();
  assert.match(await current(), /cart/u);
  await page.getByRole('button', { name: /Show$/u }).click();
  await page.getByRole('option', { name: 'Only matches' }).click();
  await page.waitForURL(/only=matches/u);
  await page.waitForFunction((count) => Number(document.querySelector('[role="treegrid"]')?.getAttribute('aria-rowcount')) < count, all);
});

test('a service is folded from the head', async () => {
  await goTo(page, `/traces/${stage.traces['checkout']}`);
  const all = await rowCount();
  await page.getByRole('group', { name: /^Services/u }).getByRole('button', { name: /^inventory/u }).click();
  await page.waitForURL(/fold=inventory/u);
  assert.ok((await rowCount()) < all);
});

test('a stretch of time is chosen on the strip', async () => {
  await goTo(page, `/traces/${stage.traces['checkout']}`);
  const { x, y, width, height } = (await page.getByRole('img', { name: /^The whole trace/u }).boundingBox())!;
  await page.mouse.move(x + width * 0.3, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.6, y + height / 2, { steps: 5 });
  await page.mouse.up();
  await page.waitForURL(/zoom=/u);
  await press('Escape');
  await page.waitForFunction(() => !location.search.includes('zoom='));
});

test('flame, spans and operations show the same trace', async () => {
  await goTo(page, `/traces/${stage.traces['checkout']}`);
  const choose = async (name: string): Promise<void> => {
    await page.getByRole('radio', { name, exact: true }).check({ force: true });
    await page.waitForURL(new RegExp(`view=${name.toLowerCase()}`, 'u'));
  };
  await choose('Flame');
  await page.getByRole('main').locator('canvas').first().waitFor();
  await choose('Spans');
  await page.getByRole('main').getByText('shop.Payment/Charge').first().waitFor();
  await choose('Operations');
  await page.getByRole('main').getByText('shop.Payment/Charge').first().waitFor();
});

test('a link leads to the span that it names', async () => {
  await goTo(page, `/traces/${stage.traces['checkout']}`);
  await tree.getByRole('row', { name: /process mails/u }).click();
  await details.getByRole('heading', { name: /^Links/u }).waitFor();
  await details.getByRole('link', { name: /^A span of this trace/u }).click();
  await details.getByRole('heading', { name: 'send mails' }).waitFor();
  assert.match(await current(), /send mails/u);
});

test('the raw trace comes as a file, as it is stored', async () => {
  await goTo(page, `/traces/${stage.traces['checkout']}`);
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'OTLP' }).click()]);
  assert.match(download.suggestedFilename(), /\.json$/u);
  const text = readFileSync(await download.path(), 'utf8');
  assert.deepEqual(JSON.parse(text), await askWell(stage.server, stage.token, `/api/v1/traces/${stage.traces['checkout']}`));
});

test('c compares with another trace: what differs is said in words, and sides swap', async () => {
  await goTo(page, `/traces/${stage.traces['checkout']}`);
  await press('c');
  const dialog = page.getByRole('dialog', { name: 'Compare with another trace' });
  await dialog.getByLabel('Trace id, or a link to it').fill(stage.traces['slow']!);
  await dialog.getByRole('button', { name: 'Compare', exact: true }).click();
  await page.waitForURL(new RegExp(`/compare/${stage.traces['checkout']}/${stage.traces['slow']}`, 'u'));
  await loaded(page);
  await page.getByText(/^B took .* longer than A/u).waitFor();
  await tree.getByRole('row', { name: /slower in B/u }).first().waitFor();
  await page.getByRole('button', { name: 'Swap sides' }).click();
  await page.waitForURL(new RegExp(`/compare/${stage.traces['slow']}/${stage.traces['checkout']}`, 'u'));
  await page.getByText(/^B took .* (?:shorter|less|faster)/u).waitFor();
});

test('odd traces are drawn: one span, lost parents, clocks that disagree', async () => {
  await goTo(page, `/traces/${stage.traces['one']}`);
  assert.equal(await rowCount(), 1);
  await goTo(page, `/traces/${stage.traces['orphans']}`);
  assert.equal(await rowCount(), 5);
  await page.getByRole('main').getByText(/parent/iu).first().waitFor();
  await goTo(page, `/traces/${stage.traces['skewed']}`);
  assert.equal(await rowCount(), 4);
  await page.getByRole('main').getByText(/clock/iu).first().waitFor();
});

test('versions of a span stand beside each other, the one stored first and the forged one; copies are counted; what was begun outside says so', async () => {
  const traceId = 'c0ffee00'.repeat(4);
  const [start, id, above] = [BigInt(Date.now() - 60_000) * 1_000_000n, 'aaaaaaaaaaaaaaa1', 'bbbbbbbbbbbbbbb1'];
  const span = (spanId: string, name: string, more: object = {}): Json => ({ traceId, spanId, name, kind: 2, startTimeUnixNano: String(start), endTimeUnixNano: String(start + 9_000_000n), ...more });
  const send = (...spans: Json[]): Promise<void> => sendWell(stage.server, stage.key, exportOf(spans, 'till'));
  await send(span(id, 'sell', { parentSpanId: above }), span('aaaaaaaaaaaaaaa2', 'pay', { parentSpanId: id, kind: 3 }));
  await send(span(id, 'sell', { parentSpanId: above, endTimeUnixNano: String(start + 5_000_000n) }));
  await goTo(page, `/traces/${traceId}`);
  await tree.getByRole('row', { name: /stored first, 1 of 2/u }).waitFor();
  await page.getByRole('main').getByText('1 span came later with other content', { exact: false }).waitFor();
  await page.getByRole('main').getByText('The trace was begun outside', { exact: false }).waitFor();
  await page.getByText('Verified by this browser').first().waitFor();
  await tree.getByRole('row', { name: /forged, 2 of 2/u }).click();
  await details.getByText('A forged second version.').waitFor();
  await details.getByText('5 ms', { exact: true }).waitFor();
  await details.getByRole('button', { name: 'Show version 1, stored first' }).click();
  await details.getByText('Stored first.', { exact: true }).waitFor();
  await details.getByText('9 ms', { exact: true }).waitFor();
  assert.deepEqual(await axeFindings(page), []);
});

test('a trace that is not there says so, and no id is no error of the page', async () => {
  await page.goto(`/traces/${'f'.repeat(32)}`);
  await page.getByRole('main').getByText(/no trace|not found|not (?:here|there|stored)/iu).first().waitFor();
  // The server's answer is one, and the browser says so.
  const expected = viewer.complaints.splice(0);
  assert.ok(expected.every((line) => line.includes('404')), expected.join());
});

test('the browser had nothing to complain of', () => assert.deepEqual(viewer.complaints, []));

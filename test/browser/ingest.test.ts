/** What arrived and what did not, and a service connected from nothing: a key made in the console, a span sent with it, the moment it arrives. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { exportOf, newSpanId, newTraceId, send, spanOf } from '#harness/exchange';
import type { Viewer } from './chromium.ts';
import { goTo, loaded } from './pages.ts';
import { setStage, type Stage } from './stage.ts';

let stage: Stage;
let viewer: Viewer;
let page: Page;

before(async () => {
  stage = await setStage('empty');
  viewer = await stage.open();
  page = viewer.page;
});

test('an empty store teaches the next step on every page', async () => {
  for (const path of ['/search', '/services', '/map', '/ingest']) {
    await goTo(page, path);
    assert.ok((await page.getByRole('main').getByRole('link', { name: /connect|send|ingest/iu }).or(page.getByRole('main').getByRole('button', { name: /connect|key|copy/iu })).count()) > 0, `${path} leads nowhere`);
  }
});

test('a fresh key brings the first trace: what was refused is said, and the trace is one press away', async () => {
  await goTo(page, '/ingest');
  const connect = page.getByRole('button', { name: 'Connect a service' });
  if ((await connect.count()) > 0) await connect.first().click();
  await page.getByLabel('Name of the service').fill('booking');
  await page.getByRole('button', { name: 'Make a key' }).click();
  await page.getByText('Key made').waitFor();
  const key = /tk_[\w-]+/u.exec(await page.getByRole('main').innerText())?.[0];
  assert.ok(key !== undefined, 'no key is shown');
  const shown = await page.getByRole('main').locator('pre, code').allInnerTexts();
  assert.ok(shown.some((text) => text.includes(key) && /OTEL_|otlp/iu.test(text)), 'what is to be run does not hold the key');
  assert.ok(shown.some((text) => text.includes(stage.server.otlpHttp) || text.includes(stage.server.otlpHttp.replace('http://', ''))), 'what is to be run does not hold the address');
  await page.getByText(/^Waiting for the first trace of booking/u).waitFor();
  // Somebody else's service with this key: refused, and the page says why.
  const wrong = await send(stage.server, key, exportOf([spanOf()], 'other'));
  assert.match(wrong.text, /span_service/u);
  await page.getByRole('alert').getByText('span_service').waitFor();
  const traceId = newTraceId();
  const sent = await send(stage.server, key, exportOf([spanOf({ 'enduser.id': 'ada@shop.example' }, { traceId, spanId: newSpanId(), name: 'GET /bookings' })], 'booking'));
  assert.equal(sent.text, '{}');
  await page.getByText('First trace arrived').waitFor();
  await page.getByRole('main').locator(`a[href*="${traceId}"]`).first().click();
  await page.waitForURL(new RegExp(`/traces/${traceId}`, 'u'));
  await loaded(page);
  await page.getByText('1 value replaced', { exact: false }).first().waitFor();
});

test('the key is not shown again', async () => {
  await goTo(page, '/ingest');
  assert.ok(!/tk_[\w-]{20}/u.test(await page.content()), 'a key is on the page');
});

test('received is stored, refused and dropped together, and a refusal says what to do', async () => {
  await goTo(page, '/ingest');
  const figures = page.getByRole('region', { name: 'What arrived' });
  const number = async (name: string): Promise<number> => Number(/[\d,]+/u.exec((await figures.innerText()).split(new RegExp(`^${name}$`, 'mu'))[1] ?? '')?.[0]?.replaceAll(',', ''));
  const [received, stored, refused, dropped] = [await number('Received'), await number('Stored'), await number('Refused'), await number('Dropped')];
  assert.deepEqual({ received, refused }, { received: 2, refused: 1 });
  assert.equal(received, stored! + refused! + dropped!);
  await page.getByRole('region', { name: 'Refused and dropped' }).getByText('span_service').waitFor();
  await page.getByRole('table', { name: 'Producers' }).getByText('booking').first().waitFor();
});

test('the key is changed from the list: the new one works', async () => {
  await page.getByRole('button', { name: 'Key of booking' }).click();
  await page.getByRole('menuitem').filter({ hasText: /new key|rotate/iu }).or(page.getByRole('dialog')).first().waitFor();
  const item = page.getByRole('menuitem', { name: /new key|rotate/iu });
  if ((await item.count()) > 0) await item.click();
  const dialog = page.getByRole('dialog').or(page.getByRole('alertdialog'));
  await dialog.getByRole('button', { name: /key|rotate/iu }).last().click();
  await dialog.getByText(/tk_[\w-]+/u).first().waitFor();
  const key = /tk_[\w-]+/u.exec(await dialog.innerText())?.[0] ?? '';
  assert.equal((await send(stage.server, key, exportOf([spanOf()], 'booking'))).text, '{}');
});

test('Health says plainly that the server is ready, and renews itself', async () => {
  await goTo(page, '/health');
  await page.getByText('Traces are taken and answered.').waitFor();
  await page.waitForResponse((response) => response.url().endsWith('/api/v1/health'));
});

test('the browser had nothing to complain of', () => assert.deepEqual(viewer.complaints, []));

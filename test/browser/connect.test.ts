/** The lines that the console shows are run as they stand; keys are rotated and revoked; charts are read by keyboard; health says how old it is. Each act is checked where it counts: at the server. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { exportOf, send, spanOf } from '#harness/exchange';
import { beforeFile } from './before-file.ts';
import { axeFindings, overflow } from './checks.ts';
import type { Viewer } from './chromium.ts';
import { goTo } from './pages.ts';
import { setStage, type Stage } from './stage.ts';

const run = promisify(execFile);

let stage: Stage;
let viewer: Viewer;
let page: Page;
let key = '';

beforeFile(import.meta.filename, async () => {
  stage = await setStage('empty');
  viewer = await stage.open();
  page = viewer.page;
});

const sends = async (ingestKey: string, service: string): Promise<number> => (await send(stage.server, ingestKey, exportOf([spanOf({ serial: Math.random() })], service))).status;

async function makeKey(service: string): Promise<string> {
  await goTo(page, '/ingest?view=connect&language=curl');
  await page.getByLabel('Name of the service').fill(service);
  await page.getByRole('button', { name: 'Make a key' }).click();
  await page.getByText('Key made').waitFor();
  const made = /tk_[\w-]{20,}/u.exec(await page.locator('main').innerText())?.[0];
  assert.ok(made !== undefined, 'no key is shown');
  return made;
}

test('an empty store says how to begin, and the way is gone by keyboard', async () => {
  await goTo(page, '/ingest');
  await page.getByText('Nothing has arrived yet').waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await page.getByRole('button', { name: 'Node.js' }).press('Enter');
  await page.getByRole('radio', { name: 'Node.js' }).focus();
  await page.keyboard.press('ArrowRight');
  await page.waitForURL(/language=python/u);
  await page.getByText('opentelemetry-instrument python app.py').waitFor();
  assert.deepEqual(await axeFindings(page), []);
});

test('the line that the page shows sends a trace, and the page leads to it', async () => {
  key = await makeKey('first-shop');
  await page.getByText('Waiting for the first trace of first-shop').waitFor();
  assert.deepEqual(await axeFindings(page), []);
  const command = await page.getByRole('region', { name: 'Run', exact: true }).innerText();
  assert.ok(command.includes(key));
  const { stdout } = await run('sh', ['-c', command]);
  assert.deepEqual(JSON.parse(stdout), {});
  const link = page.getByRole('link', { name: /Look at it/u });
  await link.waitFor();
  await page.getByText('First trace arrived').waitFor();
  await page.getByText('1 value was replaced before it was stored').waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await link.click();
  await page.waitForURL(/\/traces\/[0-9a-f]{32}/u);
  await page.getByText('hello').first().waitFor();
});

test('spans that are refused say so while one waits, with what to do', async () => {
  const strict = await makeKey('only-this');
  assert.equal(await sends(strict, 'another'), 200);
  const alert = page.getByRole('alert');
  await alert.getByText('1 span arrived and was refused').waitFor();
  await alert.getByText('span_service').waitFor();
  await alert.getByText(/Name all services of the producer anew/u).waitFor();
});

test('the page says what arrived and why some of it was not stored', async () => {
  await goTo(page, '/ingest');
  const reasons = page.getByRole('region', { name: 'Refused and dropped' });
  await reasons.getByText('span_service').waitFor();
  await reasons.getByText(/What to do:/u).waitFor();
  await page.getByRole('region', { name: 'Minimized' }).getByText(/e-mail/u).waitFor();
  const chart = page.getByRole('application', { name: /Spans received over time/u });
  await chart.focus();
  await page.keyboard.press('End');
  await page.locator('[role="status"]', { hasText: /Stored 1.*Refused 1/u }).waitFor({ state: 'attached' });
  assert.deepEqual(await axeFindings(page), []);
  assert.deepEqual(await overflow(page), []);
  await page.getByRole('radio', { name: 'Table' }).click();
  await page.waitForURL(/show=table/u);
  await page.getByRole('table', { name: 'Spans received over time' }).getByRole('row').nth(1).waitFor();
});

test('a key is rotated: the new one is shown once, the old one goes on for the time that was said', async () => {
  await page.getByRole('button', { name: 'Keys and certificates of first-shop' }).click();
  await page.getByRole('menuitem', { name: 'Rotate key…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Both keys work for a day').waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await dialog.getByRole('button', { name: 'Make a new key' }).click();
  await page.getByRole('dialog', { name: 'New key of first-shop' }).waitFor();
  const fresh = /tk_[\w-]{20,}/u.exec(await page.getByRole('dialog').innerText())?.[0] ?? '';
  assert.notEqual(fresh, key);
  assert.deepEqual([await sends(fresh, 'first-shop'), await sends(key, 'first-shop')], [200, 200]);
  await dialog.getByRole('button', { name: 'I have it' }).click();
  await dialog.waitFor({ state: 'detached' });
  assert.ok(!(await page.content()).includes(fresh));
});

test('a producer is given names in client certificates', async () => {
  await page.getByRole('button', { name: 'Keys and certificates of first-shop' }).click();
  await page.getByRole('menuitem', { name: 'Certificates…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Certificates of first-shop' });
  await dialog.getByText('It has shown no certificate since the server started.').waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await dialog.getByLabel('Names').fill('spiffe://example.org/first-shop');
  await dialog.getByRole('button', { name: 'Save names' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('by certificate spiffe://example.org/first-shop').waitFor();
});

test('a producer is revoked only after its effect was shown', async () => {
  await page.getByRole('button', { name: 'Keys and certificates of first-shop' }).click();
  await page.getByRole('menuitem', { name: 'Revoke…' }).click();
  const dialog = page.getByRole('alertdialog').or(page.getByRole('dialog'));
  await dialog.getByText(/exporters throw those spans away/u).waitFor();
  assert.equal(await sends(key, 'first-shop'), 200);
  await dialog.getByRole('button', { name: 'Revoke first-shop' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('key revoked').waitFor();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  assert.equal(await sends(key, 'first-shop'), 401);
});

test('a viewer sees what arrives and whom to ask for a key, and the server makes none', async () => {
  const other = await stage.open({ as: 'viewer' });
  await goTo(other.page, '/ingest');
  await other.page.getByRole('table', { name: 'Producers' }).getByText('first-shop').waitFor();
  assert.equal(await other.page.getByRole('button', { name: /^Keys and certificates of/u }).count(), 0);
  await other.page.getByRole('button', { name: 'Connect a service' }).click();
  await other.page.getByText(/made by administrators/u).waitFor();
  assert.equal(await other.page.getByRole('button', { name: 'Make a key' }).count(), 0);
  const { csrf } = (await (await other.context.request.get('/api/v1/session')).json()) as { csrf: string };
  const answer = await other.context.request.post('/api/v1/producers', { data: { name: 'mine', services: ['*'] }, headers: { 'x-tracekeep-csrf': csrf, origin: stage.server.console } });
  assert.equal(answer.status(), 403);
  assert.deepEqual(other.complaints, []);
  await other.close();
});

test('a key for imports may send old spans; another may not, and the page says what to do', async () => {
  const old = String(BigInt(Date.now() - 48 * 3_600_000) * 1_000_000n);
  const sendsOld = async (ingestKey: string): Promise<string> => JSON.stringify(await send(stage.server, ingestKey, exportOf([spanOf({}, { startTimeUnixNano: old, endTimeUnixNano: old })], 'archive')));
  const plain = await makeKey('archive');
  assert.match(await sendsOld(plain), /span_too_old/u);
  await goTo(page, '/ingest?view=connect&language=curl');
  await page.getByLabel('Name of the service').fill('archive-import');
  await page.getByLabel('May speak for').fill('archive');
  await page.getByLabel('Old spans too', { exact: false }).check();
  await page.getByRole('button', { name: 'Make a key' }).click();
  await page.getByText(', and send old spans', { exact: false }).waitFor();
  const importing = /tk_[\w-]{20,}/u.exec(await page.locator('main').innerText())![0];
  assert.doesNotMatch(await sendsOld(importing), /span_too_old/u);
  await goTo(page, '/ingest');
  await page.getByRole('table', { name: 'Producers' }).getByRole('row', { name: /archive-import/u }).getByText('old spans too').waitFor();
  await page.getByText('The span ended longer ago than the limit', { exact: false }).waitFor();
  await page.getByText('tracekeep producer change NAME --backfill', { exact: false }).waitFor();
});

test('health renews itself, and says how old its figures are when it cannot', async () => {
  const other = await stage.open();
  await other.page.clock.install();
  await goTo(other.page, '/health');
  await other.page.getByText('Traces are taken and answered.').waitFor();
  let asked = 0;
  await other.page.route('**/api/v1/health', async (route) => {
    asked += 1;
    await route.fulfill({ status: 503, json: { error: { code: 'draining', message: 'The server is stopping.', advice: 'Retry; it will be back or another one answers.', requestId: 'x' } } });
  });
  await other.page.clock.runFor(6_000);
  await other.page.getByText('The server is stopping.').waitFor();
  await other.page.clock.runFor(10_000);
  await other.page.getByText(/Figures of 1[0-9] s ago/u).waitFor();
  assert.ok(asked >= 2, `${asked} requests`);
  await other.page.getByText('Traces are taken and answered.').waitFor();
  await other.close();
});

test('the browser had nothing to complain of', () => assert.deepEqual(viewer.complaints, []));

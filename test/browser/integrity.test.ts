/** The page Integrity: the log, who watches it, its entries, what verification found and having everything verified now, and what auditors take along. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { APIResponse, Page } from 'playwright-core';
import { askWell } from '#harness/exchange';
import { beforeFile } from './before-file.ts';
import { wrongLooks } from './checks.ts';
import { again, type Viewer } from './chromium.ts';
import { loaded } from './pages.ts';
import { shareStage, type Stage } from './stage.ts';

const LOG = /\/api\/v1\/log$/u;

let stage: Stage;
let viewer: Viewer;

beforeFile(import.meta.filename, async () => {
  stage = await shareStage('one');
  viewer = await stage.open();
});

/** What a first visit says stands there until the page looks again, a few seconds later: the log stays as it is until it was read. */
async function firstVisit(page: Page, read: () => Promise<void>): Promise<void> {
  let first: Promise<APIResponse> | undefined;
  await page.route(LOG, async (route) => route.fulfill({ response: await (first ??= route.fetch()) }));
  await page.goto('/integrity');
  await read();
  await page.unroute(LOG);
  await loaded(page);
}

test('the browser knows the log from the first visit on, and says so', async () => {
  const { page } = viewer;
  const own = page.getByRole('region', { name: 'This browser' });
  await firstVisit(page, async () => own.getByText('The log is known from now on').waitFor());
  await page.reload();
  await own.getByText('The log only grew').waitFor();
  const log = await askWell<{ origin: string; vkeys: string[]; published: { root: string } }>(stage.server, stage.token, '/api/v1/log');
  await page.getByText(log.origin, { exact: true }).first().waitFor();
  // What auditors copy is what the server says.
  const [first] = log.vkeys;
  await page.getByText(`--key '${first}'`, { exact: false }).first().waitFor();
  assert.equal(await page.getByText(first!, { exact: true }).count(), 1);
  await page.getByRole('application', { name: /^Entries in the log over time/u }).waitFor();
  await page.getByRole('heading', { name: 'Nobody outside watches this log yet' }).waitFor();
});

test('an administrator has everything verified, and reads what an entry says', async () => {
  const { page } = viewer;
  const server = page.getByRole('region', { name: 'This server' });
  await server.getByRole('button', { name: 'Verify everything now' }).click();
  await server.getByText('Everything is as it was stored').waitFor();
  await server.getByText(/1 span in 1 block/u).waitFor();
  const entries = page.getByRole('list', { name: 'Entries of the log' });
  await page.getByRole('button', { name: /Type of entry$/u }).click();
  await page.getByRole('option', { name: 'block', exact: true }).click();
  await page.waitForURL(/type=block/u);
  await entries.getByRole('button').filter({ hasText: '1 span' }).click();
  await page.waitForURL(/entry=\d+/u);
  await page.getByRole('region', { name: /^what entry \d+ says/u }).getByText('"rows": 1', { exact: false }).waitFor();
  // Who did something is asked for.
  await page.getByRole('button', { name: /Type of entry$/u }).click();
  await page.getByRole('option', { name: 'sign-in', exact: true }).click();
  await page.waitForURL(/type=sign-in/u);
  await entries.getByRole('button').filter({ hasText: /signed in(?! or out)/u }).first().click();
  await page.waitForURL(/type=sign-in.*entry=\d+|entry=\d+.*type=sign-in/u);
  await page.getByRole('button', { name: 'Show the closed part' }).click();
  await page.getByRole('region', { name: /^the closed part of entry/u }).getByText('"salt"', { exact: false }).waitFor();
  // The address leads there again.
  await page.reload();
  await page.getByRole('region', { name: /^what entry \d+ says/u }).waitFor();
  assert.deepEqual(await wrongLooks(page), []);
  assert.deepEqual(viewer.complaints, []);
});

test('a viewer sees the log and not what its entries say, and begins nothing', async () => {
  const { page, complaints, close } = await stage.open({ as: 'viewer' });
  await firstVisit(page, async () => page.getByText('The log is known from now on').waitFor());
  await page.getByRole('list', { name: 'Entries of the log' }).getByRole('button').first().click();
  await page.getByText('What it says is shown to administrators', { exact: false }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Verify everything now' }).count(), 0);
  assert.deepEqual(complaints, []);
  await close();
});

test('a page without the log says so, and what can be done', async () => {
  const { page, context, close } = again(viewer);
  await context.route(LOG, (route) => route.fulfill({ status: 503, json: { error: { code: 'overloaded', message: 'Too many queries are waiting.', advice: 'Wait a moment and ask again.', requestId: '0' } } }));
  await page.goto('/integrity');
  await page.getByText('Could not check the log').waitFor();
  await page.getByRole('alert').getByText('Too many queries are waiting.').waitFor();
  await context.unroute(LOG);
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('list', { name: 'Entries of the log' }).waitFor();
  await close();
});

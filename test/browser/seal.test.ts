/**
 * The seal of a trace in a real browser, against a real server: green by the browser's own verification, and red for a server that shows something else than
 * it proves, forgets what it said, or signs with another key.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page, Route } from 'playwright-core';
import { askWell } from '#harness/exchange';
import { beforeFile } from './before-file.ts';
import { wrongLooks } from './checks.ts';
import { again, type Viewer } from './chromium.ts';
import { goTo } from './pages.ts';
import { shareStage, type Stage } from './stage.ts';

let stage: Stage;
let viewer: Viewer;
let page: Page;
let path: string;

beforeFile(import.meta.filename, async () => {
  stage = await shareStage('some');
  path = `/traces/${stage.traces['declined']}`;
  viewer = await stage.open();
  page = viewer.page;
});

interface Kept {
  readonly origin: string;
  readonly key: string;
  readonly size: number;
  readonly root: string;
}

const kept = (on: Page = page): Promise<Kept> => on.evaluate(() => JSON.parse(localStorage.getItem('tracekeep.log') ?? '{}') as Kept);
const keep = (on: Page, change: Partial<Kept>): Promise<void> => on.evaluate((changed) => localStorage.setItem('tracekeep.log', JSON.stringify({ ...JSON.parse(localStorage.getItem('tracekeep.log') ?? '{}'), ...changed })), change);
const verified = (on: Page = page): Promise<void> => on.getByText('Verified by this browser').first().waitFor();
const banner = (on: Page = page) => on.getByRole('alert', { name: 'Broken seal' });

/** A page of its own whose log is known already. */
async function known(as: 'admin' | 'viewer' = 'admin'): Promise<Viewer> {
  const other = await stage.open({ as });
  await goTo(other.page, path);
  await verified(other.page);
  return other;
}

/** The page, with answers of the server changed on their way until it is closed. */
async function bent(routes: Readonly<Record<string, (route: Route) => Promise<void>>>): Promise<Viewer> {
  for (const [ending, change] of Object.entries(routes)) await viewer.context.route(new RegExp(ending, 'u'), change);
  return again(viewer);
}

/** Answers with the server's own JSON, changed. */
function changed(change: (json: never) => void): (route: Route) => Promise<void> {
  return async (route) => {
    const answer = await route.fetch();
    const json = (await answer.json()) as never;
    change(json);
    await route.fulfill({ json });
  };
}

test('a trace is verified by the browser itself, and the proof is open to everybody', async () => {
  await goTo(page, path);
  await verified();
  const log = await askWell<{ origin: string; vkeys: string[]; size: number }>(stage.server, stage.token, '/api/v1/log');
  const { origin, key, size } = await kept();
  assert.deepEqual([origin, key], [log.origin, log.vkeys[0]]);
  assert.ok(size > 0 && size <= log.size);
  await page.getByRole('button', { name: 'Show the proof' }).click();
  await page.waitForURL(/proof=shown/u);
  const panel = page.getByRole('region', { name: 'The proof behind the seal' });
  await panel.getByText(log.origin, { exact: true }).waitFor();
  await panel.getByRole('table', { name: 'Blocks that hold the trace' }).waitFor();
  await panel.getByText('Not independent of this server', { exact: false }).waitFor();
  await panel.getByText(`tracekeep evidence export ${stage.traces['declined']}`, { exact: false }).waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), panel.getByRole('link', { name: 'Download the evidence' }).click()]);
  assert.match(download.suggestedFilename(), /^evidence-[0-9a-f]{32}\.json$/u);
  assert.deepEqual(await wrongLooks(page), []);
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'detached' });
  assert.deepEqual(viewer.complaints, [], 'the policy lets the worker run, and nothing failed');
});

test('the details of a span are what was proved of it, for every span of the trace', async () => {
  await goTo(page, path);
  await verified();
  const tree = page.getByRole('treegrid');
  const rows = Number(await tree.getAttribute('aria-rowcount')) - 1;
  await tree.focus();
  for (let row = 0; row < rows; row += 1) {
    await page.keyboard.press('j');
    if (row === 0) await page.keyboard.press('Enter');
    const id = (await tree.getAttribute('aria-activedescendant')) ?? '';
    await page.locator(`[id="${id}"][aria-selected="true"]`).waitFor();
    await page.getByRole('region', { name: 'What the span says' }).getByRole('heading', { name: /^Resource/u }).waitFor();
    assert.equal(await page.getByText('This is not what was proved').count(), 0, `row ${row}`);
  }
});

test('a server that draws something else than it proves is caught, and the spans are marked', async () => {
  const other = await bent({ '/outline$': changed(({ spans }: { spans: { status: number[]; duration: number[] } }) => void ((spans.status[2] = 0), (spans.duration[4]! += 5))) });
  await goTo(other.page, path);
  await banner(other.page).getByText('The server shows something else than it proves').waitFor();
  assert.equal(await other.page.getByRole('img', { name: 'Not what was proved' }).count(), 2);
  assert.equal(await other.page.getByText('Verified by this browser').count(), 0);
  await banner(other.page).getByRole('button', { name: 'Show what is wrong' }).click();
  await other.page.getByText('status differs', { exact: false }).waitFor();
  assert.deepEqual(await wrongLooks(other.page), []);
  await other.close();
});

test('a seal is about one answer: a server that draws something else after it went green is caught', async () => {
  await goTo(page, path);
  await verified();
  const other = again(viewer);
  await other.context.route(/\/outline$/u, changed(({ spans }: { spans: { status: number[] } }) => void (spans.status[2] = 0)));
  await other.page.getByRole('button', { name: 'Refresh' }).click();
  await banner(other.page).getByText('The server shows something else than it proves').waitFor();
  await other.close();
});

test('a server that hides a span, or adds one, is caught', async () => {
  const hide = changed(({ spans }: { spans: Record<string, unknown[]> }) => Object.values(spans).forEach((column) => column.pop()));
  const add = changed(({ spans }: { spans: Record<string, unknown[]> }) => Object.entries(spans).forEach(([name, column]) => column.push(name === 'id' ? '00000000000000aa' : column.at(-1))));
  for (const change of [hide, add]) {
    const other = await bent({ '/outline$': change });
    await goTo(other.page, path);
    await banner(other.page).getByText('The server shows something else than it proves').waitFor();
    await other.close();
  }
});

test('details of a span that are not what was proved say so', async () => {
  const other = await bent({ '/spans/[0-9a-f]{16}$': changed(({ span }: { span: { attributes: { value: object }[] } }) => void (span.attributes[0]!.value = { stringValue: 'forged' })) });
  await goTo(other.page, path);
  await verified(other.page);
  await other.page.getByRole('treegrid').getByRole('row').nth(2).click();
  await other.page.getByRole('alert').getByText('This is not what was proved').waitFor();
  await other.close();
});

test('evidence that was changed on its way, or is another trace’s, breaks the seal', async () => {
  const other = await bent({ '/evidence$': changed(({ resourceSpans }: { resourceSpans: { scopeSpans: { spans: { name: string }[] }[] }[] }) => void (resourceSpans[0]!.scopeSpans[0]!.spans[0]!.name = 'forged')) });
  await goTo(other.page, path);
  await banner(other.page).getByText('This trace was changed after it was stored').waitFor();
  await other.close();
  const wrong = await bent({ [`${stage.traces['declined']}/evidence$`]: async (route) => route.fulfill({ response: await route.fetch({ url: `${stage.server.console}/api/v1/traces/${stage.traces['checkout']}/evidence` }) }) });
  await goTo(wrong.page, path);
  await banner(wrong.page).waitFor();
  await wrong.close();
});

test('a log that is shorter than what this browser saw, or has another past, is caught', async () => {
  const other = await known();
  const { size } = await kept(other.page);
  await keep(other.page, { size: size + 1_000 });
  await goTo(other.page, path);
  await banner(other.page).getByText('The log became shorter').waitFor();
  await keep(other.page, { size, root: Buffer.alloc(32, 7).toString('base64') });
  await goTo(other.page, path);
  await banner(other.page).getByText('The log has another past').waitFor();
  // The page of the log says the same.
  await goTo(other.page, '/integrity');
  await other.page.getByRole('alert', { name: 'This browser' }).getByText('The log has another past').waitFor();
  await keep(other.page, { size: 1, root: Buffer.alloc(32, 7).toString('base64') });
  await goTo(other.page, path);
  await banner(other.page).getByText('The log has another past').waitFor();
  await other.close();
});

test('another signing key is loud, and an administrator believes it deliberately or not at all', async () => {
  const { publicKey } = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']) as CryptoKeyPair;
  const forge = async (on: Page): Promise<void> => {
    const { origin } = await kept(on);
    const key = Buffer.concat([Buffer.of(1), Buffer.from(await crypto.subtle.exportKey('raw', publicKey))]);
    const id = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.concat([Buffer.from(`${origin}\n`), key]))).subarray(0, 4).toString('hex');
    await keep(on, { key: `${origin}+${id}+${key.toString('base64')}` });
    await goTo(on, path);
    await banner(on).getByText('The log is signed with another key').waitFor();
  };
  const reader = await known('viewer');
  await forge(reader.page);
  assert.equal(await reader.page.getByRole('button', { name: /Trust the new key/u }).count(), 0);
  await reader.close();
  const other = await known();
  await forge(other.page);
  await banner(other.page).getByRole('button', { name: 'Trust the new key…' }).click();
  const dialog = other.page.getByRole('dialog', { name: 'Trust the new key of the log?' });
  await dialog.getByText('Other browsers, witnesses and kept checkpoints are not affected', { exact: false }).waitFor();
  await dialog.getByRole('button', { name: 'Trust the new key', exact: true }).click();
  await verified(other.page);
  assert.equal(await banner(other.page).count(), 0);
  await other.close();
});

test('a server that answers nothing is no verdict, and never a green one', async () => {
  const other = await bent({ '/evidence$': (route) => route.fulfill({ status: 503, json: { error: { code: 'overloaded', message: 'Too many queries are waiting.', advice: 'Wait a moment and ask again.', requestId: '0' } } }) });
  await goTo(other.page, path);
  await other.page.getByText('Could not check').waitFor();
  await other.page.getByText('Too many queries are waiting.', { exact: false }).waitFor();
  await other.context.unroute(/\/evidence$/u);
  await other.page.getByRole('button', { name: 'Check again' }).click();
  await verified(other.page);
  await other.close();
});

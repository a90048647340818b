/** Sealed values in the console, against a real server: opened by those who may, under a watermark, for a while; with a second person; the keys behind them; and a person who is forgotten. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { beforeFile } from './before-file.ts';
import { axeFindings, wrongLooks } from './checks.ts';
import type { Viewer } from './chromium.ts';
import { goTo } from './pages.ts';
import { setStage, type Somebody, type Stage } from './stage.ts';

const GRACE: Somebody = { name: 'grace', role: 'investigator' };
const EDSGER: Somebody = { name: 'edsger', role: 'investigator' };
const BARBARA: Somebody = { name: 'barbara', role: 'key-custodian' };
const MARGARET: Somebody = { name: 'margaret', role: 'privacy-officer' };
const DONALD: Somebody = { name: 'donald', role: 'privacy-officer' };
const ADDRESS = '@shop.example';

let stage: Stage;
let grace: Viewer;
let page: Page;
let trace: string;

beforeFile(import.meta.filename, async () => {
  stage = await setStage('sealed');
  trace = `/traces/${stage.traces['checkout'] ?? assert.fail('no checkout was seeded')}`;
  // The first account comes before all others, and who approves is older than the question.
  for (const as of ['admin', EDSGER, DONALD] as const) await (await stage.open({ as })).close();
  grace = await stage.open({ as: GRACE });
  page = grace.page;
});

const line = (of: Page) => of.getByRole('region', { name: 'Sealed values' });
const textOf = (of: Page): Promise<string> => of.evaluate(() => document.body.textContent);

test('an investigator opens a field by keyboard, for a reason; it stands under a watermark, is in no address and no storage, and closes', async () => {
  await goTo(page, '/search');
  await page.getByRole('article').filter({ hasText: /\d+ sealed/u }).first().waitFor();
  await goTo(page, trace);
  await page.keyboard.press('o');
  const dialog = page.getByRole('dialog', { name: 'Reveal sealed values' });
  await dialog.getByText('enduser.id', { exact: true }).click();
  const reveal = dialog.getByRole('button', { name: /^Reveal/u });
  assert.ok(await reveal.isDisabled(), 'it opens without a reason');
  await dialog.getByLabel('Reason').fill('who was it');
  await reveal.click();
  const list = page.getByRole('region', { name: 'Opened values' });
  await list.getByText(ADDRESS).waitFor();
  assert.match((await page.locator('[data-watermark]').first().getAttribute('data-watermark')) ?? '', /^Opened for grace, \d{4}-.*Z, o_[0-9a-f]{16}$/u);
  await list.getByText(/^No proof: what is sealed of a span can be proved together alone/u).waitFor();
  assert.match((await line(page).textContent()) ?? '', /1 value open.*closes in [45]:\d\d/u);
  assert.deepEqual(await wrongLooks(page), []);
  // In its place as well, and what else is sealed there is not.
  await list.getByRole('button', { name: 'POST /checkout' }).click();
  const details = page.getByRole('region', { name: 'Details of the span' });
  await details.getByText(ADDRESS).waitFor();
  assert.equal(await details.getByText('opened', { exact: true }).count(), 1);
  assert.equal(await details.getByRole('button', { name: 'Reveal…' }).count(), 1);
  const kept = await page.evaluate(() => JSON.stringify([location.href, history.state, { ...localStorage }, { ...sessionStorage }]));
  assert.ok(!kept.includes(ADDRESS) && !kept.includes('o_'), kept);
  await line(page).getByRole('button', { name: 'Close now' }).click();
  await line(page).getByText('Closed again.').waitFor();
  assert.ok(!(await textOf(page)).includes(ADDRESS), 'it still stands there');
});

test('what stands open closes when its time is over, and when the trace is left', async () => {
  await page.clock.install();
  await goTo(page, trace);
  await open(page, 'enduser.id');
  await page.clock.fastForward(4 * 60_000);
  await page.getByText(ADDRESS).first().waitFor();
  await page.clock.fastForward(61_000);
  await line(page).getByText('the time was over').waitFor();
  assert.ok(!(await textOf(page)).includes(ADDRESS), 'it still stands there');
  await open(page, 'enduser.id');
  await page.getByRole('link', { name: 'Services' }).first().click();
  await page.waitForURL(/\/services/u);
  await page.getByRole('heading', { name: 'Services' }).waitFor();
  await page.goBack();
  await line(page).getByRole('button', { name: 'Reveal…' }).waitFor();
  assert.ok(!(await textOf(page)).includes(ADDRESS), 'it stands there again');
});

test('whoever may not open is told who may and why not they, and is offered nothing', async () => {
  for (const [as, words] of [['viewer', /Investigators may open them.*You are here as viewer/u], ['admin', /administrators never/u]] as const) {
    const { page: other, close } = await stage.open({ as });
    await goTo(other, trace);
    assert.match((await line(other).textContent()) ?? '', words);
    await other.keyboard.press('o');
    if (as === 'viewer') {
      await other.getByRole('row', { name: /POST \/checkout/u }).first().click();
      await other.getByRole('region', { name: 'What the span says' }).getByText('sealed').first().waitFor();
    }
    assert.equal(await other.getByRole('button', { name: /Reveal/u }).count(), 0);
    assert.equal(await other.getByRole('dialog').count(), 0);
    await close();
  }
});

test('where the policy asks for a second person, the request waits, somebody else approves it, and it is used once', async () => {
  grace = await stage.open({ as: GRACE });
  page = grace.page;
  await goTo(page, trace);
  const ask = async (): Promise<void> => {
    await page.keyboard.press('o');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('log.message', { exact: true }).click();
    await dialog.getByLabel('Reason').fill('the customer complains');
    await dialog.getByRole('button', { name: 'Reveal 1 field' }).click();
    await page.getByRole('dialog', { name: 'A second person has to approve it' }).getByText('You can send them this address').waitFor();
    await page.keyboard.press('Escape');
    await line(page).getByText('log.message waits for a second person').waitFor();
  };
  await ask();

  const edsger = await stage.open({ as: EDSGER });
  await goTo(edsger.page, '/approvals');
  await edsger.page.getByRole('link', { name: 'Approvals 1 waiting for you' }).waitFor();
  await edsger.page.getByText('the customer complains').waitFor();
  assert.deepEqual(await axeFindings(edsger.page), []);
  await edsger.page.getByRole('button', { name: 'Decline what grace asks for…' }).click();
  await edsger.page.getByRole('dialog').getByRole('button', { name: 'Decline' }).click();
  await edsger.page.getByText('declined by edsger').waitFor();
  await line(page).getByText('edsger declined that you open log.message').waitFor();
  await ask();
  await edsger.page.getByRole('button', { name: 'Refresh' }).click();
  await edsger.page.getByRole('button', { name: 'Approve what grace asks for…' }).click();
  const sure = edsger.page.getByRole('dialog', { name: 'Approve: grace wants to open log.message of a trace' });
  await sure.getByRole('button', { name: 'Approve' }).click();
  await edsger.page.getByText('approved by edsger, not used yet').waitFor();
  await edsger.close();

  // The page of who asked sees it by itself.
  await line(page).getByRole('button', { name: 'Open now' }).waitFor();
  await goTo(page, '/approvals');
  await page.getByRole('link', { name: 'Open them' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Reveal 1 field' }).click();
  await page.getByRole('region', { name: 'Opened values' }).getByText(/checkout by \w+ </u).waitFor();
  // One of them is all that is sealed of its span.
  await page.getByRole('region', { name: 'Opened values' }).getByText(/^1 value proved$/u).waitFor();
  assert.deepEqual(await wrongLooks(page), []);
  await goTo(page, '/approvals');
  await page.getByText('approved by edsger and used').waitFor();
  assert.deepEqual(grace.complaints, []);
  await grace.close();
});

test('a key custodian rotates, rewraps with progress and retires, each after its effect was shown', async () => {
  const custodian = await stage.open({ as: BARBARA });
  const { page: keys } = custodian;
  await goTo(keys, '/');
  assert.match(keys.url(), /\/keys$/u);
  await Promise.all([keys.waitForResponse(/\/api\/v1\/keys$/u), keys.getByRole('button', { name: 'Refresh' }).click()]);
  const versions = keys.getByRole('table', { name: 'Versions of the key pair' });
  const act = async (open: string, effect: RegExp, verb: string): Promise<void> => {
    await keys.getByRole('button', { name: open }).click();
    const dialog = keys.getByRole('dialog');
    await dialog.getByText(effect).waitFor();
    await dialog.getByRole('button', { name: verb, exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
  };
  await act('Rotate…', /A new key pair, version 2, is made/u, 'Rotate');
  await versions.getByRole('row', { name: /^2 current/u }).waitFor();
  await versions.getByRole('row', { name: /^1 needed/u }).waitFor();
  await act('Rewrap…', /Spans are not touched/u, 'Rewrap');
  await versions.getByRole('row', { name: /^1 not needed/u }).waitFor();
  await act('Retire version 1…', /cannot be had back/u, 'Retire version 1');
  await versions.getByRole('row', { name: /^1 retired/u }).waitFor();
  assert.deepEqual(custodian.complaints, []);
  await custodian.close();
});

test('a privacy officer finds a person, gives them what is held with a second person’s approval, forgets them and takes the receipt along', async () => {
  const officer = await stage.open({ as: MARGARET });
  const { page: forget } = officer;
  await goTo(forget, '/forget');
  const find = async (name: string): Promise<void> => {
    await forget.getByRole('textbox', { name: 'Person' }).fill(name);
    await forget.getByRole('button', { name: 'Find', exact: true }).click();
  };
  await find('nobody@shop.example');
  await forget.getByRole('region', { name: 'Nothing is sealed for this name' }).waitFor();
  assert.equal(await forget.getByRole('button', { name: 'Forget…' }).count(), 0);
  await find('ada@shop.example');
  const unreadable = forget.getByRole('region', { name: 'Becomes unreadable' });
  await unreadable.getByText('enduser.id').waitFor();
  await forget.getByRole('region', { name: 'Not reached' }).getByText(/names of spans/u).waitFor();
  assert.deepEqual(await wrongLooks(forget), []);
  await forget.getByRole('button', { name: 'Export…' }).click();
  await forget.getByRole('dialog').getByLabel('Reason').fill('request 16');
  await forget.getByRole('dialog').getByRole('button', { name: 'Export', exact: true }).click();
  await forget.getByRole('dialog', { name: 'A second person has to approve it' }).getByRole('button', { name: 'Close', exact: true }).last().click();
  const second = await stage.open({ as: DONALD });
  await goTo(second.page, '/approvals');
  await second.page.getByRole('button', { name: 'Approve what margaret asks for…' }).click();
  await second.page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
  await second.page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.ok(!(await textOf(second.page)).includes('ada@'), 'who approves is told the name');
  await second.close();
  await forget.getByText('donald approved that you export').waitFor();
  await find('ada@shop.example');
  await forget.getByText('It is used below.').waitFor();
  await forget.getByRole('button', { name: 'Export…' }).click();
  const [file] = await Promise.all([forget.waitForEvent('download'), forget.getByRole('dialog').getByRole('button', { name: 'Export', exact: true }).click()]);
  assert.match(readFileSync(await file.path(), 'utf8'), /"stringValue": "ada@shop\.example"/u);
  await forget.getByRole('dialog', { name: 'Exported' }).getByText(/with \d+ values? opened/u).waitFor();
  await forget.keyboard.press('Escape');
  await forget.getByRole('button', { name: 'Forget…' }).click();
  const sure = forget.getByRole('dialog', { name: 'Forget this person' });
  await sure.getByText(/Nobody can undo it/u).waitFor();
  await sure.getByLabel('Reason').fill('request 17');
  // Twice, as some people press everything: one erasure, one receipt.
  await sure.getByRole('button', { name: 'Forget this person' }).dblclick();
  const receipt = forget.getByRole('status', { name: 'Receipt' });
  await receipt.getByText('not taken along yet').waitFor();
  const [download] = await Promise.all([forget.waitForEvent('download'), receipt.getByRole('button', { name: 'Download the receipt' }).click()]);
  const told = JSON.parse(readFileSync(await download.path(), 'utf8')) as { readonly salt: string; readonly keys: number };
  assert.ok(told.salt !== '' && told.keys > 0, JSON.stringify({ ...told, salt: '' }));
  await receipt.getByText('taken along', { exact: true }).waitFor();
  await find('ada@shop.example');
  await forget.getByRole('region', { name: 'Nothing is sealed for this name' }).waitFor();
  assert.ok(!(await forget.evaluate(() => JSON.stringify([location.href, history.state, { ...localStorage }, { ...sessionStorage }]))).includes('ada@'));
  assert.deepEqual(officer.complaints, []);
  await officer.close();
});

async function open(of: Page, field: string): Promise<void> {
  await line(of).getByRole('button', { name: 'Reveal…' }).click();
  const dialog = of.getByRole('dialog');
  await dialog.getByText(field, { exact: true }).click();
  await dialog.getByLabel('Reason').fill('who was it');
  await dialog.getByRole('button', { name: 'Reveal 1 field' }).click();
  await of.getByRole('region', { name: 'Opened values' }).getByText(ADDRESS).first().waitFor();
}

/** What administrators do under Settings: people come and go, tools get tokens, passwords change. Each act is checked where it counts: at the API. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { axeFindings } from './checks.ts';
import type { Viewer } from './chromium.ts';
import { goTo } from './pages.ts';
import { ADMIN, setStage, type Stage } from './stage.ts';

const GRACE = { name: 'grace', password: `words-${crypto.randomUUID()}` };

let stage: Stage;
let viewer: Viewer;
let page: Page;

before(async () => {
  stage = await setStage('one');
  viewer = await stage.open();
  page = viewer.page;
});

/** 200 if somebody can sign in this way, and the rest of what the session says. */
async function signIn(who: { readonly name: string; readonly password: string }): Promise<{ status: number; roles?: readonly string[] }> {
  const answer = await fetch(`${stage.server.console}/api/v1/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(who) });
  const body = (await answer.json()) as { account?: { roles: readonly string[] } };
  return { status: answer.status, ...(body.account === undefined ? {} : { roles: body.account.roles }) };
}

test('an administrator adds a person, who can sign in then', async () => {
  await goTo(page, '/settings');
  await page.getByRole('button', { name: 'Add a person' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill(GRACE.name);
  await dialog.getByLabel('Password', { exact: true }).fill(GRACE.password);
  assert.deepEqual(await axeFindings(page), []);
  await dialog.getByRole('button', { name: /^Add/u }).click();
  await page.getByRole('dialog', { name: `${GRACE.name} can sign in` }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('table', { name: 'People' }).getByText(GRACE.name).waitFor();
  assert.deepEqual(await signIn(GRACE), { status: 200, roles: ['viewer'] });
});

test('a role changes only after its effect was shown', async () => {
  await page.getByRole('button', { name: `Change ${GRACE.name}` }).click();
  await page.getByRole('menuitem', { name: 'Make an administrator' }).click();
  const dialog = page.getByRole('alertdialog').or(page.getByRole('dialog'));
  await dialog.getByText(`Make ${GRACE.name} an administrator?`).waitFor();
  assert.deepEqual(await signIn(GRACE), { status: 200, roles: ['viewer'] });
  await dialog.getByRole('button', { name: /administrator/iu }).click();
  await dialog.waitFor({ state: 'detached' });
  assert.deepEqual(await signIn(GRACE), { status: 200, roles: ['admin'] });
});

test('a removed person is out, their sessions too', async () => {
  const other = await stage.open({ as: 'nobody' });
  assert.equal((await other.context.request.post('/api/v1/session', { data: GRACE })).status(), 200);
  await page.getByRole('button', { name: `Change ${GRACE.name}` }).click();
  await page.getByRole('menuitem', { name: 'Remove' }).click();
  const dialog = page.getByRole('alertdialog').or(page.getByRole('dialog'));
  await dialog.getByRole('button', { name: /^Remove/u }).click();
  await dialog.waitFor({ state: 'detached' });
  assert.equal((await signIn(GRACE)).status, 401);
  assert.equal((await other.context.request.get('/api/v1/services')).status(), 401);
  await other.close();
});

test('a tool gets a token that is shown once, reads with it, and loses it', async () => {
  await page.getByRole('button', { name: 'Connect a tool' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name of the token').fill('wall display');
  await dialog.getByRole('button', { name: /^Make/u }).click();
  await page.getByRole('dialog', { name: 'The token is made' }).waitFor();
  const secret = /tt_[\w-]+/u.exec(await dialog.innerText())?.[0];
  assert.ok(secret !== undefined, 'no token is shown');
  const read = async (): Promise<number> => (await fetch(`${stage.server.console}/api/services`, { headers: { authorization: `Bearer ${secret}` } })).status;
  assert.equal(await read(), 200);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Revoke wall display' }).click();
  const sure = page.getByRole('alertdialog').or(page.getByRole('dialog'));
  assert.equal(await read(), 200);
  await sure.getByRole('button', { name: /^Revoke/u }).click();
  await sure.waitFor({ state: 'detached' });
  assert.equal(await read(), 401);
  assert.ok(!(await page.content()).includes(secret), 'the token is still on the page');
});

test('a changed password ends the other sessions of the account, not this one', async () => {
  const other = await stage.open({ as: 'nobody' });
  assert.equal((await other.context.request.post('/api/v1/session', { data: ADMIN })).status(), 200);
  const wanted = `other-${crypto.randomUUID()}`;
  await page.getByLabel('Current password').fill(ADMIN.password);
  await page.getByLabel('New password', { exact: true }).fill(wanted);
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.waitForResponse((response) => response.url().endsWith('/api/v1/session/password') && response.status() === 200);
  assert.equal((await other.context.request.get('/api/v1/services')).status(), 401);
  assert.equal((await viewer.context.request.get('/api/v1/services')).status(), 200);
  assert.equal((await signIn({ ...ADMIN, password: wanted })).status, 200);
  assert.equal((await signIn(ADMIN)).status, 401);
  await other.close();
});

test('the browser had nothing to complain of', () => assert.deepEqual(viewer.complaints, []));

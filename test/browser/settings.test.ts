/** What administrators do under Settings: people come and go, tools get tokens, passwords change. Each act is checked where it counts: at the API. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { TOTP } from 'otpauth';
import { beforeFile } from './before-file.ts';
import { axeFindings } from './checks.ts';
import type { Viewer } from './chromium.ts';
import { goTo } from './pages.ts';
import { ADMIN, shareStage, type Stage } from './stage.ts';

const GRACE = { name: 'grace', password: `words-${crypto.randomUUID()}` };

let stage: Stage;
let viewer: Viewer;
let page: Page;

beforeFile(import.meta.filename, async () => {
  stage = await shareStage('one');
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
  await goTo(page, '/settings/people');
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

test('roles and groups change only after the effect was shown', async () => {
  await page.getByRole('button', { name: `Change ${GRACE.name}` }).click();
  await page.getByRole('menuitem', { name: 'Change roles and groups' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(`Open sessions of ${GRACE.name} end`).waitFor();
  await dialog.getByText(/^Administrator/u).click();
  await dialog.getByLabel('Groups').fill('payments, on-call');
  assert.deepEqual(await axeFindings(page), []);
  assert.deepEqual(await signIn(GRACE), { status: 200, roles: ['viewer'] });
  await dialog.getByRole('button', { name: 'Change roles and groups' }).click();
  await dialog.waitFor({ state: 'detached' });
  assert.deepEqual(await signIn(GRACE), { status: 200, roles: ['viewer', 'admin'] });
  await goTo(page, '/settings/groups');
  await page.getByRole('row', { name: /on-call.*grace/u }).waitFor();
  await page.getByRole('button', { name: 'Change payments' }).click();
  for (const name of [ADMIN.name, GRACE.name]) await dialog.getByText(new RegExp(`^${name}`, 'u')).click();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await goTo(page, '/settings/people');
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
  await goTo(page, '/settings/tokens');
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
  await goTo(page, '/settings');
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

test('a person makes a token that does less than the person may, and ends it', async () => {
  await page.getByRole('button', { name: 'Make a token' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name of the token').fill('my script');
  await dialog.getByRole('button', { name: 'Make token' }).click();
  await page.getByRole('dialog', { name: 'The token is made' }).waitFor();
  const secret = /tt_[\w-]+/u.exec(await dialog.innerText())?.[0] ?? assert.fail('no token is shown');
  const status = async (path: string): Promise<number> => (await fetch(`${stage.server.console}${path}`, { headers: { authorization: `Bearer ${secret}` } })).status;
  assert.deepEqual([await status('/api/v1/services'), await status('/api/v1/accounts')], [200, 403]);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Revoke my script' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke token' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.equal(await status('/api/v1/services'), 401);
});

test('a second factor is added with a code, asked for at the next sign-in, and a recovery code stands in for it once', async () => {
  const person = { name: 'tess', password: `words-${crypto.randomUUID()}` };
  assert.ok((await viewer.context.request.post('/api/v1/accounts', { data: { ...person, roles: ['viewer'] }, headers: { authorization: `Bearer ${stage.token}` } })).ok());
  const other = await stage.open({ as: 'nobody' });
  const { page: hers } = other;
  const enter = async (): Promise<void> => {
    await hers.goto('/sign-in?to=/settings');
    await hers.getByLabel('Name', { exact: true }).fill(person.name);
    await hers.getByLabel('Password', { exact: true }).fill(person.password);
    await hers.keyboard.press('Enter');
  };
  await enter();
  await hers.getByRole('button', { name: 'Add a second factor' }).click();
  await hers.getByLabel('Your password').fill(person.password);
  await hers.keyboard.press('Enter');
  await hers.getByRole('img', { name: 'Picture for an authenticator app' }).waitFor();
  assert.deepEqual(await axeFindings(hers), []);
  const secret = (await hers.getByRole('region', { name: 'text for the app' }).innerText()).replaceAll(/\s/gu, '');
  await hers.getByLabel('Code that the app shows').fill(new TOTP({ secret }).generate());
  await hers.keyboard.press('Enter');
  const codes = (await hers.getByRole('region', { name: 'recovery codes' }).innerText()).split(/\s+/u).filter((code) => code !== '');
  assert.equal(codes.length, 10);
  await hers.getByRole('button', { name: 'I have kept them' }).click();
  await hers.getByText('Recovery codes left').waitFor();
  await hers.getByRole('button', { name: 'Sign out here' }).click();
  await hers.getByRole('dialog').getByRole('button', { name: 'Sign out here' }).click();
  await hers.waitForURL(/\/sign-in/u);
  // A browser that she used before is told what is missing.
  await enter();
  await hers.getByRole('heading', { level: 1, name: 'Enter your code' }).waitFor();
  assert.deepEqual(await axeFindings(hers), []);
  assert.equal(await hers.getByLabel(`Code for ${person.name}`).getAttribute('autocomplete'), 'one-time-code');
  await hers.getByLabel(`Code for ${person.name}`).fill('000000');
  await hers.keyboard.press('Enter');
  await hers.getByRole('alert').waitFor();
  await hers.getByLabel(`Code for ${person.name}`).fill(codes[0] ?? '');
  await hers.keyboard.press('Enter');
  await hers.waitForURL(/\/settings/u);
  await hers.getByText('Recovery codes left').waitFor();
  assert.match(await hers.getByRole('region', { name: 'Second factor' }).innerText(), /Recovery codes left\s+9/u);
  assert.equal((await signIn(person)).status, 401, 'a stranger with the password alone');
  await other.close();
});

test('the browser had nothing to complain of', () => assert.deepEqual(viewer.complaints, []));

/** From an empty store to a signed-in administrator by the printed link, and every way in and out after that. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { TOTP } from 'otpauth';
import { startServer, temporaryFolder } from '#harness';
import { CLIENT, freePort, TestProvider } from '#harness/provider';
import { beforeFile } from './before-file.ts';
import { axeFindings, overflow } from './checks.ts';
import { openViewer, SIZES, type Viewer } from './chromium.ts';
import { goTo, loaded } from './pages.ts';
import { ADMIN, firstLink, setStage, type Stage, VIEWER } from './stage.ts';

let stage: Stage;
let first: Viewer;

beforeFile(import.meta.filename, async () => {
  stage = await setStage('empty');
  first = await stage.open({ as: 'nobody' });
});

test('a stranger is led to the sign-in, which says where the first link is', async () => {
  await first.page.goto('/services');
  await first.page.waitForURL(/\/sign-in/u);
  await first.page.locator('h1').waitFor();
  await first.page.getByText(/link/iu).first().waitFor();
  assert.deepEqual([...(await axeFindings(first.page)), ...(await overflow(first.page))], []);
});

test('the printed link makes the first administrator, once', async () => {
  const { page } = first;
  const link = await firstLink(stage.server);
  await page.goto(link.href.replace(link.origin, stage.server.console));
  await page.getByLabel('Your name').fill(ADMIN.name);
  await page.getByLabel('A password').fill('short');
  assert.ok(await page.getByRole('button', { name: 'Make account and sign in' }).isDisabled(), 'a weak password is taken');
  await page.setViewportSize(SIZES[390]);
  assert.deepEqual([...(await axeFindings(page)), ...(await overflow(page))], []);
  await page.setViewportSize(SIZES[1280]);
  await page.getByLabel('A password').fill(ADMIN.password);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/search/u);
  await loaded(page);
  await page.getByRole('button', { name: `Account ${ADMIN.name}, admin` }).waitFor();
  assert.ok(!page.url().includes(link.hash.slice(7)), 'the link stays in the address');
  const again = await stage.open({ as: 'nobody' });
  const answer = await again.context.request.post('/api/v1/session/first', { data: { link: link.hash.replace('#first=', ''), name: 'eve', password: ADMIN.password } });
  assert.equal(answer.ok(), false, 'the link works twice');
  await again.close();
});

test('an empty store teaches the next step on every page', async () => {
  const { page } = first;
  for (const path of ['/search', '/services', '/map', '/ingest']) {
    await goTo(page, path);
    const ways = page.getByRole('main').getByRole('link', { name: /connect|send|ingest/iu }).or(page.getByRole('main').getByRole('button', { name: /connect|key|copy/iu }));
    assert.ok((await ways.count()) > 0, `${path} leads nowhere`);
    assert.deepEqual([...(await axeFindings(page)), ...(await overflow(page))], [], path);
  }
});

test('the cookie is out of reach of scripts and of other sites', async () => {
  const [cookie] = (await first.context.cookies()).filter(({ name }) => name.endsWith('tracekeep_session'));
  assert.equal(cookie?.httpOnly, true);
  assert.equal(cookie?.sameSite, 'Strict');
  assert.equal(await first.page.evaluate(() => document.cookie.includes('tracekeep_session')), false);
});

test('a wrong password says one sentence, the right one leads to where one wanted to go', async () => {
  const { page, close } = await stage.open({ as: 'nobody' });
  await page.goto('/health');
  await page.waitForURL(/\/sign-in/u);
  await page.getByLabel('Name', { exact: true }).fill(ADMIN.name);
  await page.locator('input[type="password"]').fill('not the password');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('Name, password and code do not fit together.').waitFor();
  await page.locator('input[type="password"]').fill(ADMIN.password);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/health/u);
  await page.getByRole('heading', { level: 1, name: 'Health' }).waitFor();
  await close();
});

test('signing out everywhere ends the sessions of other browsers at once', async () => {
  const other = await stage.open({ as: 'nobody' });
  const answer = await other.context.request.post('/api/v1/session', { data: ADMIN });
  assert.equal(answer.status(), 200, await answer.text());
  await goTo(other.page, '/search');
  await goTo(first.page, '/search');
  await first.page.getByRole('button', { name: /^Account/u }).click();
  await first.page.getByRole('menuitem', { name: 'Sign out everywhere' }).click();
  await first.page.waitForURL(/\/sign-in/u);
  await other.page.getByRole('link', { name: 'Services', exact: true }).click();
  await other.page.waitForURL(/\/sign-in/u);
  assert.equal((await other.context.request.get('/api/v1/services')).status(), 401);
  await other.close();
});

test('a viewer reads, and is not offered what only administrators may do', async () => {
  const { page, complaints, close } = await stage.open({ as: 'viewer' });
  await goTo(page, '/settings');
  await page.getByRole('button', { name: `Account ${VIEWER.name}, viewer` }).waitFor();
  assert.equal(await page.getByRole('button', { name: /add (?!a second factor)|new|create|invite/iu }).count(), 0);
  assert.equal(await page.locator('main [role="alert"]').count(), 0);
  assert.deepEqual(complaints, []);
  await close();
});

test('a state-changing request without the token of the session is refused', async () => {
  const { page, context, close } = await stage.open({ as: 'nobody' });
  assert.equal((await context.request.post('/api/v1/session', { data: ADMIN })).status(), 200);
  await goTo(page, '/search');
  const status = await page.evaluate(async () => (await fetch('/api/v1/session/all', { method: 'DELETE' })).status);
  assert.equal(status, 403);
  await close();
});

test('who signs in with a provider comes back to where they were going, sees where the account is kept, and signs out there too', async () => {
  const port = await freePort();
  const provider = await TestProvider.start({ console: `http://127.0.0.1:${port}`, groups: { ana: ['staff'], eve: [] } });
  const secret = join(temporaryFolder(), 'secret');
  writeFileSync(secret, CLIENT.secret, { mode: 0o600 });
  const server = await startServer({ args: ['--console', `127.0.0.1:${port}`, '--oidc-issuer', provider.url, '--oidc-client-id', CLIENT.id, '--oidc-client-secret-file', secret, '--oidc-role', 'staff=viewer', '--oidc-name', 'Staff'] });
  const viewer = await openViewer(stage.chromium.browser, { url: server.console });
  const { page } = viewer;
  try {
    await page.goto('/settings?x=1');
    const way = page.getByRole('button', { name: 'Sign in with Staff' });
    await way.waitFor();
    assert.deepEqual([...(await axeFindings(page)), ...(await overflow(page))], []);
    const come = async (name: string): Promise<void> => {
      await way.click();
      await page.locator('input[name=login]').fill(name);
      await page.locator('input[name=password]').fill('x');
      await page.locator('button[type=submit]').click();
      await page.locator('button[type=submit]', { hasText: 'Continue' }).click();
    };
    await come('eve');
    await page.getByText('none of your groups may use this server').waitFor();
    assert.ok(!page.url().includes('code='), 'the answer stays in the address');
    assert.deepEqual([...(await axeFindings(page)), ...(await overflow(page))], []);
    await viewer.context.clearCookies();
    await page.goto('/settings?x=1');
    await come('ana');
    await page.waitForURL(`${server.console}/settings?x=1`);
    await page.getByText(provider.url).waitFor();
    assert.equal(await page.getByLabel('Current password').count(), 0, 'a password is asked for that is not here');
    assert.deepEqual([...(await axeFindings(page)), ...(await overflow(page))], []);
    await page.getByRole('button', { name: /^Account ana/u }).click();
    await page.getByRole('menuitem', { name: 'Sign out', exact: true }).click();
    await page.waitForURL(new RegExp(`^${provider.url}/session/end`, 'u'));
    assert.deepEqual(viewer.violations, []);
  } finally {
    await viewer.close();
    provider.stop();
    await server.kill();
  }
});

test('where everybody has to have a second factor nothing is open before it, and everything after; who does not want one is out again', async () => {
  const server = await startServer({ args: ['--require-second-factor', 'everybody'] });
  const viewer = await openViewer(stage.chromium.browser, { url: server.console });
  const { page } = viewer;
  try {
    const link = await firstLink(server);
    await page.goto(`/sign-in${link.hash}`);
    await page.getByLabel('Your name').fill(ADMIN.name);
    await page.getByLabel('A password').fill(ADMIN.password);
    await page.keyboard.press('Enter');
    const heading = page.getByRole('heading', { level: 1, name: 'Add a second factor' });
    await heading.waitFor();
    assert.equal((await viewer.context.request.get('/api/v1/services')).status(), 403);
    // By whatever address.
    await page.goto('/settings/people');
    await heading.waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('heading', { level: 1, name: /^Sign in/u }).waitFor();
    assert.equal((await viewer.context.request.get('/api/v1/session')).status(), 401);
    await page.goto('/sign-in?to=/settings');
    await page.getByLabel('Name', { exact: true }).fill(ADMIN.name);
    await page.getByLabel('Password', { exact: true }).fill(ADMIN.password);
    await page.keyboard.press('Enter');
    // The password was typed a moment ago, and is not asked for again.
    await page.getByRole('img', { name: 'Picture for an authenticator app' }).waitFor();
    for (const width of [390, 1280] as const) {
      await page.setViewportSize(SIZES[width]);
      assert.deepEqual([...(await axeFindings(page)), ...(await overflow(page))], []);
    }
    const secret = (await page.getByRole('region', { name: 'text for the app' }).innerText()).replaceAll(/\s/gu, '');
    await page.getByLabel('Code that the app shows').fill('000000');
    await page.keyboard.press('Enter');
    await page.getByText(/does not fit|wrong/iu).first().waitFor();
    await page.getByLabel('Code that the app shows').fill(new TOTP({ secret }).generate());
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'recovery codes' }).waitFor();
    assert.deepEqual([...(await axeFindings(page)), ...(await overflow(page))], []);
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await page.waitForURL(/\/settings$/u);
    await page.getByText('Recovery codes left').waitFor();
    assert.equal((await viewer.context.request.get('/api/v1/services')).status(), 200);
    assert.deepEqual(viewer.violations, []);
  } finally {
    await viewer.close();
    await server.kill();
  }
});

/**
 * A page of another port of the same host in the browser of somebody who is signed in: it shares the host's cookies, and must neither read, nor change,
 * nor frame, nor replace anything unnoticed.
 */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { beforeFile } from './before-file.ts';
import type { Viewer } from './chromium.ts';
import { goTo } from './pages.ts';
import { ADMIN, setStage, type Stage, VIEWER } from './stage.ts';

let stage: Stage;
let foreign: Server;
let origin = '';
/** What the foreign server answers. */
let answer: { readonly body?: string; readonly cookies?: readonly string[] } = {};

beforeFile(import.meta.filename, async () => {
  foreign = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html', ...(answer.cookies === undefined ? {} : { 'set-cookie': [...answer.cookies] }) }).end(answer.body ?? '<title>foreign</title>');
  }).listen(0, '127.0.0.1');
  stage = await setStage('empty');
  origin = `http://127.0.0.1:${(foreign.address() as AddressInfo).port}`;
});
after(() => foreign.close());

const sessionOf = async ({ context }: Viewer): Promise<string> => (await context.cookies()).find(({ name, path }) => name === 'tracekeep_session' && path === '/')?.value ?? assert.fail('nobody is signed in');
const statusOf = (page: Page, path = '/api/v1/session'): Promise<number> => page.evaluate(async (asked) => (await fetch(asked)).status, path);

/** Signs in on the page itself, as a person does. */
async function signInOn({ page }: Viewer, { name, password }: typeof ADMIN): Promise<void> {
  await page.goto('/sign-in?to=/settings');
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.locator('input[name="password"]').fill(password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
}

test('it reads nothing, changes nothing, frames nothing and keeps no hold of a window it opened', async () => {
  const viewer = await stage.open();
  await goTo(viewer.page, '/settings');
  const page = await viewer.context.newPage();
  answer = { body: `<title>foreign</title><iframe src="${stage.server.console}/search"></iframe><iframe src="${stage.server.console}/api/v1/session"></iframe>` };
  await page.goto(origin);
  const got = await page.evaluate(async (url) => {
    const read: string[] = [];
    for (const [method, path, type] of [['GET', '/api/v1/services', ''], ['GET', '/api/v1/session', ''], ['DELETE', '/api/v1/session/all', ''], ['POST', '/api/v1/session', 'text/plain'], ['POST', '/api/v1/producers', 'application/json']] as const) {
      for (const mode of ['cors', 'no-cors'] as const) {
        await fetch(url + path, { method, mode, credentials: 'include', headers: type === '' ? {} : { 'content-type': type }, body: method === 'POST' ? '{}' : null }).then((response) => read.push(`${method} ${path} ${mode} ${response.type} ${response.status}`), () => undefined);
      }
    }
    const opened = open(`${url}/settings`);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    return { read, closed: opened === null || opened.closed };
  }, stage.server.console);
  assert.deepEqual(got, { read: [], closed: true });
  for (const frame of page.frames().slice(1)) assert.ok(!frame.url().startsWith(stage.server.console), `framed ${frame.url()}`);
  assert.equal(await statusOf(viewer.page), 200, 'still signed in');
  await viewer.close();
});

test('a form of it signs nobody in', async () => {
  const viewer = await stage.open({ as: 'nobody' });
  answer = { body: `<form method="post" enctype="text/plain" action="${stage.server.console}/api/v1/session"><input name='{"name":"${ADMIN.name}","password":"${ADMIN.password}","x":"' value='"}'></form>` };
  await viewer.page.goto(origin);
  await viewer.page.evaluate(() => document.querySelector('form')?.submit());
  await viewer.page.getByText('csrf_refused').waitFor();
  assert.deepEqual(await viewer.context.cookies(), []);
  await viewer.close();
});

test('a session that it puts beside the real one is taken away, and the person stays where they are', async () => {
  const other = await stage.open({ as: 'viewer' });
  const planted = await sessionOf(other);
  const viewer = await stage.open();
  await goTo(viewer.page, '/settings');
  answer = { cookies: ['/api', '/api/v1/session'].map((path) => `tracekeep_session=${planted}; Path=${path}`) };
  const page = await viewer.context.newPage();
  await page.goto(origin);
  assert.equal((await viewer.context.cookies()).filter(({ name }) => name === 'tracekeep_session').length, 3);
  await viewer.page.getByRole('link', { name: 'Search', exact: true }).click();
  await viewer.page.getByRole('button', { name: `Account ${ADMIN.name}, admin` }).waitFor();
  await goTo(viewer.page, '/settings');
  await viewer.page.getByRole('button', { name: `Account ${ADMIN.name}, admin` }).waitFor();
  assert.equal(await statusOf(viewer.page), 200);
  await viewer.close();
  await other.close();
});

test('a session that it puts in place of the real one is asked about before anybody acts as somebody else', async () => {
  const other = await stage.open({ as: 'viewer' });
  const planted = await sessionOf(other);
  const viewer = await stage.open({ as: 'nobody' });
  await signInOn(viewer, ADMIN);
  answer = { cookies: [`tracekeep_session=${planted}; Path=/`] };
  const page = await viewer.context.newPage();
  await page.goto(origin);
  await viewer.page.goto('/search');
  await viewer.page.getByRole('heading', { name: `You are signed in as ${VIEWER.name}` }).waitFor();
  await viewer.page.getByRole('button', { name: 'End it and sign in' }).click();
  await viewer.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await viewer.close();
  await other.close();
});

test('an address to return to never leads elsewhere', async () => {
  for (const to of ['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)']) {
    const viewer = await stage.open();
    await viewer.page.goto(`/sign-in?to=${encodeURIComponent(to)}`);
    await viewer.page.waitForURL(/\/search/u);
    assert.ok(viewer.page.url().startsWith(`${stage.server.console}/`), viewer.page.url());
    await viewer.close();
  }
});

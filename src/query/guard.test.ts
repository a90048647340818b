import assert from 'node:assert/strict';
import { IncomingMessage, request as httpRequest } from 'node:http';
import { type AddressInfo, Socket } from 'node:net';
import { test } from 'node:test';
import { ACTIONS } from '#access';
import type { SignedIn } from '#authenticate/sign-in';
import type { Role, TenantId } from '#model';
import { refuse, type Refusal } from '#refusal';
import fastify from 'fastify';
import { withoutTossed } from './browser.ts';
import { installGuard, isStillLetIn, readerOf } from './guard.ts';

test('isStillLetIn() says no as soon as the session ended, the role changed or the session is another person’s', async () => {
  const signedIn = (id: string, role: Role): SignedIn => ({ reader: { id, name: id, tenant: 'default' as TenantId, kind: 'person', roles: [role], groups: [], scopes: null }, sessionId: 's', csrf: 'c', signedInAt: 0, expiresAt: 1, secondFactor: null, mustAddFactor: false, issuer: null });
  let session: SignedIn | Refusal = signedIn('a', 'admin');
  const app = fastify();
  installGuard(app, { reader: () => refuse('credential_missing') }, [], { session: () => session });
  app.get('/metrics', { config: { action: 'metrics.read' } }, async (request) => {
    const answers = [isStillLetIn(request)];
    for (const later of [signedIn('a', 'viewer'), signedIn('b', 'admin'), refuse('session_over'), signedIn('a', 'admin')]) {
      session = later;
      answers.push(isStillLetIn(request));
    }
    return { answers, reader: readerOf(request).id };
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const body = await new Promise<string>((resolve, reject) => {
    httpRequest({ host: '127.0.0.1', port, path: '/metrics', headers: { cookie: 'tracekeep_session=x' }, agent: false }, (response) => response.on('data', (chunk) => resolve(String(chunk)))).on('error', reject).end();
  });
  await app.close();
  assert.deepEqual(JSON.parse(body), { answers: [true, false, false, false, true], reader: 'a' });
});

test('who has to add a second factor first reaches what adds it, and what leads out, and nothing else', async (test) => {
  const app = fastify();
  test.after(() => app.close());
  const reader = { id: 'a', name: 'a', tenant: 'default' as TenantId, kind: 'person', roles: ['admin'], groups: [], scopes: null } as const;
  installGuard(app, { reader: () => refuse('credential_missing') }, [], { session: () => ({ reader, sessionId: 's', csrf: 'c', signedInAt: 0, expiresAt: 1, secondFactor: null, mustAddFactor: true, issuer: null }) });
  for (const action of ACTIONS) app.get(`/${action}`, { config: { action } }, async () => 'in');
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const open = [];
  for (const action of ACTIONS) {
    const answer = await fetch(`http://127.0.0.1:${port}/${action}`, { headers: { cookie: 'tracekeep_session=x' } });
    if (answer.status === 200) open.push(action);
    else assert.match(await answer.text(), /second_factor_needed/, action);
  }
  assert.deepEqual(open.toSorted(), ['factor.change', 'session.end', 'session.read']);
});

test('readerOf() throws for a request that nobody let in', () => {
  const app = fastify();
  app.get('/open', async (request) => readerOf(request));
  return app.inject('/open').then(({ statusCode }) => assert.equal(statusCode, 500));
});

test('withoutTossed() names every path above an address but the root, bounded, and nothing that could end a header', () => {
  const plain = new IncomingMessage(new Socket());
  const paths = (url: string): (string | undefined)[] => withoutTossed(url, plain).map((one) => /Path=([^;]*)/.exec(one)?.[1]);
  assert.deepEqual(paths('/a/b?c=/d'), ['/a', '/a/', '/a/b', '/a/b/']);
  assert.deepEqual(paths('/'), []);
  assert.equal(paths(`/${'x/'.repeat(400)}`).length, 16);
  for (const url of ['/a;Path=/', '/a\r\nb', '/ä', `/${'x'.repeat(2_000)}`]) assert.deepEqual(paths(url), []);
});

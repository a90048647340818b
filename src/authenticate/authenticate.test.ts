import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { ControlStore } from '#control';
import { LIMITS } from '#limits';
import { DEFAULT_TENANT, Secret } from '#model';
import { REFUSALS, isRefusal } from '#refusal';

import { createAuthenticator } from './authenticate.ts';
import type { Authenticator, AuthorizationHeader } from './authenticate.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'tracekeep-authenticate-'));
let ticks = 0;
let control: ControlStore;
let authenticator: Authenticator;
let key = '';
let token = '';

before(async () => {
  control = await ControlStore.open({ dataDir, key: new Secret(new Uint8Array(32)), elapsed: () => ticks });
  authenticator = createAuthenticator(control);
  const added = await control.addProducer({ tenant: DEFAULT_TENANT, name: 'shop', services: ['shop-*'] });
  const issued = await control.addToken({ tenant: DEFAULT_TENANT, roles: ['viewer'], name: 'someone' });
  assert.ok(!isRefusal(added) && !isRefusal(issued));
  key = added.key.reveal();
  token = issued.secret.reveal();
});

after(() => {
  control.close();
  rmSync(dataDir, { recursive: true });
});

function outcome(header: AuthorizationHeader): string {
  const answer = authenticator.producer(header);
  assert.ok(!(answer instanceof Promise), 'what is no token of an issuer is answered at once');
  return isRefusal(answer) ? answer.refused : answer.name;
}

test('producer() knows the sender by the ingest key, reader() the reader by the token', () => {
  assert.equal(outcome(`Bearer ${key}`), 'shop');
  const reader = authenticator.reader(`Bearer ${token}`);
  assert.ok(!isRefusal(reader));
  assert.deepEqual([reader.name, reader.roles[0], reader.tenant], ['someone', 'viewer', 'default']);
});

test('that a token is in use is written down once in a while, whatever it is asked for, and never for one that is unknown', () => {
  const uses: string[] = [];
  const failures: unknown[] = [];
  let now = 1_000;
  const touched = createAuthenticator({ findCredential: (text) => control.findCredential(text), touchToken: async (id) => void uses.push(id) }, (failure) => failures.push(failure), { now_ms: () => now });
  for (let at = 0; at < 50; at++) touched.reader(`Bearer ${token}`);
  touched.reader(`Bearer ${key}`);
  touched.reader(`Bearer ${token}x`);
  assert.equal(uses.length, 1);
  now += LIMITS.token_touch_ms - 1;
  touched.reader(`Bearer ${token}`);
  assert.equal(uses.length, 1);
  now += 1;
  touched.reader(`Bearer ${token}`);
  assert.deepEqual([uses.length, failures], [2, []]);
});

test('an ingest key does not read and a token does not send', () => {
  assert.equal(outcome(`Bearer ${token}`), 'credential_wrong_kind');
  const answer = authenticator.reader(`Bearer ${key}`);
  assert.ok(isRefusal(answer) && answer.refused === 'credential_wrong_kind');
  assert.equal(REFUSALS[answer.refused].http, 403);
});

test('no credential is told from a wrong one, and both are 401', () => {
  for (const header of [undefined, '', [], 'Bearer', 'bearer ', [' Bearer\t']]) assert.equal(outcome(header), 'credential_missing', JSON.stringify(header));
  const unknown = [
    `Bearer ${key.slice(0, -1)}`, `Bearer ${key}x`, `Bearer ${key} x`, `Bearer "${key}"`, `Bearer ${key}, Bearer ${key}`, `Bearer=${key}`, `Bearer%20${key}`, `Bearer\t${key}`,
    key, `Basic ${key}`, `Basic ${Buffer.from(`user:${key}`).toString('base64')}`, `XBearer ${key}`, `Bearer tk_${'A'.repeat(49)}`, `Bearer ${'x'.repeat(100_000)}`,
    `${' '.repeat(100_000)}Bearer ${key}`, `Bearer${' '.repeat(100)}${key}`, `Bearer ${key}\u0000`, `Bearer ${key}\n`, 'Bearer \u{1f511}',
  ];
  for (const header of unknown) assert.equal(outcome(header), 'credential_unknown', header.slice(0, 80));
  assert.equal(REFUSALS.credential_missing.http, 401);
  assert.equal(REFUSALS.credential_unknown.http, 401);
});

test('the scheme is case-insensitive and whitespace around the value is not part of it (RFC 9110)', () => {
  for (const header of [`bearer ${key}`, `BEARER ${key}`, `Bearer   ${key}`, ` \tBearer ${key} \t`, [`Bearer ${key}`]]) assert.equal(outcome(header), 'shop');
});

test('a repeated header is refused, whatever order the right one comes in', () => {
  assert.equal(outcome([`Bearer ${key}`, 'Bearer x']), 'credential_unknown');
  assert.equal(outcome(['Bearer x', `Bearer ${key}`]), 'credential_unknown');
  assert.equal(outcome([`Bearer ${key}`, `Bearer ${key}`]), 'credential_unknown');
});

test('an overlong header is refused for its length before anything looks at it', () => {
  const answer = authenticator.producer(`Bearer ${'x'.repeat(100_000)}`);
  assert.ok(isRefusal(answer));
  assert.match(answer.detail ?? '', /has 100007 characters/);
});

test('a refusal never repeats what was sent', () => {
  for (const header of [`Bearer ${key}x`, `Basic ${key}`, `${key}`]) assert.ok(!JSON.stringify(authenticator.producer(header)).includes(key.slice(5, 20)));
});

test('a database that cannot be read lets nobody in, retryably, and is reported', () => {
  const failures: unknown[] = [];
  const blind = createAuthenticator({ findCredential: () => { throw new Error('disk'); } }, (failure) => failures.push(failure));
  const answer = blind.producer(`Bearer ${key}`);
  assert.ok(isRefusal(answer) && REFUSALS[answer.refused].retry);
  assert.equal(failures.length, 1);
});

test('a revoked key is refused from the next look on', async () => {
  await control.revokeProducer({ tenant: DEFAULT_TENANT, name: 'shop' });
  ticks += LIMITS.revocation_ms_max;
  assert.equal(outcome(`Bearer ${key}`), 'credential_unknown');
});

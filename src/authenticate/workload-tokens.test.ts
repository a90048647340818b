import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';

import type { BoundTrust } from '#control';
import { LIMITS } from '#limits';
import { tenantId, DEFAULT_TENANT, producerId, type Producer } from '#model';
import { isRefusal } from '#refusal';

import type { Ask } from './ask-issuer.ts';
import { createAuthenticator } from './authenticate.ts';
import { createWorkloadTokens, type WorkloadTokens } from './workload-tokens.ts';

const ISSUER = 'https://issuer.example.org/realm/';
const START = Date.UTC(2026, 0, 1);
const producer: Producer = { id: producerId('p_0123456789abcdef')!, name: 'shop', tenant: DEFAULT_TENANT, retention: 'default', services: ['*'], backfill: false, version: 1 };
const trust: BoundTrust = { producer, trust: { id: 'i_0123456789abcdef', issuer: ISSUER, audience: 'us', subject: 's*', claims: [], keys: { at: 'issuer' }, created: 0 } };

interface Key {
  readonly jwk: JWK;
  readonly privateKey: CryptoKey;
}

async function newKey(kid: string): Promise<Key> {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  return { jwk: { ...(await exportJWK(publicKey)), kid }, privateKey };
}

const sign = ({ jwk, privateKey }: Key, at: number, more: object = {}): Promise<string> =>
  new SignJWT({ iss: ISSUER, aud: 'us', sub: 's', iat: at / 1_000, exp: at / 1_000 + 7_200, ...more }).setProtectedHeader({ alg: 'EdDSA', kid: jwk.kid ?? '' }).sign(privateKey);

interface Stage {
  readonly tokens: WorkloadTokens;
  readonly asked: string[];
  now: number;
  keys: readonly JWK[] | null;
  trusts: readonly BoundTrust[];
  failures: number;
}

/** An issuer that gives out `keys`, or fails while they are null; and a clock. */
function stage(keys: readonly JWK[] | null, trusts: readonly BoundTrust[] = [trust]): Stage {
  const ask: Ask = async (url) => {
    it.asked.push(url);
    if (it.keys === null) throw new Error('down');
    return Response.json(url.endsWith('/keys') ? { keys: it.keys } : { issuer: ISSUER, jwks_uri: 'https://keys.example.org/keys' });
  };
  const control = { findTrusts: (issuer: string) => it.trusts.filter((one) => one.trust.issuer === issuer), findTrust: (id: string) => it.trusts.find((one) => one.trust.id === id) ?? null };
  const it: Stage = { tokens: createWorkloadTokens(control, { now_ms: () => it.now, ask, report: () => it.failures++ }), asked: [], now: START, keys, trusts, failures: 0 };
  return it;
}

async function outcome(tokens: WorkloadTokens, token: string): Promise<string> {
  const answer = await tokens.producer(token);
  return isRefusal(answer) ? answer.refused : answer.name;
}

test('a token that was verified is answered at once, without a question and without a signature check, until it ends', async () => {
  const key = await newKey('a');
  const it = stage([key.jwk]);
  const token = await sign(key, START);
  const [first, beside] = [it.tokens.producer(token), it.tokens.producer(token)];
  assert.ok(first instanceof Promise && first === beside, 'the same token is verified once');
  assert.equal(await first, producer);
  assert.deepEqual(it.asked, ['https://issuer.example.org/realm/.well-known/openid-configuration', 'https://keys.example.org/keys']);
  assert.equal(it.tokens.producer(token), producer);
  it.now += 7_200_000 + LIMITS.token_skew_ms_max;
  assert.equal(await outcome(it.tokens, token), 'token_expired');
});

test('a binding that is gone counts no more for a token that was verified', async () => {
  const key = await newKey('a');
  const it = stage([key.jwk]);
  const token = await sign(key, START);
  assert.equal(await outcome(it.tokens, token), 'shop');
  it.trusts = [];
  assert.equal(await outcome(it.tokens, token), 'token_untrusted');
  // Another binding of the same issuer is found anew, and is another producer.
  it.trusts = [{ producer: { ...producer, name: 'other', tenant: tenantId('other')! }, trust: { ...trust.trust, id: 'i_other' } }];
  assert.equal(await outcome(it.tokens, token), 'other');
});

test('a new key of the issuer is fetched when a token names it, and made-up key ids cost one question in a while', async () => {
  const [old, next, foreign] = [await newKey('a'), await newKey('b'), await newKey('made up')];
  const it = stage([old.jwk]);
  assert.equal(await outcome(it.tokens, await sign(old, START)), 'shop');
  it.keys = [old.jwk, next.jwk];
  // Just asked: not again at once.
  assert.equal(await outcome(it.tokens, await sign(next, START)), 'token_untrusted');
  it.now += LIMITS.issuer_keys_pause_ms;
  assert.equal(await outcome(it.tokens, await sign(next, START)), 'shop');
  assert.equal(it.asked.length, 4);
  for (let n = 0; n < 20; n++) assert.equal(await outcome(it.tokens, await sign(foreign, START, { n })), 'token_untrusted');
  assert.equal(it.asked.length, 4);
});

test('a token that is younger than the keys at hand, of a key that is not among them, is to come again and not thrown away', async () => {
  const [old, next] = [await newKey('a'), await newKey('b')];
  const it = stage([old.jwk]);
  assert.equal(await outcome(it.tokens, await sign(old, START)), 'shop');
  it.keys = [old.jwk, next.jwk];
  it.now += 2_000;
  assert.equal(await outcome(it.tokens, await sign(next, it.now)), 'token_keys_unavailable');
  // As one that is forged with a key at hand, or says that it comes from later, is not.
  const forged = await sign(old, it.now);
  assert.equal(await outcome(it.tokens, `${forged.slice(0, -8)}AAAAAAAA`), 'token_untrusted');
  assert.equal(await outcome(it.tokens, await sign(next, it.now + 2 * LIMITS.token_skew_ms_max)), 'token_untrusted');
  it.now += LIMITS.issuer_keys_pause_ms;
  assert.equal(await outcome(it.tokens, await sign(next, it.now - 1_000)), 'shop');
});

test('a key that left the set stops counting, for tokens that were verified by it too', async () => {
  const [old, next] = [await newKey('a'), await newKey('b')];
  const it = stage([old.jwk, next.jwk]);
  const [stolen, honest] = [await sign(old, START), await sign(next, START)];
  for (const token of [stolen, honest]) assert.equal(await outcome(it.tokens, token), 'shop');
  it.keys = [next.jwk];
  it.now += LIMITS.issuer_keys_ms_max;
  // The question goes out behind this answer; the one after it knows.
  it.tokens.producer(stolen);
  await new Promise(setImmediate);
  await outcome(it.tokens, honest);
  assert.equal(await outcome(it.tokens, stolen), 'token_untrusted');
  assert.equal(await outcome(it.tokens, honest), 'shop');
  assert.equal(it.tokens.producer(honest), producer);
});

test('while the issuer is down its keys count for a while, then nothing of it does; others are not concerned', async () => {
  const key = await newKey('a');
  const it = stage(null);
  assert.equal(await outcome(it.tokens, await sign(key, START)), 'token_keys_unavailable');
  assert.equal(await outcome(it.tokens, await sign(key, START, { n: 1 })), 'token_keys_unavailable');
  assert.equal(it.asked.length, 1, 'a failure is not repeated at once');
  it.keys = [key.jwk];
  it.now += LIMITS.issuer_keys_pause_ms;
  const token = await sign(key, START);
  assert.equal(await outcome(it.tokens, token), 'shop');
  it.keys = null;
  it.now += LIMITS.issuer_keys_stale_ms_max - 1;
  assert.equal(await outcome(it.tokens, token), 'shop');
  it.now += 1;
  assert.equal(await outcome(it.tokens, token), 'token_keys_unavailable');
  assert.ok(it.failures > 0);
});

test('a token to which two producers are bound is neither of them', async () => {
  const key = await newKey('a');
  const it = stage([key.jwk], [trust, { producer: { ...producer, id: producerId('p_0000000000000001')! }, trust: { ...trust.trust, id: 'i_2', subject: '*s' } }]);
  assert.equal(await outcome(it.tokens, await sign(key, START)), 'token_untrusted');
});

test('the ID token of somebody who signs in is no token of a workload', async () => {
  const key = await newKey('a');
  const tokens = createWorkloadTokens({ findTrusts: () => [trust], findTrust: () => trust }, { now_ms: () => START, ask: async (url) => Response.json(url.endsWith('/keys') ? { keys: [key.jwk] } : { issuer: ISSUER, jwks_uri: 'https://keys.example.org/keys' }), signInClient: { issuer: ISSUER, clientId: 'us' } });
  assert.equal(await outcome(tokens, await sign(key, START)), 'token_untrusted');
});

test('more tokens being verified than the limit are told to come again', async () => {
  const key = await newKey('a');
  let answer: (response: Response) => void = () => undefined;
  const tokens = createWorkloadTokens({ findTrusts: () => [trust], findTrust: () => trust }, { now_ms: () => START, ask: () => new Promise((resolve) => (answer = resolve)) });
  const token = await sign(key, START);
  const waiting = Array.from({ length: LIMITS.token_checks_at_once_max }, (_, at) => tokens.producer(`${token}${at}`));
  assert.equal(await outcome(tokens, token), 'overloaded');
  answer(Response.json({}));
  await Promise.all(waiting);
});

test('who shows a certificate and a token must be one producer with both', async () => {
  const key = await newKey('a');
  const it = stage([key.jwk]);
  const token = await sign(key, START);
  const shown = (id: string): string | Promise<string> => {
    const authenticator = createAuthenticator({ findCredential: () => assert.fail('it is no key'), findCertificate: () => ({ ...producer, id: producerId(id)! }) }, undefined, { tokens: it.tokens });
    const answer = authenticator.producer(`Bearer ${token}`, { name: 'x', fingerprint: 'y', from: 0, to: Number.MAX_SAFE_INTEGER });
    const text = (found: Exclude<typeof answer, Promise<unknown>>): string => (isRefusal(found) ? found.refused : found.name);
    return answer instanceof Promise ? answer.then(text) : text(answer);
  };
  assert.equal(await shown(producer.id), 'shop');
  assert.equal(shown('p_0000000000000001'), 'certificate_conflict');
});

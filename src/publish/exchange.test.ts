/** Asking a witness over TLS: whom we believe, whom it believes, and what a kept connection is worth. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Authority, type Files } from '#authority';
import { ClientTls, Tls } from '#tls';
import { listenAsWitness, openWitnessKeys, Witness, WitnessState } from '#witness';
import { TestLog } from '#witness/testing';
import { post, type Exchanged } from './exchange.ts';

const home = mkdtempSync(join(tmpdir(), 'tracekeep-exchange-'));
const log = new TestLog('log.example/a', join(home, 'log.key')).grow(7);
const closing: (() => Promise<void> | void)[] = [];
let authority: Authority;
let foreign: Authority;

before(() => {
  [authority, foreign] = ['ca', 'foreign'].map((name) => Authority.create({ folder: join(home, name), dataDir: join(home, 'data'), trustDomain: 'example.org', name, valid_ms: 86_400_000 })) as [Authority, Authority];
});
after(async () => {
  for (const close of closing.reverse()) await close();
  rmSync(home, { recursive: true, force: true });
});

const issue = (by: Authority, name: string, ip = '127.0.0.1'): Files => by.issue({ kind: 'server', name, id: 'spiffe://example.org/server', dns: ['w.example'], ips: [ip], valid_ms: 86_400_000 }).files;
const stop = new AbortController().signal;

/** The address of a witness that follows the log. */
async function serve(name: string, { clientCa = null, ip }: { readonly clientCa?: string | null; readonly ip?: string } = {}): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const state = WitnessState.open(join(home, name, 'state'));
  const witness = new Witness({ state, signers: openWitnessKeys(join(home, name, 'key'), name), logs: log.signers.map(({ verifier }) => verifier) });
  const tls = Tls.open({ ...issue(authority, name, ip), clientCa, clientAuth: clientCa === null ? 'accept' : 'require', minVersion: 'TLSv1.3' }, { problem: (_what, sentence) => assert.fail(sentence), connected: () => undefined });
  const running = await listenAsWitness(witness, { host: '127.0.0.1', port: 0 }, (error) => assert.fail(error), tls);
  const end = (): Promise<void> => running.stop().then(() => state.close());
  closing.push(end);
  return { url: `https://127.0.0.1:${running.address.port}/`, stop: running.stop };
}

/** What a log hears that trusts one authority, and shows a certificate of another or none. */
function asking(ca: Authority | null, own: Authority | null): (url: string, body?: string) => Promise<Exchanged> {
  const tls = ClientTls.open({ ca: ca?.files.certificate ?? null, own: own === null ? null : issue(own, 'log') });
  closing.push(() => tls.stop());
  return (url, body = log.submission(0, 7)) => post(new URL('add-checkpoint', url).href, body, { answer_ms: 5_000, stopped: stop, agent: tls.agent() });
}

test('a witness is believed whose certificate is of a trusted authority and for its address, and nobody else', async () => {
  const { url } = await serve('open');
  const trusting = asking(authority, null);
  // The second over the connection of the first.
  for (const body of [log.submission(0, 7), log.submission(7, 7)]) assert.equal((await trusting(url, body)).status, 200);
  for (const ca of [null, foreign]) await assert.rejects(asking(ca, null)(url), /^Error: cannot trust its certificate \([A-Z_]+\): the setting witness-ca/);
  const elsewhere = await serve('elsewhere', { ip: '127.0.0.2' });
  await assert.rejects(trusting(elsewhere.url), /cannot trust its certificate \(ERR_TLS_CERT_ALTNAME_INVALID\)/);
  await assert.rejects(trusting(url.replace('https', 'http')), /cannot reach it/);
});

test('a witness that requires certificates takes nothing from who has none or one of somebody else', async () => {
  const { url } = await serve('mutual', { clientCa: authority.files.certificate });
  assert.equal((await asking(authority, authority)(url)).status, 200);
  for (const own of [null, foreign]) {
    const { status, body } = await asking(authority, own)(url);
    assert.deepEqual([status, /certificate_(missing|untrusted)/.test(Buffer.from(body).toString())], [401, true]);
  }
});

test('changed files are used by the next request; while they cannot be used nothing is asked', async () => {
  const { url } = await serve('changed', { clientCa: authority.files.certificate });
  const own = issue(authority, 'renewed');
  const tls = ClientTls.open({ ca: authority.files.certificate, own });
  closing.push(() => tls.stop());
  const first = tls.agent();
  assert.equal(tls.agent(), first);
  const ask = async (): Promise<Exchanged> => post(new URL('add-checkpoint', url).href, log.submission(0, 7), { answer_ms: 5_000, stopped: stop, agent: tls.agent() });
  assert.equal((await ask()).status, 200);
  issue(authority, 'renewed');
  assert.equal((await ask()).status, 409);
  assert.notEqual(tls.agent(), first);
  rmSync(own.key);
  await assert.rejects(ask, /cannot read the key of the certificate/);
});

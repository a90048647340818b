import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';

import { COMMAND_LINE, ControlStore } from '#control';
import { LIMITS } from '#limits';
import { DEFAULT_TENANT, Secret } from '#model';
import { isRefusal } from '#refusal';
import { done, refusedAs } from '#refusal/testing';

import { createPasswords } from './password.ts';
import { createPeople } from './people.ts';
import { createSignIn } from './sign-in.ts';
import type { Asker, FailedAttempt, NewSession, SignIn } from './sign-in.ts';

const PASSWORD = 'a quiet river of glass';
const passwords = createPasswords({ cost: { memory_kib: 64, passes: 1, lanes: 1 } });
const stranger: Asker = { address: '192.0.2.1' };
const ada = { tenant: DEFAULT_TENANT, name: 'Ada' };

let dataDir = '';
let now = 0;
let control: ControlStore;
let signIn: SignIn;
const failures: unknown[] = [];
let attempts: FailedAttempt[] = [];

beforeEach(async () => {
  attempts = [];
  dataDir = mkdtempSync(join(tmpdir(), 'tracekeep-sign-in-'));
  now = Date.UTC(2026, 0, 1);
  control = await ControlStore.open({ dataDir, key: new Secret(new Uint8Array(32).fill(7)), clock: () => now });
  signIn = createSignIn(control, { passwords, now_ms: () => now, report: (failure) => failures.push(failure), failed: async (attempt) => (attempts.push(attempt), true) });
});
afterEach(() => {
  control.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function addAda(): Promise<void> {
  done(await createPeople(control, passwords).add({ ...ada, roles: ['admin'], password: PASSWORD }, COMMAND_LINE));
}

const session = ({ token }: NewSession) => signIn.session([token.reveal()]);

test('signIn() gives a session that leads to the person, with a token of its own for changes', async () => {
  await addAda();
  const [one, two] = [done(await signIn.signIn('Ada', PASSWORD, stranger)), done(await signIn.signIn('Ada', PASSWORD, stranger))];
  assert.deepEqual(done(session(one)), one.signedIn);
  assert.deepEqual([one.signedIn.reader.name, one.signedIn.reader.roles[0], one.signedIn.reader.tenant], ['Ada', 'admin', 'default']);
  assert.notEqual(one.token.reveal(), two.token.reveal());
  assert.notEqual(one.signedIn.csrf, two.signedIn.csrf);
  assert.ok(!one.token.reveal().includes(one.signedIn.csrf) && one.signedIn.csrf.length >= 43);
});

test('an unknown name and a wrong password are one refusal', async () => {
  await addAda();
  const answers = [await signIn.signIn('Ada', 'a wrong password', stranger), await signIn.signIn('Eve', PASSWORD, stranger), await signIn.signIn('', '', stranger), await signIn.signIn('ada', PASSWORD, stranger)];
  for (const answer of answers) assert.deepEqual(answer, { refused: 'sign_in_failed' });
});

test('guessing at one account has to wait, whether the name exists or not, and the refusal says how long', async () => {
  await addAda();
  for (const name of ['Ada', 'Eve']) {
    for (let tries = 0; tries <= LIMITS.attempts_account_free; tries++) assert.equal(refusedAs(await signIn.signIn(name, 'a wrong password', { address: `192.0.2.${tries + 10}` })), 'sign_in_failed');
    assert.deepEqual(await signIn.signIn(name, PASSWORD, { address: '192.0.2.200' }), { refused: 'too_many_attempts', detail: 'the next one in 1 s', retryAfter_s: 1 });
  }
  now += 1_000;
  done(await signIn.signIn('Ada', PASSWORD, stranger));
});

test('guessing at many accounts from one address, or one IPv6 network, has to wait', async () => {
  for (const addressOf of [() => '192.0.2.7', (tries: number) => `2001:db8:1:2::${tries.toString(16)}`, (tries: number) => `2001:db8:1:2:${tries.toString(16)}::1`]) {
    for (let tries = 0; tries <= LIMITS.attempts_address_free; tries++) assert.equal(refusedAs(await signIn.signIn(`${addressOf(0)} ${tries}`, 'a wrong password', { address: addressOf(tries) })), 'sign_in_failed');
    assert.equal(refusedAs(await signIn.signIn('another', 'a wrong password', { address: addressOf(99) })), 'too_many_attempts');
    now += LIMITS.attempts_forgotten_ms;
  }
});

test('whoever signed in from this browser before does not wait for what strangers do', async () => {
  await addAda();
  const device = done(await signIn.signIn('Ada', PASSWORD, stranger)).device.reveal();
  for (let tries = 0; tries <= LIMITS.attempts_address_free; tries++, now += 60_000 / 10) await signIn.signIn('Ada', 'a wrong password', stranger);
  assert.equal(refusedAs(await signIn.signIn('Ada', PASSWORD, stranger)), 'too_many_attempts');
  done(await signIn.signIn('Ada', PASSWORD, { ...stranger, device }));
});

test('a known browser is known to one account only, cannot be forged, and waits for its own failures', async () => {
  await addAda();
  done(await createPeople(control, passwords).add({ ...ada, name: 'Bob', roles: ['viewer'], password: PASSWORD }, COMMAND_LINE));
  const device = done(await signIn.signIn('Bob', PASSWORD, stranger)).device.reveal();
  const [nonce, proof = ''] = device.split('.');
  for (let tries = 0; tries <= LIMITS.attempts_account_free; tries++) await signIn.signIn('Ada', 'a wrong password', { address: '192.0.2.99' });
  for (const forged of [device, `${nonce}.`, `.${proof}`, `${nonce}.${proof}x`, `x.${proof}`, `${nonce}.${'A'.repeat(proof.length)}`, '', '.']) {
    assert.equal(refusedAs(await signIn.signIn('Ada', PASSWORD, { ...stranger, device: forged })), 'too_many_attempts', forged);
  }
  for (let tries = 0; tries <= LIMITS.attempts_account_free; tries++) assert.equal(refusedAs(await signIn.signIn('Bob', 'a wrong password', { ...stranger, device })), 'sign_in_failed');
  assert.equal(refusedAs(await signIn.signIn('Bob', PASSWORD, { ...stranger, device })), 'too_many_attempts');
});

test('session() takes the one valid session among cookies, and none where two are valid', async () => {
  await addAda();
  const [one, two] = [done(await signIn.signIn('Ada', PASSWORD, stranger)), done(await signIn.signIn('Ada', PASSWORD, stranger))];
  const text = one.token.reveal();
  assert.equal(done(signIn.session(['junk', text, ''])).sessionId, one.signedIn.sessionId);
  assert.equal(refusedAs(signIn.session([text, two.token.reveal()])), 'session_over');
  assert.equal(refusedAs(signIn.session([])), 'credential_missing');
  assert.equal(refusedAs(signIn.session([...Array.from({ length: LIMITS.session_cookies_max }, (_, at) => `${at}`), text])), 'session_over');
  assert.equal(refusedAs(signIn.session([one.device.reveal(), one.signedIn.csrf, one.signedIn.sessionId])), 'session_over');
});

test('a session that is used goes on; that is written down now and then', async () => {
  await addAda();
  const began = done(await signIn.signIn('Ada', PASSWORD, stranger));
  now += LIMITS.session_touch_ms;
  done(session(began));
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(done(session(began)).expiresAt, now + LIMITS.session_idle_ms_max);
  now += LIMITS.session_idle_ms_max;
  assert.equal(refusedAs(session(began)), 'session_over');
});

test('signing out ends one session or all of them', async () => {
  await addAda();
  const [one, two, three] = [done(await signIn.signIn('Ada', PASSWORD, stranger)), done(await signIn.signIn('Ada', PASSWORD, stranger)), done(await signIn.signIn('Ada', PASSWORD, stranger))];
  await signIn.signOut(one.signedIn);
  assert.equal(refusedAs(session(one)), 'session_over');
  done(session(two));
  await signIn.signOutEverywhere(two.signedIn);
  for (const ended of [two, three]) assert.equal(refusedAs(session(ended)), 'session_over');
});

test('changePassword() wants the current one, ends every session and begins a new one', async () => {
  await addAda();
  const [one, two] = [done(await signIn.signIn('Ada', PASSWORD, stranger)), done(await signIn.signIn('Ada', PASSWORD, stranger))];
  assert.equal(refusedAs(await signIn.changePassword(one.signedIn, 'a wrong password', 'an unlikely heap of snow', stranger)), 'sign_in_failed');
  assert.equal(refusedAs(await signIn.changePassword(one.signedIn, PASSWORD, 'short', stranger)), 'password_weak');
  const after = done(await signIn.changePassword(one.signedIn, PASSWORD, 'an unlikely heap of snow', stranger));
  for (const ended of [one, two]) assert.equal(refusedAs(session(ended)), 'session_over');
  done(session(after));
  assert.equal(refusedAs(await signIn.signIn('Ada', PASSWORD, stranger)), 'sign_in_failed');
  done(await signIn.signIn('Ada', 'an unlikely heap of snow', stranger));
});

test('changePassword() cannot be used to guess the current password of a session found open', async () => {
  await addAda();
  const { signedIn } = done(await signIn.signIn('Ada', PASSWORD, stranger));
  for (let tries = 0; tries <= LIMITS.attempts_account_free; tries++) assert.equal(refusedAs(await signIn.changePassword(signedIn, `guess ${tries}`, 'an unlikely heap of snow', stranger)), 'sign_in_failed');
  assert.equal(refusedAs(await signIn.changePassword(signedIn, PASSWORD, 'an unlikely heap of snow', stranger)), 'too_many_attempts');
});

test('the first link makes one administrator once; a refused password does not cost the link', async () => {
  assert.equal(signIn.isEmpty(), true);
  const { kind, text } = done(signIn.makeLink());
  assert.equal(kind, 'first');
  assert.equal(refusedAs(await signIn.signInFirst(text.reveal(), 'Ada', 'short', stranger)), 'password_weak');
  assert.equal(refusedAs(await signIn.signInFirst(text.reveal(), '', PASSWORD, stranger)), 'name_invalid');
  assert.equal(refusedAs(await signIn.signInByLink(text.reveal(), stranger)), 'link_unknown');
  const answers = await Promise.all(['Ada', 'Eve', 'Mallory'].map((name) => signIn.signInFirst(text.reveal(), name, PASSWORD, stranger)));
  assert.equal(answers.filter(isRefusal).length, 2);
  assert.equal(done(answers.find((one) => !isRefusal(one)) ?? assert.fail()).signedIn.reader.roles[0], 'admin');
  assert.equal((await control.listAccounts()).length, 1);
  assert.equal(signIn.isEmpty(), false);
  assert.equal(refusedAs(await signIn.signInFirst(text.reveal(), 'Eve', PASSWORD, stranger)), 'link_unknown');
  assert.equal(refusedAs(signIn.makeLink()), 'name_taken');
});

test('a link ends after ten minutes, when a newer one is made, and when somebody got an account otherwise', async () => {
  const [old, newer] = [done(signIn.makeLink()).text.reveal(), done(signIn.makeLink()).text.reveal()];
  assert.equal(refusedAs(await signIn.signInFirst(old, 'Ada', PASSWORD, stranger)), 'link_unknown');
  now += LIMITS.sign_in_link_ms_max;
  assert.equal(refusedAs(await signIn.signInFirst(newer, 'Ada', PASSWORD, stranger)), 'link_unknown');
  const last = done(signIn.makeLink()).text.reveal();
  await addAda();
  assert.equal(refusedAs(await signIn.signInFirst(last, 'Eve', PASSWORD, stranger)), 'link_unknown');
  for (const text of ['', 'tl_', last.slice(0, -1), 'x'.repeat(10_000)]) assert.equal(refusedAs(await signIn.signInByLink(text, stranger)), 'link_unknown');
});

test('a link for an account signs in as that account, once', async () => {
  await addAda();
  assert.equal(refusedAs(signIn.makeLink('Eve')), 'name_unknown');
  const { kind, text } = done(signIn.makeLink('Ada'));
  assert.equal(kind, 'link');
  assert.equal(refusedAs(await signIn.signInFirst(text.reveal(), 'Eve', PASSWORD, stranger)), 'link_unknown');
  const answers = await Promise.all([signIn.signInByLink(text.reveal(), stranger), signIn.signInByLink(text.reveal(), stranger)]);
  assert.deepEqual(answers.map((one) => (isRefusal(one) ? one.refused : one.signedIn.reader.name)), ['Ada', 'link_unknown']);
});

test('when sessions cannot be read, nobody has one, and the failure is reported', async () => {
  const broken = createSignIn({ ...controlAs(), findSession: () => { throw new Error('cannot open sessions/1'); } }, { passwords, report: (failure) => failures.push(failure) });
  failures.length = 0;
  assert.equal(refusedAs(broken.session(['ts_x'])), 'store_unavailable');
  assert.equal(failures.length, 1);
});

function controlAs(): Parameters<typeof createSignIn>[0] {
  return {
    findSession: (text) => control.findSession(text), rolesByGlass: (person) => control.rolesByGlass(person), findAccount: (name) => control.findAccount(name), hasAccounts: () => control.hasAccounts(), proofOf: (use, ...parts) => control.proofOf(use, ...parts),
    startSession: (account) => control.startSession(account), touchSession: (id) => control.touchSession(id), endSession: (id) => control.endSession(id), addAccount: (wanted) => control.addAccount(wanted),
    changeAccount: (named, wanted) => control.changeAccount(named, wanted), removeAccount: (named) => control.removeAccount(named), signOutAccount: (named) => control.signOutAccount(named), listAccounts: (tenant) => control.listAccounts(tenant),
    listSessions: (account) => control.listSessions(account), addSecondFactor: (named, factor) => control.addSecondFactor(named, factor), removeSecondFactor: (named, proof) => control.removeSecondFactor(named, proof),
    resetSecondFactor: (named) => control.resetSecondFactor(named), renewRecoveryCodes: (named, proof, hashes) => control.renewRecoveryCodes(named, proof, hashes),
    startProviderSession: (...args) => control.startProviderSession(...args), renewProviderSession: (...args) => control.renewProviderSession(...args), endProviderSessions: (who) => control.endProviderSessions(who),
    barIdentity: (...args) => control.barIdentity(...args), findProviderSession: (id) => control.findProviderSession(id),
  };
}

test('every attempt that fails is heard of, with the network it came from and never a name that nobody has', async () => {
  await addAda();
  const { id } = done(await createPeople(control, passwords).add({ ...ada, name: 'Bob', roles: ['viewer'], password: PASSWORD }, COMMAND_LINE));
  await signIn.signIn('Bob', 'a wrong password', stranger);
  await signIn.signIn('a password in the wrong field', PASSWORD, stranger);
  await signIn.signInByLink('tl_unknown', stranger);
  await signIn.signInFirst('tl_unknown', 'Eve', PASSWORD, stranger);
  const { signedIn } = done(await signIn.signIn('Bob', PASSWORD, stranger));
  await signIn.changePassword(signedIn, 'a wrong password', 'an unlikely heap of snow', stranger);
  const bob = { id, name: 'Bob', tenant: DEFAULT_TENANT };
  const network = '192.0.2.0/24';
  assert.deepEqual(attempts, [
    { account: bob, how: 'password', early: false, network }, { account: null, how: 'password', early: false, network }, { account: null, how: 'link', early: false, network },
    { account: null, how: 'link', early: false, network }, { account: bob, how: 'new password', early: false, network },
  ]);
  for (let tries = 0; tries <= LIMITS.attempts_account_free; tries++) await signIn.signIn('Bob', 'a wrong password', stranger);
  attempts = [];
  await signIn.signIn('Bob', PASSWORD, stranger);
  assert.deepEqual(attempts, [{ account: bob, how: 'password', early: true, network }]);
});

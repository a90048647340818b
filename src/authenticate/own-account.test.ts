import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';

import { TOTP } from 'otpauth';

import { COMMAND_LINE, ControlStore } from '#control';
import { LIMITS } from '#limits';
import { DEFAULT_TENANT, Secret } from '#model';
import { isRefusal } from '#refusal';
import { done, refusedAs } from '#refusal/testing';

import { createPasswords } from './password.ts';
import { createPeople } from './people.ts';
import { createSignIn } from './sign-in.ts';
import type { Asker, FailedAttempt, NewSession, SignIn, SignInOptions } from './sign-in.ts';

const PASSWORD = 'a quiet river of glass';
const STEP_MS = 30_000;
const passwords = createPasswords({ cost: { memory_kib: 64, passes: 1, lanes: 1 } });
const stranger: Asker = { address: '192.0.2.1' };
const ada = { tenant: DEFAULT_TENANT, name: 'Ada' };

let dataDir = '';
let now = 0;
let control: ControlStore;
let signIn: SignIn;
let attempts: FailedAttempt[] = [];

beforeEach(async () => {
  attempts = [];
  dataDir = mkdtempSync(join(tmpdir(), 'tracekeep-own-account-'));
  now = Date.UTC(2026, 0, 1);
  control = await ControlStore.open({ dataDir, key: new Secret(new Uint8Array(32).fill(7)), clock: () => now });
  signIn = newSignIn();
  done(await createPeople(control, passwords).add({ ...ada, roles: ['admin'], password: PASSWORD }, COMMAND_LINE));
});
afterEach(() => {
  control.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function failed(attempt: FailedAttempt): Promise<true> {
  attempts.push(attempt);
  return true;
}

function newSignIn(options: SignInOptions = {}): SignIn {
  return createSignIn(control, { passwords, now_ms: () => now, failed, ...options });
}

const codeOf = (secret: string, ahead_ms = 0): string => new TOTP({ secret, algorithm: 'SHA1', digits: 6, period: 30 }).generate({ timestamp: now + ahead_ms });
const session = ({ token }: NewSession) => signIn.session([token.reveal()]);

/** Ada with a second factor, and the next step begun: the code that confirmed it is used up. */
async function withFactor(): Promise<{ readonly secret: string; readonly recoveryCodes: readonly string[]; readonly session: NewSession }> {
  const { signedIn } = done(await signIn.signIn('Ada', PASSWORD, stranger));
  const offer = done(await signIn.offerSecondFactor(signedIn, PASSWORD, stranger));
  const secret = offer.secret.reveal();
  const added = done(await signIn.confirmSecondFactor(signedIn, codeOf(secret), stranger));
  now += STEP_MS;
  return { secret, recoveryCodes: added.recoveryCodes, session: added };
}

test('a second factor counts when a code made from it comes back, and ends the sessions that began without it', async () => {
  const [one, two] = [done(await signIn.signIn('Ada', PASSWORD, stranger)), done(await signIn.signIn('Ada', PASSWORD, stranger))];
  assert.equal(refusedAs(await signIn.offerSecondFactor(one.signedIn, 'a wrong password', stranger)), 'sign_in_failed');
  assert.equal(refusedAs(await signIn.confirmSecondFactor(one.signedIn, '000000', stranger)), 'code_wrong', 'nothing was offered');
  const first = done(await signIn.offerSecondFactor(one.signedIn, PASSWORD, stranger));
  const { secret, uri } = done(await signIn.offerSecondFactor(one.signedIn, PASSWORD, stranger));
  assert.ok(uri.reveal().includes(secret.reveal()));
  assert.equal(refusedAs(await signIn.confirmSecondFactor(one.signedIn, codeOf(first.secret.reveal()), stranger)), 'code_wrong', 'a newer secret was offered');
  done(await signIn.signIn('Ada', PASSWORD, stranger));
  const added = done(await signIn.confirmSecondFactor(one.signedIn, codeOf(secret.reveal()), stranger));
  assert.equal(added.recoveryCodes.length, LIMITS.recovery_codes);
  for (const ended of [one, two]) assert.equal(refusedAs(session(ended)), 'session_over');
  assert.deepEqual(done(session(added)).secondFactor, { since: now, recoveryCodesLeft: LIMITS.recovery_codes });
  assert.equal(refusedAs(await signIn.offerSecondFactor(added.signedIn, PASSWORD, stranger)), 'name_taken');
  assert.equal(refusedAs(await signIn.signIn('Ada', PASSWORD, stranger, codeOf(secret.reveal()))), 'sign_in_failed', 'the code that confirmed it is used up');
});

test('an offer that nobody confirms is forgotten', async () => {
  const { signedIn } = done(await signIn.signIn('Ada', PASSWORD, stranger));
  const { secret } = done(await signIn.offerSecondFactor(signedIn, PASSWORD, stranger));
  now += LIMITS.factor_offer_ms_max;
  assert.equal(refusedAs(await signIn.confirmSecondFactor(signedIn, codeOf(secret.reveal()), stranger)), 'code_wrong');
});

test('a code is taken once, also by two who send it at the same moment, and none before it after it', async () => {
  const { secret } = await withFactor();
  const before = codeOf(secret, -STEP_MS);
  const answers = await Promise.all([signIn.signIn('Ada', PASSWORD, stranger, codeOf(secret)), signIn.signIn('Ada', PASSWORD, stranger, codeOf(secret))]);
  assert.deepEqual(answers.map((one) => (isRefusal(one) ? one.refused : 'in')).toSorted(), ['in', 'sign_in_failed']);
  for (const code of [codeOf(secret), before]) assert.equal(refusedAs(await signIn.signIn('Ada', PASSWORD, stranger, code)), 'sign_in_failed');
  now += STEP_MS;
  done(await signIn.signIn('Ada', PASSWORD, stranger, codeOf(secret)));
});

test('a recovery code is taken once, and how many are left is counted', async () => {
  const { recoveryCodes } = await withFactor();
  const [first = '', second = ''] = recoveryCodes;
  const answers = await Promise.all([signIn.signIn('Ada', PASSWORD, stranger, first), signIn.signIn('Ada', PASSWORD, stranger, first)]);
  assert.deepEqual(answers.map((one) => (isRefusal(one) ? one.refused : 'in')).toSorted(), ['in', 'sign_in_failed']);
  assert.equal(refusedAs(await signIn.signIn('Ada', PASSWORD, stranger, first)), 'sign_in_failed');
  assert.equal(done(await signIn.signIn('Ada', PASSWORD, stranger, second)).signedIn.secondFactor?.recoveryCodesLeft, LIMITS.recovery_codes - 2);
});

test('to a stranger a wrong password, a wrong code and a missing one are one refusal; a browser known to the account is told what is missing', async () => {
  const { secret, session: { device } } = await withFactor();
  const wrong = [await signIn.signIn('Ada', 'a wrong password', stranger), await signIn.signIn('Ada', 'a wrong password', stranger, codeOf(secret)), await signIn.signIn('Ada', PASSWORD, stranger), await signIn.signIn('Ada', PASSWORD, stranger, 'no code'), await signIn.signIn('Nobody', PASSWORD, stranger, codeOf(secret))];
  for (const answer of wrong) assert.deepEqual(answer, { refused: 'sign_in_failed' });
  const known = { ...stranger, device: device.reveal() };
  assert.equal(refusedAs(await signIn.signIn('Ada', PASSWORD, known)), 'code_needed');
  assert.equal(refusedAs(await signIn.signIn('Ada', 'a wrong password', known)), 'sign_in_failed');
  assert.equal(refusedAs(await signIn.signIn('Ada', PASSWORD, known, '000000')), 'sign_in_failed');
  assert.deepEqual(attempts.map(({ how }) => how), ['password', 'password', 'code', 'code', 'password', 'password', 'code']);
  done(await signIn.signIn('Ada', PASSWORD, known, codeOf(secret)));
});

test('guessing at a code waits as guessing at a password does', async () => {
  const { secret, session: { device } } = await withFactor();
  for (const asker of [stranger, { ...stranger, device: device.reveal() }]) {
    for (let tries = 0; tries <= LIMITS.attempts_account_free; tries++) assert.equal(refusedAs(await signIn.signIn('Ada', PASSWORD, asker, `00000${tries}`)), 'sign_in_failed');
    assert.equal(refusedAs(await signIn.signIn('Ada', PASSWORD, asker, codeOf(secret))), 'too_many_attempts');
  }
});

test('a link stands for the password and not for the code, and a wrong code does not cost it', async () => {
  const { secret } = await withFactor();
  const text = done(signIn.makeLink('Ada')).text.reveal();
  assert.equal(refusedAs(await signIn.signInByLink(text, stranger)), 'code_needed');
  assert.equal(refusedAs(await signIn.signInByLink(text, stranger, '000000')), 'sign_in_failed');
  done(await signIn.signInByLink(text, stranger, codeOf(secret)));
  assert.equal(refusedAs(await signIn.signInByLink(text, stranger, codeOf(secret, STEP_MS))), 'link_unknown');
});

test('removing it and renewing the recovery codes want the password and a code', async () => {
  const { secret, recoveryCodes, session: began } = await withFactor();
  const who = began.signedIn;
  for (const act of [signIn.removeSecondFactor, signIn.renewRecoveryCodes]) {
    assert.deepEqual(await act(who, 'a wrong password', codeOf(secret), stranger), { refused: 'sign_in_failed' });
    assert.deepEqual(await act(who, PASSWORD, '000000', stranger), { refused: 'sign_in_failed' });
  }
  const { recoveryCodes: renewed } = done(await signIn.renewRecoveryCodes(who, PASSWORD, codeOf(secret), stranger));
  assert.equal(refusedAs(await signIn.signIn('Ada', PASSWORD, stranger, recoveryCodes[0])), 'sign_in_failed');
  done(await signIn.signIn('Ada', PASSWORD, stranger, renewed[0]));
  assert.equal(refusedAs(await signIn.removeSecondFactor(who, PASSWORD, codeOf(secret), stranger)), 'sign_in_failed', 'a code is taken once, for whatever it is');
  const after = done(await signIn.removeSecondFactor(who, PASSWORD, renewed[1] ?? '', stranger));
  assert.equal(refusedAs(session(began)), 'session_over');
  assert.equal(done(session(after)).secondFactor, null);
  done(await signIn.signIn('Ada', PASSWORD, stranger));
});

test('a reset ends the second factor and every session', async () => {
  const { session: began } = await withFactor();
  const people = createPeople(control, passwords);
  done(await people.resetSecondFactor(ada, COMMAND_LINE));
  assert.equal(refusedAs(session(began)), 'session_over');
  assert.equal(refusedAs(await people.resetSecondFactor(ada, COMMAND_LINE)), 'name_unknown');
  done(await signIn.signIn('Ada', PASSWORD, stranger));
});

test('who must have a second factor and has none is known as that, whatever began the session', async () => {
  done(await createPeople(control, passwords).add({ ...ada, name: 'Vic', roles: ['viewer', 'auditor'], password: PASSWORD }, COMMAND_LINE));
  const began = { Ada: done(await signIn.signIn('Ada', PASSWORD, stranger)), Vic: done(await signIn.signIn('Vic', PASSWORD, stranger)) };
  for (const [requireSecondFactor, admin, viewer] of [['never', false, false], ['administrators', true, false], ['everybody', true, true]] as const) {
    signIn = newSignIn({ requireSecondFactor });
    assert.deepEqual([done(session(began.Ada)).mustAddFactor, done(session(began.Vic)).mustAddFactor], [admin, viewer], requireSecondFactor);
  }
  assert.equal((await withFactor()).session.signedIn.mustAddFactor, false);
});

test('sessionsOf() lists those of the person alone, newest first', async () => {
  const one = done(await signIn.signIn('Ada', PASSWORD, stranger));
  now += 1_000;
  const two = done(await signIn.signIn('Ada', PASSWORD, { address: '198.51.100.9' }));
  assert.deepEqual(signIn.sessionsOf(one.signedIn).map(({ isThis, network }) => [isThis, network]), [[false, '198.51.100.0/24'], [true, '192.0.2.0/24']]);
  await signIn.signOut(two.signedIn);
  assert.equal(signIn.sessionsOf(one.signedIn).length, 1);
});

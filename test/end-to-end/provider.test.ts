/** People who sign in with a provider, a real one, as time goes by: whose roles change there, who leave, and while it is down. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';

import { createPasswords } from '#authenticate/people';
import { openProvider } from '#authenticate/provider';
import { createSignIn, type NewSession, type SignIn } from '#authenticate/sign-in';
import type { OidcSettings } from '#config';
import { COMMAND_LINE, ControlStore } from '#control';
import { Browser, CLIENT, TestProvider } from '#harness/provider';
import { LIMITS } from '#limits';
import { DEFAULT_TENANT, Secret, tenantId } from '#model';
import { isRefusal, type Refusal } from '#refusal';

const CONSOLE = 'http://127.0.0.1:4320';
const asker = { address: '192.0.2.1' };
const dataDir = mkdtempSync(join(tmpdir(), 'tracekeep-provider-'));
const secretFile = join(dataDir, 'secret');
let at: TestProvider;
let control: ControlStore;
let signIn: SignIn;
let later = 0;
/** What happens to questions, in place of an answer. */
let instead: ((url: string) => void) | null = null;
const ask = async (url: string, init: RequestInit): Promise<Response> => {
  instead?.(url);
  return fetch(url, init);
};

before(async () => {
  writeFileSync(secretFile, `${CLIENT.secret}\n`, { mode: 0o600 });
  at = await TestProvider.start({ console: CONSOLE, groups: {} });
  control = await ControlStore.open({ dataDir, key: new Secret(new Uint8Array(32)), clock: () => Date.now() + later });
  signIn = signInWith({});
});
afterEach(() => {
  later = 0;
  instead = null;
});
after(() => {
  at.stop();
  control.close();
  rmSync(dataDir, { recursive: true });
});

function signInWith(more: Partial<OidcSettings>): SignIn {
  const settings: OidcSettings = { issuer: at.url, clientId: CLIENT.id, clientSecretFile: secretFile, name: 'Staff', scopes: ['openid', 'profile'], groupsClaim: 'groups', roles: { staff: ['viewer'], sec: ['security-analyst', 'viewer'], boss: ['admin'] }, tenant: DEFAULT_TENANT, ...more };
  return createSignIn(control, { passwords: createPasswords({ cost: { memory_kib: 64, passes: 1, lanes: 1 } }), now_ms: () => Date.now() + later, provider: openProvider(settings, { ask }) });
}

interface Came {
  readonly search: string;
  readonly cookie: string;
}

async function come(name: string, browser = new Browser(), by = signIn): Promise<Came> {
  const begun = await by.provider?.begin(CONSOLE);
  assert.ok(begun !== undefined && !isRefusal(begun), JSON.stringify(begun));
  return { search: (await browser.signInAt(begun.location, name, CONSOLE)).search, cookie: begun.browser.reveal() };
}

const finish = async ({ search, cookie }: Came, by = signIn): Promise<NewSession | Refusal> => (await by.provider?.finish(search, [cookie], CONSOLE, asker)) ?? assert.fail();

async function signedIn(name: string, by = signIn): Promise<NewSession> {
  const session = await finish(await come(name, undefined, by), by);
  assert.ok(!isRefusal(session), JSON.stringify(session));
  return session;
}

/** What a request with this session finds, after the provider was asked if it had to be. */
async function use({ token }: NewSession): Promise<string> {
  const cookies = [token.reveal()];
  const first = signIn.session(cookies);
  if (!isRefusal(first)) return first.reader.roles.join();
  if (first.refused !== 'provider_check_due') return first.refused;
  const renewed = (await signIn.provider?.renew(cookies)) ?? assert.fail();
  if (renewed !== true) return renewed.refused;
  const second = signIn.session(cookies);
  return isRefusal(second) ? second.refused : `${second.reader.roles.join()}, asked`;
}

test('somebody whom the provider knows is one account by issuer and subject, with the roles and groups that the provider says at each sign-in', async () => {
  at.groups = { ana: ['staff', 'club', '"] quote'] };
  const first = await signedIn('ana');
  const { reader, issuer } = first.signedIn;
  assert.deepEqual([reader.name, reader.roles, reader.groups, reader.tenant, issuer], ['ana', ['viewer'], ['club', 'staff'], 'default', at.url]);
  at.groups = { ana: ['sec'] };
  const second = await signedIn('ana');
  assert.equal(second.signedIn.reader.id, reader.id);
  assert.deepEqual(second.signedIn.reader.roles, ['security-analyst', 'viewer']);
  assert.equal(await use(first), 'security-analyst,viewer', 'the other session is the same person');
  assert.notEqual(first.token.reveal(), second.token.reveal());
});

test('nobody edits what the provider says, or gives such an account a password, a second factor or a link', async () => {
  at.groups = { bob: ['boss'] };
  const { signedIn: who } = await signedIn('bob');
  const named = { tenant: DEFAULT_TENANT, name: who.reader.id };
  for (const wanted of [{ roles: ['viewer'] }, { groups: ['x'] }, { password: '$argon2id$' }] as const) assert.deepEqual(await control.changeAccount(named, wanted, COMMAND_LINE), { refused: 'account_of_provider' });
  for (const answer of [await signIn.changePassword(who, '', 'an unlikely heap of snow', asker), await signIn.offerSecondFactor(who, '', asker), await signIn.confirmSecondFactor(who, '000000', asker)]) assert.ok(isRefusal(answer) && answer.refused === 'account_of_provider');
  assert.ok(isRefusal(signIn.makeLink('bob')));
  const [unknown, known] = [await signIn.signIn('nobody', 'an unlikely heap of snow', asker), await signIn.signIn('bob', 'an unlikely heap of snow', asker)];
  assert.deepEqual(known, unknown);
});

test('an account of this server of the same name is somebody else, to whom nothing of it happens', async () => {
  at.groups = { carl: ['staff'] };
  const hash = await createPasswords({ cost: { memory_kib: 64, passes: 1, lanes: 1 } }).hash('an unlikely heap of snow', 'carl');
  assert.ok(!isRefusal(hash));
  const own = await control.addAccount({ tenant: DEFAULT_TENANT, name: 'carl', roles: ['admin'], password: hash }, COMMAND_LINE);
  assert.ok(!isRefusal(own));
  const local = await signIn.signIn('carl', 'an unlikely heap of snow', asker);
  const other = await signedIn('carl');
  assert.ok(!isRefusal(local) && local.signedIn.reader.id !== other.signedIn.reader.id);
  assert.deepEqual(other.signedIn.reader.roles, ['viewer']);
  await signIn.signOutEverywhere(other.signedIn);
  assert.equal(await use(other), 'session_over');
  assert.equal(await use(local), 'admin');
  // Whom a provider calls an administrator is none on whom this server could rely.
  at.groups = { dora: ['boss'] };
  await signedIn('dora');
  assert.deepEqual(await control.removeAccount({ tenant: DEFAULT_TENANT, name: 'carl' }, COMMAND_LINE), { refused: 'last_admin' });
});

test('who is in no group with a role does not get in, and who was loses every session', async () => {
  at.groups = { eve: ['club'], fay: ['staff'] };
  assert.deepEqual(await finish(await come('eve')), { refused: 'provider_no_role' });
  const session = await signedIn('fay');
  at.groups = {};
  assert.deepEqual(await finish(await come('fay')), { refused: 'provider_no_role' });
  assert.equal(await use(session), 'session_over');
  const [kept] = (await control.listAccounts()).filter(({ name }) => name === 'fay');
  assert.deepEqual([kept?.roles, kept?.groups], [[], []]);
});

test('tenants may come from groups: one of them, and who changes it leaves everything behind', async () => {
  const [east, west] = [tenantId('east')!, tenantId('west')!];
  const by = signInWith({ tenant: { 'in-east': east, 'in-west': west } });
  at.groups = { gus: ['staff', 'in-east'] };
  const before = await signedIn('gus', by);
  assert.equal(before.signedIn.reader.tenant, 'east');
  at.groups = { gus: ['staff', 'in-east', 'in-west'] };
  assert.equal(codeOf(await finish(await come('gus', undefined, by), by)), 'provider_no_role');
  at.groups = { gus: ['staff', 'in-west'] };
  const after = await signedIn('gus', by);
  assert.deepEqual([after.signedIn.reader.tenant, after.signedIn.reader.id === before.signedIn.reader.id, await use(before)], ['west', true, 'session_over']);
});

test('a session is asked about at the provider every few minutes, and takes over what it says', async () => {
  at.groups = { hal: ['staff'] };
  const session = await signedIn('hal');
  later = LIMITS.provider_check_ms - 10_000;
  assert.equal(await use(session), 'viewer');
  later = LIMITS.provider_check_ms + 1_000;
  at.groups = { hal: ['sec'] };
  assert.deepEqual(await Promise.all([use(session), use(session)]), ['security-analyst,viewer, asked', 'security-analyst,viewer, asked']);
  assert.equal(await use(session), 'security-analyst,viewer');
  later = 2 * LIMITS.provider_check_ms + 2_000;
  at.groups = {};
  assert.equal(await use(session), 'provider_no_role');
  assert.equal(await use(session), 'session_over');
});

test('when the provider says that somebody is signed out, the session here is over', async () => {
  at.groups = { ian: ['staff'] };
  const browser = new Browser();
  const session = await finish(await come('ian', browser));
  assert.ok(!isRefusal(session));
  const leave = await signIn.provider?.leave(session.signedIn.sessionId, CONSOLE);
  assert.ok(leave !== null && leave !== undefined && leave.startsWith(`${at.url}/`));
  assert.ok((await browser.signOutAt(leave)).startsWith(`${CONSOLE}/sign-in`));
  later = LIMITS.provider_check_ms + 1_000;
  assert.equal(await use(session), 'session_over');
});

test('while the provider cannot be reached a session goes on for a while and then does not; nobody else notices', async () => {
  at.groups = { jo: ['staff'] };
  const session = await signedIn('jo');
  instead = () => { throw new Error('down'); };
  later = LIMITS.provider_check_ms + 1_000;
  assert.equal(await use(session), 'viewer, asked');
  assert.equal(await use(session), 'viewer', 'not asked again at once');
  later = LIMITS.provider_check_ms + LIMITS.provider_unreached_ms_max + 10_000;
  assert.equal(await use(session), 'provider_unavailable');
  instead = null;
  assert.equal(await use(session), 'viewer, asked');
});

test('without a refresh token a session ends with the ID token', async () => {
  const short = await TestProvider.start({ console: CONSOLE, groups: { kim: ['staff'] }, idTokenSeconds: 600, refreshes: false });
  try {
    const by = signInWith({ issuer: short.url });
    const session = await signedIn('kim', by);
    later = 590_000;
    assert.equal(await use(session), 'viewer');
    later = 601_000;
    assert.equal(await use(session), 'session_over');
  } finally {
    short.stop();
  }
});

test('a provider that is not there is said to be, and is not asked again and again', async () => {
  let asked = 0;
  instead = () => { asked++; throw new Error('down'); };
  const by = signInWith({});
  for (let n = 0; n < 3; n++) assert.equal(codeOf(await by.provider!.begin(CONSOLE)), 'provider_unavailable');
  assert.equal(asked, 1);
});

test('strangers who begin more sign-ins than the limit at once are told to come again, and nobody who is signed in notices', async () => {
  at.groups = { lea: ['staff'] };
  const session = await signedIn('lea');
  later = LIMITS.provider_check_ms + 1_000;
  const begun = await Promise.all([...Array.from({ length: LIMITS.provider_questions_max + 1 }, () => signIn.provider!.begin(CONSOLE).then(codeOf)), use(session)]);
  assert.deepEqual([begun.filter((one) => one === 'ok').length, begun.filter((one) => one === 'overloaded').length, begun.at(-1)], [LIMITS.provider_questions_max, 1, 'viewer, asked']);
});

test('the client secret is read from a file that others cannot read, or nothing starts', () => {
  const open = join(dataDir, 'open');
  writeFileSync(open, 'x', { mode: 0o644 });
  for (const file of [open, join(dataDir, 'none')]) assert.throws(() => openProvider({ issuer: at.url, clientId: 'x', clientSecretFile: file, name: '', scopes: [], groupsClaim: '', roles: {}, tenant: DEFAULT_TENANT }), /cannot read the client secret/);
});

function codeOf(answer: object): string {
  return isRefusal(answer) ? answer.refused : 'ok';
}

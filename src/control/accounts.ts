/**
 * Changes to accounts, the people who sign in: added, given another role or password, removed. Whatever changes what somebody may do, or
 * how they prove who they are, ends their sessions in the same transaction.
 */
import { LIMITS } from '#limits';
import type { Role, TenantId } from '#model';
import { isRefusal, refuse } from '#refusal';
import type { Refusal } from '#refusal';

import { newId } from './change.ts';
import type { Change, Named } from './change.ts';
import { readName } from './names.ts';
import { tellLog } from './outbox.ts';
import { accountPlace, asAccount } from './records.ts';
import type { AccountRecord } from './records.ts';
import type { ColumnSealer } from './sealed.ts';
import { ensureTenant } from './tenants.ts';

export interface NewAccount {
  readonly tenant: TenantId;
  readonly name: string;
  readonly roles: readonly Role[];
  /** The hash of the password, as a PHC string; never the password. */
  readonly password: string;
  /** Only if the store has no account yet. */
  readonly first?: boolean;
}

export interface AccountChange {
  readonly roles?: readonly Role[];
  readonly password?: string;
}

export async function addAccount(change: Change, wanted: NewAccount): Promise<AccountRecord | Refusal> {
  const name = readName(wanted.name);
  if (isRefusal(name)) return name;
  const { count } = await change.rows.selectFrom('accounts').select((is) => is.fn.countAll<number>().as('count')).executeTakeFirstOrThrow();
  if (wanted.first === true && count > 0) return refuse('link_unknown', 'somebody has an account already');
  if (count >= LIMITS.accounts_max) return refuse('control_limit', `${LIMITS.accounts_max} accounts`);
  const hash = accountNameHash(change.sealer, name);
  if ((await change.rows.selectFrom('accounts').select('id').where('name', '=', hash).executeTakeFirst()) !== undefined) return refuse('name_taken', 'an account');
  const tenant = await ensureTenant(change, wanted.tenant);
  if (isRefusal(tenant)) return tenant;
  const account: AccountRecord = { id: newId(change, 'a_'), name, tenant: wanted.tenant, roles: wanted.roles, groups: [], password: wanted.password, created: change.now };
  await change.rows.insertInto('accounts').values({ id: account.id, name: hash, sealed: change.sealer.seal(accountPlace(account.id), account) }).execute();
  await tell(change, account, ['added']);
  return account;
}

export async function changeAccount(change: Change, named: Named, { roles, password }: AccountChange): Promise<AccountRecord | Refusal> {
  const before = await findAccount(change, named);
  if (before === null) return refuse('name_unknown', `an account of tenant ${named.tenant}`);
  const account = { ...before, roles: roles ?? before.roles, password: password ?? before.password };
  if (!account.roles.includes('admin') && (await isLastAdmin(change, before))) return refuse('last_admin');
  await change.rows.updateTable('accounts').set({ sealed: change.sealer.seal(accountPlace(account.id), account) }).where('id', '=', account.id).execute();
  await endSessionsOf(change, account.id);
  await tell(change, account, [...(roles === undefined ? [] : ['role']), ...(password === undefined ? [] : ['password'])]);
  return account;
}

/** Nothing of it stays. The last administrator of a tenant cannot go, or nobody could make another one. */
export async function removeAccount(change: Change, named: Named): Promise<AccountRecord | Refusal> {
  const account = await findAccount(change, named);
  if (account === null) return refuse('name_unknown', `an account of tenant ${named.tenant}`);
  if (await isLastAdmin(change, account)) return refuse('last_admin');
  await change.rows.deleteFrom('accounts').where('id', '=', account.id).execute();
  await endSessionsOf(change, account.id);
  await tell(change, account, ['removed']);
  return account;
}

/** Signs a person out everywhere. */
export async function signOutAccount(change: Change, named: Named): Promise<AccountRecord | Refusal> {
  const account = await findAccount(change, named);
  if (account === null) return refuse('name_unknown', `an account of tenant ${named.tenant}`);
  await endSessionsOf(change, account.id);
  await tellLog(change, 'sign-in', { what: 'signed out everywhere', tenant: account.tenant, person: account.id }, { name: account.name });
  return account;
}

export function accountNameHash(sealer: ColumnSealer, name: string): Uint8Array {
  return sealer.hash('account', name.normalize('NFC'));
}

/** The account of this name, or of this id, within the tenant. */
async function findAccount(change: Change, { tenant, name }: Named): Promise<AccountRecord | null> {
  const rows = change.rows.selectFrom('accounts').select(['id', 'sealed']);
  const row = (await rows.where('name', '=', accountNameHash(change.sealer, name)).executeTakeFirst()) ?? (await rows.where('id', '=', name).executeTakeFirst());
  if (row === undefined) return null;
  const account = asAccount(change.sealer.open(accountPlace(row.id), row.sealed));
  return account.tenant === tenant ? account : null;
}

async function isLastAdmin(change: Change, account: AccountRecord): Promise<boolean> {
  if (!account.roles.includes('admin')) return false;
  const rows = await change.rows.selectFrom('accounts').select(['id', 'sealed']).where('id', '!=', account.id).execute();
  return !rows.some(({ id, sealed }) => {
    const other = asAccount(change.sealer.open(accountPlace(id), sealed));
    return other.roles.includes('admin') && other.tenant === account.tenant;
  });
}

/** A change of role or password ended the sessions of the account too. */
async function tell(change: Change, { id, tenant, roles, name }: AccountRecord, what: readonly string[]): Promise<void> {
  await tellLog(change, 'person', { what, tenant, person: id, roles }, { name });
}

async function endSessionsOf(change: Change, account: string): Promise<void> {
  await change.rows.deleteFrom('sessions').where('account', '=', account).execute();
}

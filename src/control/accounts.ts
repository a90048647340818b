/**
 * Changes to accounts, the people who sign in: added, given other roles, groups, another password or second factor, removed. Whatever changes what somebody may do, or
 * how they prove who they are, ends their sessions in the same transaction.
 */
import { LIMITS } from '#limits';
import type { Role, TenantId } from '#model';
import { isRefusal, refuse } from '#refusal';
import type { Refusal } from '#refusal';

import { COMMAND_LINE } from './actor.ts';
import type { Actor } from './actor.ts';
import { accountNameHash, endSessionsOf, findAccount, tellOfAccount, writeAccount } from './account-rows.ts';
import { newId } from './change.ts';
import type { Change, Named } from './change.ts';
import { readGroups, readName } from './names.ts';
import { tellLog } from './outbox.ts';
import { accountPlace, asAccount, oldestFirst } from './records.ts';
import type { AccountRecord } from './records.ts';
import type { ControlRows } from './rows.ts';
import { ensureTenant } from './tenants.ts';
import { revokeTokensOf } from './tokens.ts';

export interface NewAccount {
  readonly tenant: TenantId;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly groups?: readonly string[];
  /** The hash of the password, as a PHC string; never the password. */
  readonly password: string;
  /** Only if the store has no account yet. */
  readonly first?: boolean;
}

export interface AccountChange {
  readonly roles?: readonly Role[];
  /** All of them: what is not in the list, the person is not in any longer. */
  readonly groups?: readonly string[];
  readonly password?: string;
}

export function accountsIn(rows: ControlRows) {
  const stored = rows.kysely.selectFrom('accounts').select(['id', 'sealed']);
  const opened = ({ id, sealed }: { readonly id: string; readonly sealed: Uint8Array }): AccountRecord => asAccount(rows.sealer.open(accountPlace(id), sealed));
  return {
    /** The account of a name, whatever its tenant. */
    findAccount(name: string): AccountRecord | null {
      const [row] = rows.read(stored.where('name', '=', accountNameHash(rows.sealer, name)));
      return row === undefined ? null : opened(row);
    },

    hasAccounts(): boolean {
      return rows.read(rows.kysely.selectFrom('accounts').select('id').limit(1)).length > 0;
    },

    /** Of one tenant or of all, oldest first. */
    async listAccounts(tenant?: TenantId): Promise<readonly AccountRecord[]> {
      return oldestFirst(rows.read(stored).map(opened), tenant);
    },

    async addAccount(wanted: NewAccount, by: Actor = COMMAND_LINE): Promise<AccountRecord | Refusal> {
      return rows.change(by, (change) => addAccount(change, wanted));
    },

    /** Ends the sessions of the account. */
    async changeAccount(named: Named, wanted: AccountChange, by: Actor = COMMAND_LINE): Promise<AccountRecord | Refusal> {
      return rows.change(by, (change) => changeAccount(change, named, wanted));
    },

    /** Nothing of it stays, and its tokens end. The last administrator of a tenant cannot go, or nobody could make another one. */
    async removeAccount(named: Named, by: Actor = COMMAND_LINE): Promise<AccountRecord | Refusal> {
      return rows.change(by, (change) => removeAccount(change, named));
    },

    /** Signs a person out everywhere. */
    async signOutAccount(named: Named, by: Actor = COMMAND_LINE): Promise<AccountRecord | Refusal> {
      return rows.change(by, (change) => signOutAccount(change, named));
    },
  };
}

async function addAccount(change: Change, wanted: NewAccount): Promise<AccountRecord | Refusal> {
  const name = readName(wanted.name);
  if (isRefusal(name)) return name;
  const groups = readGroups(wanted.groups ?? []);
  if (isRefusal(groups)) return groups;
  if (wanted.roles.length === 0) return refuse('role_unknown', 'none was given');
  const { count } = await change.rows.selectFrom('accounts').select((is) => is.fn.countAll<number>().as('count')).executeTakeFirstOrThrow();
  if (wanted.first === true && count > 0) return refuse('link_unknown', 'somebody has an account already');
  if (count >= LIMITS.accounts_max) return refuse('control_limit', `${LIMITS.accounts_max} accounts`);
  const hash = accountNameHash(change.sealer, name);
  if ((await change.rows.selectFrom('accounts').select('id').where('name', '=', hash).executeTakeFirst()) !== undefined) return refuse('name_taken', 'an account');
  const tenant = await ensureTenant(change, wanted.tenant);
  if (isRefusal(tenant)) return tenant;
  const account: AccountRecord = { id: newId(change, 'a_'), name, tenant: wanted.tenant, roles: wanted.roles, groups, password: wanted.password, created: change.now, signedIn: null, secondFactor: null };
  await change.rows.insertInto('accounts').values({ id: account.id, name: hash, sealed: change.sealer.seal(accountPlace(account.id), account) }).execute();
  await tellOfAccount(change, account, ['added']);
  return account;
}

async function changeAccount(change: Change, named: Named, { roles, groups, password }: AccountChange): Promise<AccountRecord | Refusal> {
  const before = await findAccount(change, named);
  if (before === null) return refuse('name_unknown', `an account of tenant ${named.tenant}`);
  if (before.identity !== undefined) return refuse('account_of_provider');
  const read = readGroups(groups ?? before.groups);
  if (isRefusal(read)) return read;
  if (roles?.length === 0) return refuse('role_unknown', 'none was given');
  const account = { ...before, roles: roles ?? before.roles, groups: read, password: password ?? before.password };
  if (!account.roles.includes('admin') && (await isLastAdmin(change, before))) return refuse('last_admin');
  await writeAccount(change, account);
  await endSessionsOf(change, account.id);
  await tellOfAccount(change, account, [...(roles === undefined ? [] : ['role']), ...(groups === undefined ? [] : ['groups']), ...(password === undefined ? [] : ['password'])]);
  return account;
}

async function removeAccount(change: Change, named: Named): Promise<AccountRecord | Refusal> {
  const account = await findAccount(change, named);
  if (account === null) return refuse('name_unknown', `an account of tenant ${named.tenant}`);
  if (await isLastAdmin(change, account)) return refuse('last_admin');
  await change.rows.deleteFrom('accounts').where('id', '=', account.id).execute();
  await endSessionsOf(change, account.id);
  await revokeTokensOf(change, account.id);
  await tellOfAccount(change, account, ['removed']);
  return account;
}

async function signOutAccount(change: Change, named: Named): Promise<AccountRecord | Refusal> {
  const account = await findAccount(change, named);
  if (account === null) return refuse('name_unknown', `an account of tenant ${named.tenant}`);
  await endSessionsOf(change, account.id);
  await tellLog(change, 'sign-in', { what: 'signed out everywhere', tenant: account.tenant, person: account.id }, { name: account.name });
  return account;
}

/** Those whom a provider knows do not count: it may be down, or say tomorrow that they are none. */
async function isLastAdmin(change: Change, account: AccountRecord): Promise<boolean> {
  if (!account.roles.includes('admin') || account.identity !== undefined) return false;
  const rows = await change.rows.selectFrom('accounts').select(['id', 'sealed']).where('id', '!=', account.id).execute();
  return !rows.some(({ id, sealed }) => {
    const other = asAccount(change.sealer.open(accountPlace(id), sealed));
    return other.roles.includes('admin') && other.identity === undefined && other.tenant === account.tenant;
  });
}

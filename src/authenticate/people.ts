/**
 * Changes to accounts that begin with a password: here it becomes a hash, and nothing after this line sees it. The command line and the routes
 * for administrators both come through here.
 */
import type { AccountRecord, Actor, ControlStore, Named } from '#control';
import type { Role, TenantId } from '#model';
import { isRefusal } from '#refusal';
import type { Refusal } from '#refusal';

import { createPasswords, type Passwords } from './password.ts';

export { createPasswords } from './password.ts';

export interface NewPerson {
  readonly tenant: TenantId;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly groups?: readonly string[];
  readonly password: string;
  readonly first?: boolean;
}

export interface People {
  /** Refusals: name_invalid, name_taken, group_invalid, role_unknown, control_limit, password_weak, overloaded. */
  add(wanted: NewPerson, by: Actor): Promise<AccountRecord | Refusal>;
  /** Ends the sessions of the account. The same refusals, and name_unknown, last_admin. */
  change(named: Named, wanted: { readonly roles?: readonly Role[]; readonly groups?: readonly string[]; readonly password?: string }, by: Actor): Promise<AccountRecord | Refusal>;
  remove(named: Named, by: Actor): Promise<AccountRecord | Refusal>;
  /** Ends the second factor, and the sessions, of somebody who lost it. Refusals: name_unknown. */
  resetSecondFactor(named: Named, by: Actor): Promise<AccountRecord | Refusal>;
  signOut(named: Named, by: Actor): Promise<AccountRecord | Refusal>;
  list(tenant?: TenantId): Promise<readonly AccountRecord[]>;
}

type Accounts = Pick<ControlStore, 'addAccount' | 'changeAccount' | 'removeAccount' | 'resetSecondFactor' | 'signOutAccount' | 'listAccounts'>;

export function createPeople(control: Accounts, passwords: Passwords = createPasswords()): People {
  return {
    async add({ password, ...wanted }, by) {
      const hash = await passwords.hash(password, wanted.name);
      return isRefusal(hash) ? hash : control.addAccount({ ...wanted, password: hash }, by);
    },
    async change(named, { password, ...wanted }, by) {
      const hash = password === undefined ? undefined : await passwords.hash(password, named.name);
      if (isRefusal(hash)) return hash;
      return control.changeAccount(named, { ...wanted, ...(hash === undefined ? {} : { password: hash }) }, by);
    },
    remove: (named, by) => control.removeAccount(named, by),
    resetSecondFactor: (named, by) => control.resetSecondFactor(named, by),
    signOut: (named, by) => control.signOutAccount(named, by),
    list: (tenant) => control.listAccounts(tenant),
  };
}

/** Rows of accounts: how they are found and written, what ends with them, and how the log is told. */
import type { Change, Named } from './change.ts';
import { tellLog } from './outbox.ts';
import { accountPlace, asAccount } from './records.ts';
import type { AccountRecord } from './records.ts';
import type { ColumnSealer } from './sealed.ts';

export function accountNameHash(sealer: ColumnSealer, name: string): Uint8Array {
  return sealer.hash('account', name.normalize('NFC'));
}

/** The account of this id, or of this name, within the tenant. An id wins: names are chosen, and those whom a provider knows are found by their id alone. */
export async function findAccount(change: Change, { tenant, name }: Named): Promise<AccountRecord | null> {
  const rows = change.rows.selectFrom('accounts').select(['id', 'sealed']);
  const row = (await rows.where('id', '=', name).executeTakeFirst()) ?? (await rows.where('name', '=', accountNameHash(change.sealer, name)).executeTakeFirst());
  if (row === undefined) return null;
  const account = asAccount(change.sealer.open(accountPlace(row.id), row.sealed));
  return account.tenant === tenant ? account : null;
}

export async function writeAccount(change: Change, account: AccountRecord): Promise<void> {
  await change.rows.updateTable('accounts').set({ sealed: change.sealer.seal(accountPlace(account.id), account) }).where('id', '=', account.id).execute();
}

/** All but `added`, and what a sign-in provider says, ended the sessions of the account too. */
export async function tellOfAccount(change: Change, { id, tenant, roles, groups, name }: AccountRecord, what: readonly string[]): Promise<void> {
  await tellLog(change, 'person', { what, tenant, person: id, roles }, { name, groups });
}

export async function endSessionsOf(change: Change, account: string): Promise<void> {
  await change.rows.deleteFrom('sessions').where('account', '=', account).execute();
}

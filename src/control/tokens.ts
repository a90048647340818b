/** Changes to tokens, the credentials of those who read: added, revoked. */
import { LIMITS } from '#limits';
import type { Role, Secret, TenantId } from '#model';
import { isRefusal, refuse } from '#refusal';
import type { Refusal } from '#refusal';

import { isPeriod, issueCredential, newId } from './change.ts';
import type { Change, Named } from './change.ts';
import { readName } from './names.ts';
import { tellLog } from './outbox.ts';
import { asToken, tokenPlace } from './records.ts';
import type { TokenRecord } from './records.ts';
import type { ColumnSealer } from './sealed.ts';
import { ensureTenant } from './tenants.ts';

export interface NewToken {
  readonly tenant: TenantId;
  /** Absent: its id. */
  readonly name?: string;
  readonly roles: readonly Role[];
  /** Absent: valid until revoked. */
  readonly lifetimeMs?: number;
}

export interface IssuedToken {
  readonly token: TokenRecord;
  /** The bearer token: shown once, kept nowhere. */
  readonly secret: Secret<string>;
}

export async function addToken(change: Change, wanted: NewToken): Promise<IssuedToken | Refusal> {
  const id = newId(change, 't_');
  const name = readName(wanted.name ?? id);
  if (isRefusal(name)) return name;
  if (wanted.lifetimeMs !== undefined && !isPeriod(wanted.lifetimeMs, 1)) return refuse('time_invalid', 'the lifetime');
  if ((await findToken(change, { tenant: wanted.tenant, name })) !== null) return refuse('name_taken', `a token of tenant ${wanted.tenant}`);
  const { count } = await change.rows.selectFrom('tokens').select((is) => is.fn.countAll<number>().as('count')).where('live', '=', 1).executeTakeFirstOrThrow();
  if (count >= LIMITS.tokens_max) return refuse('control_limit', `${LIMITS.tokens_max} tokens`);

  const tenant = await ensureTenant(change, wanted.tenant);
  if (isRefusal(tenant)) return tenant;
  const { credential, hash } = issueCredential(change, 'token');
  const expires = wanted.lifetimeMs === undefined ? null : change.now + wanted.lifetimeMs;
  const token: TokenRecord = { id, name, tenant: wanted.tenant, roles: wanted.roles, hash, created: change.now, expires, revoked: null };
  await change.rows.insertInto('tokens').values(rowOf(change.sealer, token)).execute();
  await tell(change, 'made', token);
  return { token, secret: credential };
}

export async function revokeToken(change: Change, named: Named): Promise<TokenRecord | Refusal> {
  const found = await findToken(change, named);
  if (found === null) return refuse('name_unknown', `a token of tenant ${named.tenant}`);
  const token = { ...found, revoked: change.now };
  await change.rows.updateTable('tokens').set(rowOf(change.sealer, token)).where('id', '=', token.id).execute();
  await tell(change, 'revoked', token);
  return token;
}

async function tell(change: Change, what: string, { id, tenant, roles, expires, name }: TokenRecord): Promise<void> {
  await tellLog(change, 'token', { what, tenant, token: id, roles, expires }, { name });
}

async function findToken(change: Change, { tenant, name }: Named): Promise<TokenRecord | null> {
  const rows = change.rows.selectFrom('tokens').select(['id', 'sealed']).where('live', '=', 1);
  const row = (await rows.where('name', '=', nameHash(change.sealer, tenant, name)).executeTakeFirst()) ?? (await rows.where('id', '=', name).executeTakeFirst());
  if (row === undefined) return null;
  const token = asToken(change.sealer.open(tokenPlace(row.id), row.sealed));
  return token.tenant === tenant ? token : null;
}

function rowOf(sealer: ColumnSealer, token: TokenRecord) {
  const { id, tenant, name, revoked } = token;
  return { id, name: nameHash(sealer, tenant, name), live: revoked === null ? 1 : 0, sealed: sealer.seal(tokenPlace(id), token) };
}

function nameHash(sealer: ColumnSealer, tenant: TenantId, name: string): Uint8Array {
  return sealer.hash('token', tenant, name.normalize('NFC'));
}

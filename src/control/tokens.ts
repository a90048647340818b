/** Changes to tokens, the credentials of programs that read: added, revoked. One acts for a person, or has roles of its own. */
import { LIMITS } from '#limits';
import type { Role, Secret, TenantId } from '#model';
import { isRefusal, refuse } from '#refusal';
import type { Refusal } from '#refusal';

import { findAccount } from './account-rows.ts';
import { COMMAND_LINE, SERVER } from './actor.ts';
import type { Actor } from './actor.ts';
import { isPeriod, issueCredential, newId } from './change.ts';
import type { Change, Named } from './change.ts';
import { readName } from './names.ts';
import { tellLog } from './outbox.ts';
import { asToken, oldestFirst, tokenPlace } from './records.ts';
import type { TokenRecord } from './records.ts';
import type { ControlRows } from './rows.ts';
import type { ColumnSealer } from './sealed.ts';
import { ensureTenant } from './tenants.ts';

export interface NewToken {
  readonly tenant: TenantId;
  /** Absent: its id. */
  readonly name?: string;
  /** Name or id of the account that it acts for, with the roles and groups that this person has at the time… */
  readonly user?: string;
  /** …or the roles of a token that stands for itself. Exactly one of the two. */
  readonly roles?: readonly Role[];
  /** Actions that it is limited to, as `readScopes` of `#access` gave them; absent or null: whatever its roles may do. */
  readonly scopes?: readonly string[] | null;
  /** Absent: `token_ms_default`. Null: valid until revoked. */
  readonly lifetimeMs?: number | null;
}

export interface IssuedToken {
  readonly token: TokenRecord;
  /** The bearer token: shown once, kept nowhere. */
  readonly secret: Secret<string>;
}

export function tokensIn(rows: ControlRows) {
  return {
    /** Of one tenant or of all, oldest first; the revoked ones are included. */
    async listTokens(tenant?: TenantId): Promise<readonly TokenRecord[]> {
      return oldestFirst(rows.current().tokens, tenant);
    },

    async addToken(wanted: NewToken, by: Actor = COMMAND_LINE): Promise<IssuedToken | Refusal> {
      return rows.change(by, (change) => addToken(change, wanted));
    },

    /** `user`: only one that acts for the account of this id. */
    async revokeToken(named: Named, by: Actor = COMMAND_LINE, user?: string): Promise<TokenRecord | Refusal> {
      return rows.change(by, (change) => revokeToken(change, named, user));
    },

    /** Writes down that a token is in use. One that was ended meanwhile stays ended. */
    async touchToken(id: string): Promise<void> {
      await rows.change(SERVER, (change) => touchToken(change, id));
    },
  };
}

async function addToken(change: Change, wanted: NewToken): Promise<IssuedToken | Refusal> {
  const id = newId(change, 't_');
  const name = readName(wanted.name ?? id);
  if (isRefusal(name)) return name;
  const { tenant, user, roles = [], scopes = null, lifetimeMs = LIMITS.token_ms_default } = wanted;
  if ((user === undefined) === (roles.length === 0)) return refuse('role_unknown', 'either roles or a person');
  if (scopes !== null && (scopes.length === 0 || scopes.length > LIMITS.token_scopes_max)) return refuse('scope_unknown', `${scopes.length} were given`);
  if (lifetimeMs !== null && !isPeriod(lifetimeMs, 1)) return refuse('time_invalid', 'the lifetime');
  if ((await findToken(change, { tenant, name })) !== null) return refuse('name_taken', `a token of tenant ${tenant}`);
  const { count } = await change.rows.selectFrom('tokens').select((is) => is.fn.countAll<number>().as('count')).where('live', '=', 1).executeTakeFirstOrThrow();
  if (count >= LIMITS.tokens_max) return refuse('control_limit', `${LIMITS.tokens_max} tokens`);
  const account = user === undefined ? null : await findAccount(change, { tenant, name: user });
  if (user !== undefined) {
    if (account === null) return refuse('name_unknown', `an account of tenant ${tenant}`);
    const own = (await liveTokensOf(change, account.id)).filter(({ expires }) => expires === null || expires > change.now);
    if (own.length >= LIMITS.account_tokens_max) return refuse('control_limit', `${LIMITS.account_tokens_max} tokens of one person`);
  }

  const made = await ensureTenant(change, tenant);
  if (isRefusal(made)) return made;
  const { credential, hash } = issueCredential(change, 'token');
  const expires = lifetimeMs === null ? null : change.now + lifetimeMs;
  const token: TokenRecord = { id, name, tenant, user: account?.id ?? null, roles, scopes, hash, created: change.now, expires, revoked: null, used: null };
  await change.rows.insertInto('tokens').values(rowOf(change.sealer, token)).execute();
  await tell(change, 'made', token);
  return { token, secret: credential };
}

async function revokeToken(change: Change, named: Named, user?: string): Promise<TokenRecord | Refusal> {
  const found = await findToken(change, named);
  if (found === null || (user !== undefined && found.user !== user)) return refuse('name_unknown', `a token of tenant ${named.tenant}`);
  return end(change, found);
}

/** Ends what acts for an account that is removed. */
export async function revokeTokensOf(change: Change, account: string): Promise<void> {
  for (const token of await liveTokensOf(change, account)) await end(change, token);
}

async function touchToken(change: Change, id: string): Promise<void> {
  const row = await change.rows.selectFrom('tokens').select('sealed').where('id', '=', id).where('live', '=', 1).executeTakeFirst();
  if (row === undefined) return;
  await change.rows.updateTable('tokens').set(rowOf(change.sealer, { ...asToken(change.sealer.open(tokenPlace(id), row.sealed)), used: change.now })).where('id', '=', id).execute();
}

async function end(change: Change, found: TokenRecord): Promise<TokenRecord> {
  const token = { ...found, revoked: change.now };
  await change.rows.updateTable('tokens').set(rowOf(change.sealer, token)).where('id', '=', token.id).execute();
  await tell(change, 'revoked', token);
  return token;
}

async function liveTokensOf(change: Change, account: string): Promise<readonly TokenRecord[]> {
  const rows = await change.rows.selectFrom('tokens').select(['id', 'sealed']).where('live', '=', 1).execute();
  return rows.map(({ id, sealed }) => asToken(change.sealer.open(tokenPlace(id), sealed))).filter(({ user }) => user === account);
}

async function tell(change: Change, what: string, { id, tenant, user, roles, scopes, expires, name }: TokenRecord): Promise<void> {
  await tellLog(change, 'token', { what, tenant, token: id, person: user, roles, scopes, expires }, { name });
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

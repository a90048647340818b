/** The settings by which people sign in with an OpenID provider, as they are read: each one alone, then whether they make a whole. */
import type { OidcSettings } from '#config';
import { LIMITS } from '#limits';
import { readRole, tenantId, type Role, type TenantId } from '#model';
import { isPrintable } from '#model/printable';
import { readHttpsAddress } from '#tls/https-address';

import { isMap, unreadable, type Given } from './given.ts';
import { OperatorError } from './operator-error.ts';

/** Exactly as in the provider's tokens, so it is kept as it was written. */
export function readIssuer({ value, place }: Given): string {
  if (value === '') return '';
  if (typeof value !== 'string' || value.includes('?') || readHttpsAddress(value) === null) throw unreadable(place, 'an https address, exactly as the provider names itself, such as https://login.example.org/realms/staff; http only on this machine');
  return value;
}

export function readConsoleUrl({ value, place }: Given): string | null {
  if (value === '') return null;
  const url = typeof value === 'string' ? readHttpsAddress(value) : null;
  if (url === null || url.pathname !== '/' || url.search !== '') throw unreadable(place, 'an https address without a path, such as https://traces.example.org; http only on this machine');
  return url.origin;
}

export function readText({ value, place }: Given): string {
  if (typeof value !== 'string' || value.length > LIMITS.provider_text_characters_max || !isPrintable(value)) throw unreadable(place, `a text of at most ${LIMITS.provider_text_characters_max} printable characters`);
  return value;
}

/** RFC 6749 §3.3; OpenID Connect asks for the first. */
export function readScopes({ value, place }: Given): readonly string[] {
  const scopes = typeof value === 'string' ? value.split(/[\s,]+/u).filter((one) => one !== '') : Array.isArray(value) ? (value as readonly unknown[]) : [null];
  const known = scopes.filter((one): one is string => typeof one === 'string' && /^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/.test(one));
  if (known.length < scopes.length || !known.includes('openid')) throw unreadable(place, 'scopes with spaces between them, "openid" among them');
  return known;
}

/** `staff=viewer,sec=analyst`, or in the file a map of group and role or roles. A group may stand there several times. */
export function readGroupRoles({ value, place }: Given): Readonly<Record<string, readonly Role[]>> {
  const what = 'groups of the provider with roles of this server, such as staff=viewer,security=security-analyst; in the file a map of group and role, or a list of roles';
  const roles = new Map<string, readonly Role[]>();
  for (const [group, named] of pairsOf(value, place, what)) {
    const list = (Array.isArray(named) ? (named as readonly unknown[]) : [named]).map((one) => (typeof one === 'string' ? readRole(one) : null));
    const known = list.filter((role) => role !== null);
    if (known.length === 0 || known.length < list.length) throw unreadable(place, what);
    roles.set(group, [...new Set([...(roles.get(group) ?? []), ...known])]);
  }
  return Object.fromEntries(roles);
}

/** A tenant, or `GROUP=TENANT,…`, in the file a map. */
export function readGroupTenants({ value, place }: Given): OidcSettings['tenant'] {
  const what = 'the name of a tenant, or groups of the provider with tenants, such as shop-team=shop,bank-team=bank; in the file a map';
  if (typeof value === 'string' && !value.includes('=')) {
    const tenant = tenantId(value);
    if (tenant === null) throw unreadable(place, what);
    return tenant;
  }
  const tenants = new Map<string, TenantId>();
  for (const [group, named] of pairsOf(value, place, what)) {
    const tenant = typeof named === 'string' ? tenantId(named) : null;
    if (tenant === null || (tenants.get(group) ?? tenant) !== tenant) throw unreadable(place, what);
    tenants.set(group, tenant);
  }
  return Object.fromEntries(tenants);
}

/** Null without an issuer, and then the others say nothing. */
export function oidcOf({ issuer, ...settings }: OidcSettings): OidcSettings | null {
  if (issuer === '') {
    if (settings.clientId !== '' || settings.clientSecretFile !== null || Object.keys(settings.roles).length > 0) throw new OperatorError('cannot let people sign in with a provider: oidc-issuer must be given too', 2);
    return null;
  }
  if (settings.clientId === '') throw new OperatorError('cannot let people sign in with a provider: oidc-client-id must be given too, as the provider calls this server', 2);
  if (Object.keys(settings.roles).length === 0) throw new OperatorError('cannot let people sign in with a provider: nobody would get in. Say which of its groups have which roles with oidc-role, such as staff=viewer', 2);
  return { issuer, ...settings, name: settings.name === '' ? new URL(issuer).host : settings.name };
}

function pairsOf(value: unknown, place: string, what: string): readonly (readonly [string, unknown])[] {
  if (value === '') return [];
  const pairs: readonly (readonly [string, unknown])[] =
    typeof value === 'string' ? value.split(',').map((pair) => [pair.slice(0, pair.lastIndexOf('=')).trim(), pair.slice(pair.lastIndexOf('=') + 1).trim()] as const) : isMap(value) ? Object.entries(value) : [['', null]];
  if (pairs.some(([group]) => group === '' || group.length > LIMITS.provider_text_characters_max || !isPrintable(group)) || pairs.length > LIMITS.provider_groups_max) throw unreadable(place, what);
  return pairs;
}

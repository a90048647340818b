/**
 * What a provider's claims make of somebody: a name to show, groups, roles and a tenant. Nobody is known by a name or an address: `sub` of the issuer is who
 * it is. All of it comes from the provider, whom the operator trusts to say who is in which group, and for nothing else: what cannot be a
 * name or a group here is left out.
 */
import type { OidcSettings } from '#config';
import { isGroupName } from '#control';
import { LIMITS } from '#limits';
import type { Role, TenantId } from '#model';
import { isPrintable } from '#model/printable';
import { refuse, type Refusal } from '#refusal';

export interface ProviderPerson {
  readonly issuer: string;
  readonly subject: string;
  readonly name: string;
  readonly tenant: TenantId;
  readonly roles: readonly Role[];
  readonly groups: readonly string[];
}

/** Somebody whom the provider knows, and who may do nothing here. */
export interface Barred {
  readonly issuer: string;
  readonly subject: string;
  readonly barred: Refusal;
}

type Claims = Readonly<Record<string, unknown>>;

/** Refusals: provider_answer_invalid; in a `Barred` provider_no_role. */
export function personOf(claims: Claims, { issuer, groupsClaim, roles, tenant }: Pick<OidcSettings, 'issuer' | 'groupsClaim' | 'roles' | 'tenant'>): ProviderPerson | Barred | Refusal {
  const { sub: subject } = claims;
  if (typeof subject !== 'string' || subject === '' || subject.length > LIMITS.provider_subject_characters_max) return refuse('provider_answer_invalid', 'its subject');
  const bar = (why?: string): Barred => ({ issuer, subject, barred: refuse('provider_no_role', why) });
  const all = groupsIn(claims, groupsClaim);
  const mapped = [...new Set(all.flatMap((group) => (Object.hasOwn(roles, group) ? (roles[group] ?? []) : [])))].toSorted();
  if (mapped.length === 0) return bar();
  const tenants = typeof tenant === 'string' ? [tenant] : [...new Set(all.flatMap((group) => (Object.hasOwn(tenant, group) ? [tenant[group]] : [])))];
  const [own, other] = tenants;
  if (own === undefined) return bar('none of them is of a tenant');
  if (other !== undefined) return bar('they are of more than one tenant');
  const groups = all.filter(isGroupName).toSorted();
  // Cut off, a group could be missing that a policy forbids something to.
  if (groups.length > LIMITS.provider_account_groups_max) return bar(`there are more than ${LIMITS.provider_account_groups_max} of them`);
  return { issuer, subject, name: nameIn(claims), tenant: own, roles: mapped, groups };
}

/** Whether the claims say anything of groups. Those that do not may be asked for elsewhere. */
export function saysGroups(claims: Claims, groupsClaim: string): boolean {
  return valueAt(claims, groupsClaim) !== undefined;
}

/** A list, or a text that is the only one. */
function groupsIn(claims: Claims, groupsClaim: string): readonly string[] {
  const value = valueAt(claims, groupsClaim);
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return [...new Set(list.filter((one) => typeof one === 'string'))];
}

/** A claim of this name, or one within others, `realm_access.roles`. Names with dots in them are found as they are. */
function valueAt(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let at: unknown = claims;
  for (const name of path.split('.')) at = typeof at === 'object' && at !== null && Object.hasOwn(at, name) ? (at as Claims)[name] : undefined;
  return at;
}

function nameIn(claims: Claims): string {
  const names = [claims['preferred_username'], claims['name'], claims['email'], claims['sub']];
  return names.filter((one) => typeof one === 'string').map((one) => one.normalize('NFC').trim()).find(isShowable) ?? 'somebody';
}

function isShowable(text: string): boolean {
  const bytes = Buffer.byteLength(text);
  return bytes > 0 && bytes <= LIMITS.producer_name_bytes_max && isPrintable(text);
}

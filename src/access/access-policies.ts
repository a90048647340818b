/**
 * A tenant's own access policies: checking a text, putting it in force, looking back. A version counts as soon as it is durable: whoever decides looks at the number of the
 * newest one. The same on a running server and on a data directory without one.
 */
import type { AccessVersion, AccountRecord, Actor, ControlStore, TokenRecord } from '#control';
import { ThreadReader } from '#enact/reader';
import type { Reader, TenantId } from '#model';
import { type CompiledPolicy, restrictRules, rolesFor } from '#policy';
import type { Problem } from '#policy/read';
import { isRefusal, refuse, type Refusal } from '#refusal';
import type { OwnPolicies } from './access.ts';
import { CEDAR } from './cedar.ts';
import { checkText, type CheckedText } from './check-text.ts';
import { Decider } from './decider.ts';
import type { Explained } from './explain.ts';
import { NO_FIELDS, OPEN_FIELD, type Fields, type FieldState } from './entities.ts';
import { policySet } from './policy-set.ts';
import { tryText, type TextQuestion, type Tried } from './try-text.ts';

export type { CheckedText } from './check-text.ts';
export type { Tried } from './try-text.ts';
export { defaultRoles, SCHEMA_TEXT, type RoleFile } from './policy-set.ts';

export type AccessControl = Pick<ControlStore, 'findAccessPolicies' | 'listAccessPolicies' | 'addAccessPolicies' | 'listAccounts' | 'listTokens' | 'rolesByGlass'>;
export type VersionWithText = AccessVersion & { readonly text: string };

/** Reads texts. Refusals: query_busy, policy_too_complex. */
export interface TextReader {
  check(text: string): Promise<CheckedText | Refusal>;
  /** Problems, where the text has errors. */
  try(text: string, asked: Tried): Promise<CheckedText | Explained | Refusal>;
}

/** Where nobody else waits: the command line. */
export const DIRECT_READER: TextReader = { check: async (text) => checkText(CEDAR, text), try: async (text, asked) => tryText(CEDAR, text, asked) };

/** On a thread of its own, with bounds on time and memory: the largest text takes some seconds, and whoever sends spans must not notice. */
export class ThreadTextReader implements TextReader {
  readonly #thread = new ThreadReader<TextQuestion, CheckedText | Explained>(new URL('./checking-thread.ts', import.meta.url));

  check(text: string): Promise<CheckedText | Refusal> {
    // INVARIANT: without a question the thread answers with problems.
    return this.#thread.read({ text }) as Promise<CheckedText | Refusal>;
  }

  try(text: string, asked: Tried): Promise<CheckedText | Explained | Refusal> {
    return this.#thread.read({ text, asked });
  }

  stop(): Promise<void> {
    return this.#thread.stop();
  }
}

export type AccessOutcome =
  | { readonly is: 'applied' | 'unchanged'; readonly version: AccessVersion; readonly problems: readonly Problem[] }
  | { readonly is: 'invalid'; readonly problems: readonly Problem[] };

export class AccessPolicies {
  readonly #control: AccessControl;
  readonly #reader: TextReader;
  readonly #fields: () => Fields;

  constructor(control: AccessControl, reader: TextReader = DIRECT_READER, fields: () => Fields = NO_FIELDS) {
    this.#fields = fields;
    this.#control = control;
    this.#reader = reader;
  }

  /** Null: the tenant has none, and the default roles decide alone. */
  inForce(tenant: TenantId): VersionWithText | null {
    return this.#control.findAccessPolicies(tenant);
  }

  version(tenant: TenantId, number: number): VersionWithText | null {
    return this.#control.findAccessPolicies(tenant, number);
  }

  /** Newest first. */
  versions(tenant: TenantId): readonly AccessVersion[] {
    return this.#control.listAccessPolicies(tenant);
  }

  check(text: string): Promise<CheckedText | Refusal> {
    return this.#reader.check(text);
  }

  /** What somebody of a tenant may do if the text were in force. Problems, where it has errors. */
  try(text: string, asked: Tried): Promise<CheckedText | Explained | Refusal> {
    return this.#reader.try(text, asked);
  }

  /** What the minimization policy says of an attribute, to ask about it. */
  fieldOf(key: string | undefined): FieldState {
    return key === undefined ? OPEN_FIELD : this.#fields().of(key);
  }

  /** Somebody of a tenant, by name: an account, or a token. */
  async find(tenant: TenantId, name: string): Promise<Reader | null> {
    return readerNamed(this.#control, tenant, name);
  }

  /** `base`: the version that was edited, 0 if there was none; without it, the one in force. Refusals: access_changed, access_lockout, and those of the checker. */
  async apply(tenant: TenantId, text: string, { note, base }: { readonly note: string; readonly base?: number }, by: Actor): Promise<AccessOutcome | Refusal> {
    const before = this.#control.findAccessPolicies(tenant);
    const number = before?.version ?? 0;
    if (base !== undefined && base !== number) return refuse('access_changed');
    const checked = await this.#reader.check(text);
    if (isRefusal(checked)) return checked;
    const { problems, policies } = checked;
    if (problems.some(({ severity }) => severity === 'error')) return { is: 'invalid', problems };
    if (before !== null && text === before.text) return { is: 'unchanged', version: before, problems };
    if (await this.#locksOut(tenant, before?.text ?? '', text)) return refuse('access_lockout');
    const version = await this.#control.addAccessPolicies({ tenant, text, policies, note }, number, by);
    return isRefusal(version) ? version : { is: 'applied', version, problems };
  }

  /** The text of an earlier version, as a new one; 0 takes all own policies away. Refusals: name_unknown, and those of `apply`. */
  async revert(tenant: TenantId, number: number, note: string, by: Actor): Promise<AccessOutcome | Refusal> {
    const wanted = number === 0 ? '' : this.#control.findAccessPolicies(tenant, number)?.text;
    if (wanted === undefined) return refuse('name_unknown', `version ${number} of the access policies`);
    return this.apply(tenant, wanted, { note: note === '' ? (number === 0 ? 'none' : `as version ${number}`) : note }, by);
  }

  /** Whether somebody can change these policies now, and nobody could then. People come first: a token that may do it helps nobody who has lost it. */
  async #locksOut(tenant: TenantId, before: string, after: string): Promise<boolean> {
    const people = (await this.#control.listAccounts(tenant)).map(personOf);
    const tokens = (await this.#control.listTokens(tenant)).filter(({ revoked, user }) => revoked === null && user === null).flatMap((one) => tokenOf(one, []) ?? []);
    const may = (text: string): ((reader: Reader) => boolean) => {
      const decider = new Decider({ cedar: CEDAR, name: 'wanted', version: 0, set: policySet(CEDAR, text), fields: NO_FIELDS });
      return (reader) => decider.isAllowed(reader, 'access.write', { tenant });
    };
    const [mayNow, mayThen] = [may(before), may(after)];
    const held = people.some(mayNow) ? people : tokens;
    return held.some(mayNow) && !held.some(mayThen);
  }
}

/** What is in force, for whoever decides. */
export function ownPolicies(control: Pick<ControlStore, 'accessVersion' | 'findAccessPolicies'>): OwnPolicies {
  return { version: (tenant) => control.accessVersion(tenant), text: (tenant) => control.findAccessPolicies(tenant)?.text ?? '' };
}

const fieldsOfPolicies = new WeakMap<CompiledPolicy, Fields>();

/** What a minimization policy says of attributes. The same object for the same policy. */
export function fieldsOf(policy: CompiledPolicy): Fields {
  const { document, restricted, restricts, digest } = policy;
  const fields = fieldsOfPolicies.get(policy) ?? {
    keys: restricted,
    of: (key: string) => ({ restricted: restricts(key), roles: rolesFor(document, key) }),
    digest: restrictRules(document).length === 0 ? '' : digest,
  };
  fieldsOfPolicies.set(policy, fields);
  return fields;
}

/** An account or a token that still counts, by name. */
export async function readerNamed(control: Pick<ControlStore, 'listAccounts' | 'listTokens' | 'rolesByGlass'>, tenant: TenantId, name: string): Promise<Reader | null> {
  const people = await control.listAccounts(tenant);
  const account = people.find((one) => one.name === name);
  if (account !== undefined) return { ...personOf(account), roles: [...new Set([...account.roles, ...control.rolesByGlass(account.id)])] };
  const token = (await control.listTokens(tenant)).find((one) => one.revoked === null && (one.name === name || one.id === name));
  return token === undefined ? null : tokenOf(token, people);
}

/** As `#authenticate` makes readers of them. */
export function personOf({ id, name, tenant, roles, groups }: AccountRecord): Reader {
  return { id, name, tenant, kind: 'person', roles, groups, scopes: null };
}

/** `people`: those of the tenant; null if it acts for somebody who is not among them any more. */
export function tokenOf({ id, name, tenant, user, roles, scopes }: TokenRecord, people: readonly AccountRecord[]): Reader | null {
  if (user === null) return { id, name, tenant, kind: 'token', roles, groups: [], scopes };
  const account = people.find((one) => one.id === user);
  return account === undefined ? null : { id, name, tenant, kind: 'token', roles: account.roles, groups: account.groups, scopes, person: { id: account.id, name: account.name } };
}

/** Why something is allowed or denied: the policies that decide, and for a denial the roles that would be needed. */
import { ROLES, type Reader, type Role, type TenantId } from '#model';
import type { Resource } from './access.ts';
import { ACTIONS, type Action } from './actions.ts';
import { OF_ANY_KEY, type Decider } from './decider.ts';
import { ABOUT, type ResourceType } from './entities.ts';
import type { NamedPolicy } from './policy-set.ts';

export interface Explained {
  readonly allowed: boolean;
  /** A sentence. */
  readonly why: string;
  /** With their text; those that permit, or those that forbid. None where nothing permits it. */
  readonly policies: readonly NamedPolicy[];
  /** Of a denial: each of these roles, given in addition, would allow it. */
  readonly roles: readonly Role[];
  /** Of the spans of a tenant as a whole: there are places of which it may be denied. */
  readonly partly: boolean;
}

export const EXPLAINED = (why: string): Explained => ({ allowed: false, why, policies: [], roles: [], partly: false });

/** INVARIANT: the reader is of the resource's tenant and within its scopes. */
export function explainDecision(decider: Decider, reader: Reader, action: Action, resource: Resource): Explained {
  const { set } = decider;
  if (set === null) return EXPLAINED('The access policies of this tenant cannot be used, so that everything is denied: tracekeep access check, then apply or revert.');
  // What is asked of an attribute besides reading or opening it: whether it is shown with what the action shows.
  const { field, ...spans } = resource;
  const questions: readonly (readonly [Action, Resource])[] = field !== undefined && ABOUT[action] !== 'Field' ? [[action, spans], ['field.read', { tenant: resource.tenant, field }]] : [[action, resource]];
  if (action === 'glass.break' && resource.id === undefined) return { ...EXPLAINED('Name the role: Role::"viewer".'), allowed: decider.isAllowed(reader, action, resource) };
  const answers = questions.map(([asked, about]) => ({ asked, about, ...decider.ask(reader, asked, about) }));
  const denial = answers.find(({ allowed }) => !allowed);
  const because = denial === undefined ? answers.flatMap((one) => one.because) : denial.failed.length > 0 ? denial.failed : denial.because;
  const policies = set.policies.filter(({ id }) => because.includes(id));
  const looksAtRows = ABOUT[action] === 'Trace' && decider.looksAtRows(reader, action);
  const ofSomeKeys = denial === undefined && field === undefined && OF_ANY_KEY.has(action) && set.ownAbout(action);
  const partly = ofSomeKeys || (denial === undefined && resource.service === undefined && looksAtRows);
  const nowhere = looksAtRows && resource.environment === '' ? ' This is about spans that name no environment: service:NAME@ENVIRONMENT asks about one.' : '';
  if (denial === undefined) return { allowed: true, why: `${ofSomeKeys ? 'It is allowed of some attributes; name one to be sure.' : partly ? 'It is allowed of some services or environments; name one to be sure.' : 'It is allowed.'}${nowhere}`, policies, roles: [], partly };
  const roles = ROLES.filter((role) => questions.every(([asked, about]) => decider.ask({ ...reader, roles: [...reader.roles, role] }, asked, about).allowed));
  return { allowed: false, why: `${whyNot(denial.failed, denial.because)}${nowhere}`, policies, roles, partly: false };
}

function whyNot(failed: readonly string[], because: readonly string[]): string {
  if (failed.length > 0) return 'A policy could not be evaluated, so that nothing is allowed.';
  return because.length > 0 ? 'A policy forbids it.' : 'No policy permits it.';
}

export type Asked = { readonly action: Action; readonly resource: Resource } | { readonly cannot: string };

/** `service:payments`, `service:payments@production`, `trace:ID`, `field:KEY`, `tenant:NAME`, or a Cedar uid such as `Service::"payments"`. */
export function readQuestion(action: string, resource: string, own: TenantId): Asked {
  const known = ACTIONS.find((one) => one === action);
  if (known === undefined) return { cannot: `there is no action of this name; there are ${ACTIONS.join(', ')}` };
  const named = readName(resource);
  if (named === null) return { cannot: 'the resource is service:NAME, service:NAME@ENVIRONMENT, trace:ID, field:KEY, tenant:NAME, or a Cedar entity such as Service::"payments"' };
  const { type, id } = named;
  const about = ABOUT[known];
  if (type === 'Tenant') return about === 'Field' ? { cannot: `${known} is about one attribute: field:KEY` } : { action: known, resource: { tenant: id as TenantId } };
  if (type === 'Field' && (about === 'Field' || about === 'Trace')) return { action: known, resource: { tenant: own, field: id } };
  if (about === 'Trace' && type === 'Service') return { action: known, resource: { tenant: own, ...placeOf(id, named.isUid) } };
  if (about === 'Trace' && type === 'Trace') return { action: known, resource: { tenant: own, id } };
  if (type === about) return { action: known, resource: { tenant: own, id } };
  return { cannot: `${known} is about ${WORDS[about]}` };
}

const WORDS: Readonly<Record<ResourceType, string>> = {
  Trace: 'spans: service:NAME, service:NAME@ENVIRONMENT, trace:ID or tenant:NAME',
  Field: 'one attribute: field:KEY',
  Policy: 'all policies of a tenant: tenant:NAME',
  Finding: 'all findings of a tenant: tenant:NAME',
  Producer: 'all producers of a tenant: tenant:NAME',
  Account: 'all accounts of a tenant: tenant:NAME',
  Key: 'the keys of a tenant: tenant:NAME',
  Log: 'the log: tenant:NAME',
  Subject: 'all people of a tenant: tenant:NAME',
  Server: 'the server: tenant:NAME',
  Role: 'taking one role: Role::"viewer"',
};

const SHORT: Readonly<Record<string, string>> = { service: 'Service', trace: 'Trace', field: 'Field', tenant: 'Tenant' };

function readName(text: string): { readonly type: string; readonly id: string; readonly isUid: boolean } | null {
  const [, type, id] = /^([A-Za-z]+)::("(?:[^"\\]|\\.)*")$/su.exec(text) ?? [];
  if (type !== undefined && id !== undefined) {
    try {
      return { type, id: String(JSON.parse(id)), isUid: true };
    } catch {
      return null;
    }
  }
  const [, kind = '', name = ''] = /^([a-z]+):([^]+)$/u.exec(text) ?? [];
  const full = Object.hasOwn(SHORT, kind) ? SHORT[kind] : undefined;
  return full === undefined ? null : { type: full, id: name, isUid: false };
}

/** Behind the last @ stands the environment. */
function placeOf(name: string, isUid: boolean): { readonly service: string; readonly environment: string } {
  const at = isUid ? -1 : name.lastIndexOf('@');
  return at <= 0 ? { service: name, environment: '' } : { service: name.slice(0, at), environment: name.slice(at + 1) };
}

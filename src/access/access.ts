/**
 * Who may do what: decided here and nowhere else. A reader belongs to one tenant and reaches nothing of another, whatever the role; a token
 * does no more than its scopes name; then Cedar decides, by the default roles (`roles/`) and the tenant's own policies.
 *
 * Whatever goes wrong is a denial: a policy that cannot be evaluated, a set that cannot be read, an action or role that nobody knows.
 */
import { matchesGlob } from '#control/glob';
import type { Reader, TenantId } from '#model';
import { refuse } from '#refusal';
import type { Refusal } from '#refusal';
import { ACTIONS, RECORDED, type Action } from './actions.ts';
import { CEDAR } from './cedar.ts';
import { Decider, EVERYTHING } from './decider.ts';
import { EXPLAINED, explainDecision, type Explained } from './explain.ts';
import { NO_FIELDS, type Fields } from './entities.ts';
import { policySet } from './policy-set.ts';

export { ACTIONS, RECORDED, type Action } from './actions.ts';
export { readQuestion, type Explained } from './explain.ts';
export type { Fields, FieldState } from './entities.ts';
export { actionsIn, isWithin, readScopes } from './scopes.ts';

export interface Resource {
  readonly tenant: TenantId;
  readonly service?: string;
  readonly environment?: string;
  /** An attribute key. */
  readonly field?: string;
  readonly id?: string;
}

/** Where spans come from. `environment` is '' for spans that name none. */
export interface Place {
  readonly service: string;
  readonly environment: string;
}

/** What of a tenant's spans a reader sees. */
export interface Visibility {
  /** Only spans of these; `all`: no policy looks at places. */
  readonly places: 'all' | readonly Place[];
  /** Of these only that something took its time, where a trace is shown. */
  readonly outlines: readonly Place[];
  /** Attribute keys with `*` whose values are hidden; `status.message` is the status message. */
  readonly hidden: readonly string[];
  /** Whether values of this attribute key are: whether one of `hidden` matches it. Does not need its visibility as `this`. */
  readonly hides: (key: string) => boolean;
  /** Equal for equal visibilities, for whoever remembers answers. */
  readonly digest: string;
}

export interface Access {
  /**
   * True, or the refusal `action_forbidden`. An action or role that is not known is forbidden too. About the spans of a tenant without a service: whether
   * there can be any that the reader may see; `visibility` says which. About opening values without a field: whether there can be one.
   */
  decide(reader: Reader, action: Action, resource: Resource): true | Refusal;
  /** What somebody may do in the own tenant, for those who draw buttons. */
  actionsOf(reader: Reader): readonly Action[];
  /** `known`: the places of the tenant, asked for only where a policy looks at places. */
  visibility(reader: Reader, action: Action, known: () => Promise<readonly Place[]>): Promise<Visibility | Refusal>;
  /** What `decide` says, and why. */
  explain(reader: Reader, action: Action, resource: Resource): Explained;
}

/** A tenant's own policies. Looked at for each decision, so it answers from memory. */
export interface OwnPolicies {
  /** 0 where there are none. */
  version(tenant: TenantId): number;
  /** Of that version. */
  text(tenant: TenantId): string;
}

export interface AccessParts {
  readonly own?: OwnPolicies;
  readonly fields?: () => Fields;
  /** Hears that the own policies of a tenant cannot be used, once for each version: everything in it is denied. */
  readonly unusable?: (tenant: TenantId) => void;
}

const NO_POLICIES: OwnPolicies = { version: () => 0, text: () => '' };

export function createAccess({ own = NO_POLICIES, fields = NO_FIELDS, unusable = () => undefined }: AccessParts = {}): Access {
  const deciders = new Map<TenantId, Decider>();
  const decider = (name: string, version: number, text: string): Decider => new Decider({ cedar: CEDAR, name, version, set: policySet(CEDAR, text), fields });
  let byRoles: Decider | null = null;

  const deciderOf = (tenant: TenantId): Decider => {
    const version = own.version(tenant);
    if (version === 0) return (byRoles ??= decider('default roles', 0, ''));
    const known = deciders.get(tenant);
    if (known?.version === version) return known;
    const made = decider(`tenant ${tenant}`, version, own.text(tenant));
    deciders.set(tenant, made);
    if (made.set === null) unusable(tenant);
    return made;
  };

  const decide = (reader: Reader, action: Action, resource: Resource): true | Refusal => {
    if (reader.tenant !== resource.tenant) return refuse('action_forbidden', `${action} in another tenant`);
    if (!Object.hasOwn(RECORDED, action)) return refuse('action_forbidden', 'an unknown action');
    // Whoever may open the data directory needs no permission, and could not be kept out by one.
    if (reader.kind === 'command line') return true;
    if (!isInScope(reader, action)) return refuse('action_forbidden', `${action} with a token that is limited to other actions`);
    const tenant = deciderOf(reader.tenant);
    if (tenant.set === null) return refuse('action_forbidden', 'the access policies of this tenant cannot be used');
    return tenant.isAllowed(reader, action, resource) ? true : refuse('action_forbidden', `${action} as ${reader.roles.join(', ')}`);
  };

  return {
    decide,
    actionsOf: (reader) => (reader.kind === 'command line' ? ACTIONS : deciderOf(reader.tenant).actionsOf(reader, (action) => isInScope(reader, action))),
    async visibility(reader, action, known) {
      for (;;) {
        const allowed = decide(reader, action, { tenant: reader.tenant });
        if (allowed !== true) return allowed;
        if (reader.kind === 'command line') return EVERYTHING;
        const tenant = deciderOf(reader.tenant);
        const places = tenant.looksAtRows(reader, action) ? await known() : null;
        const seen = await tenant.visibility(reader, action, places);
        // Unless the policies changed meanwhile.
        if (deciderOf(reader.tenant) === tenant) return seen;
      }
    },
    explain(reader, action, resource) {
      if (reader.tenant !== resource.tenant) return EXPLAINED('It belongs to another tenant.');
      if (!isInScope(reader, action)) return EXPLAINED('The token is limited to other actions.');
      return explainDecision(deciderOf(reader.tenant), reader, action, resource);
    },
  };
}

function isInScope({ scopes }: Reader, action: Action): boolean {
  return scopes === null || scopes.some((scope) => matchesGlob(scope, action));
}

/**
 * Who may do what: decided here and nowhere else. A reader belongs to one tenant and reaches nothing of another, whatever the role; a token
 * does no more than its scopes name. What a role may do is a table (`roles.ts`).
 */
import { matchesGlob } from '#control/glob';
import type { Reader, TenantId } from '#model';
import { refuse } from '#refusal';
import type { Refusal } from '#refusal';
import { ACTIONS, MAY, type Action } from './roles.ts';

export { ACTIONS, RECORDED, type Action } from './roles.ts';

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
  /** Whether values of this attribute key are hidden. Does not need its visibility as `this`. */
  readonly hides: (key: string) => boolean;
  /** Equal for equal visibilities, for whoever remembers answers. */
  readonly digest: string;
}

export interface Access {
  /** True, or the refusal `action_forbidden`. An action or role that is not known is forbidden too. */
  decide(reader: Reader, action: Action, resource: Resource): true | Refusal;
  /** What somebody may do in the own tenant, for those who draw buttons. */
  actionsOf(reader: Reader): readonly Action[];
  /** `known`: the places of the tenant, asked for only where a policy looks at places. */
  visibility(reader: Reader, action: Action, known: () => Promise<readonly Place[]>): Promise<Visibility | Refusal>;
}

const EVERYTHING: Visibility = { places: 'all', outlines: [], hides: () => false, digest: 'all' };

export function createAccess(): Access {
  const decide = (reader: Reader, action: Action, resource: Resource): true | Refusal => {
    if (reader.tenant !== resource.tenant) return refuse('action_forbidden', `${action} in another tenant`);
    if (!isInScope(reader, action)) return refuse('action_forbidden', `${action} with a token that is limited to other actions`);
    return reader.roles.some((role) => Object.hasOwn(MAY, role) && MAY[role].has(action)) ? true : refuse('action_forbidden', `${action} as ${reader.roles.join(', ')}`);
  };
  return {
    decide,
    actionsOf: (reader) => ACTIONS.filter((action) => decide(reader, action, { tenant: reader.tenant }) === true),
    visibility: async (reader, action) => {
      const allowed = decide(reader, action, { tenant: reader.tenant });
      return allowed === true ? EVERYTHING : allowed;
    },
  };
}

function isInScope({ scopes }: Reader, action: Action): boolean {
  return scopes === null || scopes.some((scope) => matchesGlob(scope, action));
}

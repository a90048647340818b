/** Decides in one tenant, as long as its policies are the ones it was made with, and remembers what it decided. */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { matchesGlob } from '#control/glob';
import { LIMITS } from '#limits';
import { ROLES, type Reader } from '#model';
import type { Place, Resource, Visibility } from './access.ts';
import { ACTIONS, type Action } from './actions.ts';
import { NOBODY, type Cedar, type Decided, type PolicyTexts } from './cedar.ts';
import { Decisions } from './decisions.ts';
import { ABOUT, OPEN_FIELD, parentsOf, principalOf, questionOf, type Fields } from './entities.ts';
import type { PolicySet } from './policy-set.ts';

export const EVERYTHING: Visibility = { places: 'all', outlines: [], hidden: [], hides: () => false, digest: 'all' };

/** How long decisions are made before others have their turn. */
const TURN_MS = 5;
const immediate = promisify(setImmediate);

/** Asked without a key: whether there can be one for which it is allowed. */
export const OF_ANY_KEY: ReadonlySet<Action> = new Set<Action>(['field.reveal', 'field.search']);
/** Of an attribute that no rule names; and what matches all of them. */
const ANY_KEY = '*';

export interface DeciderParts {
  readonly cedar: Cedar;
  /** Under which the engine keeps the policies. */
  readonly name: string;
  readonly version: number;
  /** Null if they cannot be used. */
  readonly set: PolicySet | null;
  readonly fields: () => Fields;
}

export class Decider {
  readonly #cedar: Cedar;
  readonly #name: string;
  readonly version: number;
  readonly set: PolicySet | null;
  readonly #fields: () => Fields;
  readonly #decisions = new Decisions<boolean>(LIMITS.access_decisions_max);
  readonly #partial = new Decisions<boolean>(LIMITS.access_readers_max);
  readonly #actions = new Decisions<readonly Action[]>(LIMITS.access_readers_max);
  /** By the list of places, which is another one whenever there are other places. */
  readonly #seen = new WeakMap<readonly Place[], Decisions<Promise<Visibility>>>();

  constructor({ cedar, name, version, set, fields }: DeciderParts) {
    this.#cedar = cedar;
    this.#name = name;
    this.version = version;
    this.set = set;
    this.#fields = fields;
  }

  /** `slice`: the policies that can say anything about it, where they were looked for. */
  isAllowed(reader: Reader, action: Action, resource: Resource, slice?: PolicyTexts): boolean {
    const { service, environment, field, id } = resource;
    // Without a role: whether there is any that may be taken.
    if (action === 'glass.break' && id === undefined) return ROLES.some((role) => this.isAllowed(reader, action, { tenant: resource.tenant, id: role }));
    const question = JSON.stringify([this.#who(reader), action, service, environment, action === 'glass.break' ? id : undefined, field, field === undefined ? null : this.#fields().of(field)]);
    return this.#decisions.of(question, () => (slice === undefined ? this.ask(reader, action, resource) : this.#cedar.decide(`${this.#name}, for one reader`, slice, questionOf(reader, action, resource))).allowed);
  }

  /** With the policies that made it so; nothing is remembered. */
  ask(reader: Reader, action: Action, resource: Resource): Decided {
    if (this.set === null) return NOBODY;
    const isWhole = ABOUT[action] === 'Trace' && resource.service === undefined;
    if (OF_ANY_KEY.has(action) && resource.field === undefined) return this.#cedar.decide(`${this.#name}, any key`, this.set.anyKey, questionOf(reader, action, resource));
    const field = resource.field === undefined ? OPEN_FIELD : this.#fields().of(resource.field);
    return this.#cedar.decide(isWhole ? `${this.#name}, any place` : this.#name, isWhole ? this.set.possible : this.set.exact, questionOf(reader, action, resource, field));
  }

  actionsOf(reader: Reader, isInScope: (action: Action) => boolean): readonly Action[] {
    const key = JSON.stringify([this.#who(reader), reader.scopes]);
    return this.#actions.of(key, () => ACTIONS.filter((action) => isInScope(action) && this.isAllowed(reader, action, { tenant: reader.tenant })));
  }

  /** Whether what the reader sees can differ from place to place. Not for those who are allowed all of them already: a permit of some places takes nothing away. */
  looksAtRows(reader: Reader, action: Action): boolean {
    if (this.set?.looksAtRows(action) !== true) return false;
    const key = JSON.stringify([this.#who(reader), action]);
    return this.#partial.of(key, () => {
      const policies = this.set?.everywhere(principalOf(reader), parentsOf(reader), action) ?? null;
      return policies === null || !this.#cedar.decide(`${this.#name}, everywhere`, policies, questionOf(reader, action, { tenant: reader.tenant })).allowed;
    });
  }

  /** INVARIANT: the action as such is allowed. `places`: null if what is seen does not depend on them (`looksAtRows`). */
  async visibility(reader: Reader, action: Action, places: readonly Place[] | null): Promise<Visibility> {
    const fields = this.#fields();
    const looksAtFields = fields.digest !== '' || this.set?.ownAbout('field.read') === true;
    if (places === null && !looksAtFields) return EVERYTHING;
    const key = JSON.stringify([this.#who(reader), action, fields.digest, looksAtFields ? fields.keys : []]);
    const make = async (): Promise<Visibility> => {
      const [visible, outlines] = places === null ? ['all' as const, []] : await this.#visible(reader, action, places);
      const hidden = looksAtFields ? this.#hidden(reader, fields) : EVERYTHING.hidden;
      const digest = createHash('sha256').update(JSON.stringify([visible, outlines, hidden])).digest('hex');
      return { places: visible, outlines, hidden, hides: (field) => hidden.some((glob) => matchesGlob(glob, field)), digest };
    };
    if (places === null) return make();
    const seen = this.#seen.get(places) ?? new Decisions<Promise<Visibility>>(LIMITS.access_readers_max);
    this.#seen.set(places, seen);
    return seen.of(key, make);
  }

  /** Those of which spans are visible, and those of which it is visible that there were some. */
  async #visible(reader: Reader, action: Action, places: readonly Place[]): Promise<readonly [readonly Place[], readonly Place[]]> {
    const slice = this.set?.slice(principalOf(reader), parentsOf(reader), [action, 'trace.outline']) ?? {};
    const visible: Place[] = [];
    const outlines: Place[] = [];
    let began = performance.now();
    for (const place of places) {
      const may = (asked: Action): boolean => this.isAllowed(reader, asked, { tenant: reader.tenant, service: place.service, environment: place.environment }, slice);
      if (may(action)) visible.push(place);
      else if (may('trace.outline')) outlines.push(place);
      if (performance.now() - began < TURN_MS) continue;
      // Whoever sends spans must not wait for it.
      await immediate();
      began = performance.now();
    }
    return [visible, outlines];
  }

  /**
   * Keys with `*` that hide what the reader may not see, so that a query can leave it out. A policy of the tenant that tells keys apart can be about any of them: all are
   * hidden then. What hides some keys only is a rule of the minimization policy.
   */
  #hidden(reader: Reader, { keys }: Fields): readonly string[] {
    const isHidden = (field: string): boolean => !this.isAllowed(reader, 'field.read', { tenant: reader.tenant, field });
    return this.set?.forbidsByKey === true || isHidden(ANY_KEY) ? [ANY_KEY] : keys.filter(isHidden);
  }

  /** All of a reader that decisions can depend on. */
  #who(reader: Reader): readonly unknown[] {
    const { type, id } = principalOf(reader);
    return [type, [...reader.roles].sort(), [...reader.groups].sort(), this.set?.names === true ? id : ''];
  }
}

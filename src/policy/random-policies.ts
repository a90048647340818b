/** Policies and questions at random, for tests: few names, so that rules meet. */
import type { Kind } from '#scanner/recognizer';
import { ATTRIBUTE_PLACES, PLACES, SHARED_PLACES, type Action, type PolicyDocument, type Rule, type ValueType } from './document.ts';
import type { Where } from './rule-set.ts';

/** Kind null: what becomes of the whole value. */
export interface Question {
  readonly where: Where;
  readonly key: string;
  readonly inner: string;
  readonly type: ValueType;
  readonly kind: Kind | null;
}

const GLOBS = ['a', 'b', 'a*', '*b', 'a*b', 'ab', '*', 'a.b', '*.b', 'a.*', 'user.*', 'user.id', '*.name'];
const NAMES = ['service.name', 'a', 'b', 'ab', 'a.b', 'aab', 'user.id', 'user.b', 'enduser.id', 'x', '', 'b.a'];
const KINDS = ['email', 'ip', 'card', 'own'] as readonly Kind[];
const ACTIONS: readonly Action[] = ['keep', 'replace', 'drop', 'drop-span', { mask: { last: 2 } }, { mask: { last: 4 } }, { pseudonymize: { purpose: 'p' } }, { pseudonymize: { purpose: 'p', every: '1d' } }, { generalize: { network: { v4: 24, v6: 48 } } }, { generalize: { network: { v4: 16, v6: 32 } } }];
const ACTIONS_OF_WHOLE: readonly Action[] = [...ACTIONS, 'seal', { seal: { searchable: true } }, { seal: { approval: 'second-person' } }, { truncate: 4 }, { truncate: 8 }, { template: 'url' }, { generalize: { time: 'day' } }, { generalize: { number: 10 } }];

export class RandomPolicies {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(count: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * count);
  }

  one<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!;
  }

  some<Item>(items: readonly Item[]): readonly Item[] {
    return Array.from({ length: 1 + this.below(2) }, () => this.one(items));
  }

  maybe<Members>(chance: number, members: () => Members): Members | Record<never, never> {
    return this.below(chance) === 0 ? members() : {};
  }

  rule(at: number): Rule {
    const isOfParts = this.below(2) === 0;
    return {
      id: `r${at}`,
      ...this.maybe(2, () => ({
        for: {
          ...this.maybe(2, () => ({ services: this.some(GLOBS) })), ...this.maybe(4, () => ({ environments: this.some(GLOBS) })), ...this.maybe(6, () => ({ tenants: this.some(GLOBS) })),
          ...this.maybe(4, () => ({ spans: this.some(['server', 'client'] as const) })), ...this.maybe(3, () => ({ places: this.some(PLACES) })),
        },
      })),
      ...this.maybe(2, () => ({ keys: this.some(GLOBS) })),
      ...this.maybe(6, () => ({ groups: ['user'] })),
      ...this.maybe(5, () => ({ types: this.some(['string', 'int'] as const) })),
      ...(isOfParts && { recognized: this.below(3) === 0 ? ('any' as const) : this.some(KINDS) }),
      action: this.one(isOfParts ? ACTIONS : ACTIONS_OF_WHOLE),
    };
  }

  policy(): PolicyDocument {
    return { version: 2, attributes: this.below(5) === 0 ? 'drop' : 'keep', recognizers: [{ id: 'own', pattern: 'x-[0-9]' }], rules: Array.from({ length: this.below(5) }, (_, at) => this.rule(at)) };
  }

  /** The same policy after one change of it. */
  changed({ rules, ...others }: PolicyDocument): PolicyDocument {
    const at = this.below(rules.length);
    const without = rules.filter((_, index) => index !== at);
    switch (this.below(4)) {
      case 0: return { ...others, rules: without };
      case 1: return { ...others, rules: rules.map((rule, index) => (index === at ? this.rule(at) : rule)) };
      case 2: return { ...others, rules: [...without.slice(0, this.below(5)), this.rule(9), ...without.slice(2)] };
      default: return { ...others, rules: rules[at] === undefined ? rules : [rules[at], ...without] };
    }
  }

  question(): Question {
    const place = this.one(PLACES);
    const key = this.one(NAMES);
    return {
      where: { tenant: this.one(NAMES), service: this.one(NAMES), environment: this.one(NAMES), spanKind: SHARED_PLACES.has(place) ? null : this.one(['server', 'client', 'internal'] as const), place },
      key, inner: this.below(2) === 0 ? key : this.one(NAMES), type: ATTRIBUTE_PLACES.has(place) ? this.one(['string', 'int'] as const) : 'string', kind: this.below(3) === 0 ? null : this.one(KINDS),
    };
  }
}

/** What a dry run found: what the policy that is tried acts on, counted by what people write rules about, and what becomes of it today. */
import { type Action, canonicalJson } from '#policy';
import type { TriedChange } from '#query/trial';

export type Change = TriedChange;
export type NewChange = Omit<Change, 'count' | 'differs' | 'before' | 'after'>;
export interface Sample {
  readonly before?: string;
  readonly after?: string;
}

/** Actions in full, by rule: two rules of one name may do different things. */
export type ActionOf = (rule: string) => Action | undefined;

export class Changes {
  /** Some were left out. */
  more = false;
  readonly #max: number;
  readonly #actions: { readonly tried: ActionOf; readonly today: ActionOf };
  readonly #found = new Map<string, { readonly change: NewChange; count: number; readonly sample: Sample }>();

  constructor(max: number, actions: { readonly tried: ActionOf; readonly today: ActionOf }) {
    this.#max = max;
    this.#actions = actions;
  }

  /** `sample` is asked for where the change is new. */
  add(change: NewChange, count: number, sample: () => Sample): void {
    const { service, place, key, kind, action, rule, today } = change;
    const name = JSON.stringify([service, place, key, kind, action, rule, today?.action, today?.rule]);
    const found = this.#found.get(name);
    if (found !== undefined) found.count += count;
    else if (this.#found.size >= this.#max) this.more = true;
    else this.#found.set(name, { change, count, sample: sample() });
  }

  /** Differences first, then what happens most. */
  list(): Change[] {
    const changes = [...this.#found.values()].map(({ change, count, sample }): Change => ({ ...change, count, differs: this.#differs(change), ...sample }));
    return changes.sort((a, b) => Number(b.differs) - Number(a.differs) || b.count - a.count || (nameOf(a) < nameOf(b) ? -1 : 1));
  }

  #differs({ action, rule, today }: NewChange): boolean {
    if (today === null) return action !== 'keep';
    if (today.action !== action) return true;
    const [now, then] = [today.rule === null ? action : this.#actions.today(today.rule), rule === null ? action : this.#actions.tried(rule)];
    return canonicalJson(now) !== canonicalJson(then);
  }
}

function nameOf({ service, place, key, kind, action, rule, today }: Change): string {
  return JSON.stringify([service, place, key, kind, action, rule, today]);
}

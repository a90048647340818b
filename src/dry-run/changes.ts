/** What a dry run found: what the policy that is tried acts on, counted by what people write rules about, and what becomes of it today. */
import type { Action, ActionName, Decision, Place } from '#policy';

/** What would happen to values of one kind under one key of one service. */
export interface Change {
  readonly service: string;
  readonly place: Place;
  /** Of the attribute; the place's name for a text that is no attribute. */
  readonly key: string;
  /** What was recognized, or `field` for whole values. */
  readonly kind: string;
  readonly action: ActionName;
  /** Null: no rule names it. */
  readonly rule: string | null;
  readonly count: number;
  /** What the policy in force does; null: nothing. */
  readonly today: Decision | null;
  /** Whether the two differ. */
  readonly differs: boolean;
  /** Shapes of one such value as it was sent, and as it would be stored; '' if nothing would be. Absent where there is nothing to show. */
  readonly before?: string;
  readonly after?: string;
}

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
    return JSON.stringify(now) !== JSON.stringify(then);
  }
}

function nameOf({ service, place, key, kind, action }: Change): string {
  return JSON.stringify([service, place, key, kind, action]);
}

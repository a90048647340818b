/**
 * What entries of retention explain: blocks that are gone by a rule of age or disk which the log states before they went.
 */
import type { LogBody } from '#model';
import { CLOCK_TOLERANCE_MS } from './clock.ts';
import { objectIn, type BlockBody, type Body } from './bodies.ts';

interface Removal {
  /** Only blocks with earlier entries. */
  readonly index: number;
  readonly blocks: readonly (readonly [first: number, last: number])[] | null;
  /** By its own rule: so many days after the day of arrival. */
  readonly early: boolean;
  /** When the rule was fulfilled; 0 if it is none of age. */
  readonly from_ms: number;
  /** What came after it is dated before the rule was fulfilled. */
  ahead: boolean | null;
}

const DAY_MS = 86_400_000;

export class Removals {
  readonly #byDayAndClass = new Map<string, Removal[]>();

  readonly #earliestAfter: (index: number) => number;

  /** `earliestAfter`: the earliest time that is known of anything after an entry. */
  constructor(bodies: readonly Body[], earliestAfter: (index: number) => number) {
    this.#earliestAfter = earliestAfter;
    this.add(bodies);
  }

  add(bodies: readonly Body[]): void {
    for (const body of bodies) this.#add(body.index, body.time_ms, body.statement);
  }

  /** Announced, durable, and not in the table yet: later than any entry that is. */
  addPending(bodies: readonly Omit<LogBody, 'outbox'>[]): void {
    for (const { type, time_ms, statement } of bodies) if (type === 'retention') this.#add(Infinity, time_ms, statement);
  }

  /** Why a block is gone; null if nothing says why. */
  explain({ block, day, retention, index }: BlockBody): 'expired' | 'early' | 'ahead' | null {
    const of = (this.#byDayAndClass.get(`${day} ${retention}`) ?? []).filter((removal) => removal.index > index && (removal.blocks === null || removal.blocks.some(([first, last]) => first <= block && block <= last)));
    const due = of.filter(({ early }) => !early);
    if (due.some((removal) => !this.#isAhead(removal))) return 'expired';
    if (due.length > 0) return 'ahead';
    return of.length > 0 ? 'early' : null;
  }

  #isAhead(removal: Removal): boolean {
    return (removal.ahead ??= this.#earliestAfter(removal.index) < removal.from_ms - CLOCK_TOLERANCE_MS);
  }

  #add(index: number, time_ms: number, statement: string): void {
    const { day, retention, why, days, blocks } = objectIn(statement);
    if (typeof day !== 'number' || typeof retention !== 'string' || (why !== 'age' && why !== 'disk')) return;
    const early = why === 'age' && !(typeof days === 'number' && Math.floor(time_ms / DAY_MS) - day > days);
    const from_ms = why === 'age' && typeof days === 'number' ? (day + days + 1) * DAY_MS : 0;
    const removal: Removal = { index, early, from_ms, ahead: null, blocks: Array.isArray(blocks) ? (blocks as [number, number][]) : null };
    const key = `${day} ${retention}`;
    const known = this.#byDayAndClass.get(key);
    if (known === undefined) this.#byDayAndClass.set(key, [removal]);
    else known.push(removal);
  }
}

/**
 * The account against the log: for each tenant, producer, outcome and reason, what the table has is what the bodies of blocks and accounts come to,
 * and what the store says is not logged yet.
 */
import { finding, type Finding } from './finding.ts';
import type { ProducerAccount } from '#log';
import type { AccountLine, StoreSnapshot } from '#store';

export class AccountSums {
  readonly #sums = new Map<string, number>();

  /** What a body says. */
  add(tenant: string, accounts: readonly ProducerAccount[]): void {
    for (const account of accounts) {
      this.#add([tenant, account.producer, 'received', ''], account.received);
      this.#add([tenant, account.producer, 'stored', ''], account.stored);
      for (const outcome of ['refused', 'dropped', 'minimized'] as const) {
        for (const [reason, count] of Object.entries(account[outcome] ?? {})) this.#add([tenant, account.producer, outcome, reason], count);
      }
    }
  }

  /** What differs. Nothing is compared when the account began before the log: its history is not told apart by then. */
  compare(account: readonly AccountLine[], unlogged: StoreSnapshot['unlogged']): Finding[] {
    const wanted = new AccountSums();
    for (const [key, count] of this.#sums) wanted.#add(JSON.parse(key) as Key, count);
    for (const [tenant, accounts] of Object.entries(unlogged)) wanted.add(tenant, accounts);
    const found = new Map(account.map((row) => [keyOf(row), row.count]));
    const keys = [...new Set([...wanted.#sums.keys(), ...found.keys()])].filter((key) => (wanted.#sums.get(key) ?? 0) !== (found.get(key) ?? 0));
    return keys.slice(0, NAMED_MAX).map((key) => {
      const [tenant, producer, outcome, reason] = JSON.parse(key) as Key;
      const [logged, counted] = [wanted.#sums.get(key) ?? 0, found.get(key) ?? 0];
      // Producer and reason may have been written by whoever changed the table.
      const who = /^p_[0-9a-f]{16}$/.test(producer) ? `producer ${producer}` : 'a producer that is none';
      const why = reason === '' ? '' : /^[a-z_-]{1,40}$/.test(reason) ? ` as ${reason}` : ' for a reason that is none';
      const what = OUTCOMES.includes(outcome) ? outcome : 'an outcome that is none';
      const message = `The account of ${who} says ${counted} ${what}${why}, and the log says ${logged}.`;
      return finding('account', `${producer} ${outcome} ${reason}`.slice(0, 100), message, { tenant, places: who.startsWith('producer ') ? [{ producer_id: producer }] : [] });
    });
  }

  #add(key: Key, count: number): void {
    const text = JSON.stringify(key);
    this.#sums.set(text, (this.#sums.get(text) ?? 0) + Number(count));
  }
}

type Key = readonly [tenant: string, producer: string, outcome: string, reason: string];

const NAMED_MAX = 1_000;
const OUTCOMES: readonly string[] = ['received', 'stored', 'refused', 'dropped', 'minimized'];

function keyOf({ tenant, producer, outcome, reason }: AccountLine): string {
  return JSON.stringify([tenant, producer, outcome, reason] satisfies Key);
}

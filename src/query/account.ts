/**
 * The account as it is shown: in all and per producer, in spans; what was minimized counts values. `received = stored + refused + dropped` holds
 * because the server loses nothing, not because it is computed so: each of the four is counted by itself.
 */
import type { AccountLine } from './query-store.ts';

export interface Balance {
  readonly received: number;
  readonly stored: number;
  readonly refused: number;
  readonly dropped: number;
  /** Values replaced, by kind. */
  readonly minimized: Readonly<Record<string, number>>;
  /** Refused spans by the code of the refusal. */
  readonly refusedBy: Readonly<Record<string, number>>;
}

export interface ProducerBalance extends Balance {
  readonly id: string;
  readonly name: string;
}

export interface Account {
  readonly totals: Balance;
  readonly producers: readonly ProducerBalance[];
}

export function accountOf(lines: readonly AccountLine[], producers: readonly { readonly id: string; readonly name: string }[]): Account {
  const byProducer = Map.groupBy(lines, ({ producer }) => producer);
  const names = new Map(producers.map(({ id, name }) => [id, name]));
  // A producer that was removed keeps its figures, under its id.
  const ids = [...new Set([...names.keys(), ...byProducer.keys()])];
  return {
    totals: balanceOf(lines),
    producers: ids.map((id) => ({ id, name: names.get(id) ?? id, ...balanceOf(byProducer.get(id) ?? []) })),
  };
}

function balanceOf(lines: readonly AccountLine[]): Balance {
  const sum = (outcome: string): number => lines.reduce((total, line) => (line.outcome === outcome ? total + line.count : total), 0);
  return { received: sum('received'), stored: sum('stored'), refused: sum('refused'), dropped: sum('dropped'), minimized: byReason(lines, 'minimized'), refusedBy: byReason(lines, 'refused') };
}

function byReason(lines: readonly AccountLine[], outcome: string): Record<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines) {
    if (line.outcome === outcome) counts.set(line.reason, (counts.get(line.reason) ?? 0) + line.count);
  }
  return Object.fromEntries([...counts].sort(([left], [right]) => (left < right ? -1 : 1)));
}

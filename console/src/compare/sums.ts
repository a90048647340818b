/** Two traces summed up by operation, side by side. */
import type { TraceModel } from '#outline/model.ts';
import { type Operation, operationsOf } from '#outline/operations.ts';

export interface OperationPair {
  readonly service: string;
  readonly name: string;
  readonly left: Operation | null;
  readonly right: Operation | null;
  /** Nanoseconds of self time that the right trace spent more. */
  readonly longer: number;
}

/** Those that differ most first. */
export function sumsOf(left: TraceModel, right: TraceModel): OperationPair[] {
  const key = ({ service, name }: Operation): string => JSON.stringify([service, name]);
  const rights = new Map(operationsOf(right).map((one) => [key(one), one]));
  const pairs = operationsOf(left).map((one): OperationPair => {
    const other = rights.get(key(one)) ?? null;
    rights.delete(key(one));
    return { service: one.service, name: one.name, left: one, right: other, longer: (other?.self ?? 0) - one.self };
  });
  for (const one of rights.values()) pairs.push({ service: one.service, name: one.name, left: null, right: one, longer: one.self });
  return pairs.sort((one, other) => Math.abs(other.longer) - Math.abs(one.longer));
}

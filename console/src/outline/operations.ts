/** A trace summed up by operation: service and name, how often, how long, how much of it itself. */
import type { TraceModel } from './model.ts';
import { ERROR, lengthOf } from './outline.ts';

export interface Operation {
  readonly service: string;
  readonly name: string;
  readonly count: number;
  readonly errors: number;
  /** Nanoseconds, all its spans together. */
  readonly total: number;
  readonly self: number;
  readonly longest: number;
  readonly critical: number;
  /** Its longest span. */
  readonly span: number;
}

export function operationsOf({ outline, self, critical }: TraceModel): Operation[] {
  const found = new Map<number, { -readonly [Field in keyof Operation]: Operation[Field] }>();
  const names = outline.names.length;
  for (let span = 0; span < outline.size; span += 1) {
    const service = outline.service[span] ?? 0;
    const name = outline.name[span] ?? 0;
    const key = service * names + name;
    let sum = found.get(key);
    if (sum === undefined) found.set(key, (sum = { service: outline.services[service] ?? '', name: outline.names[name] ?? '', count: 0, errors: 0, total: 0, self: 0, longest: -1, critical: 0, span }));
    const length = lengthOf(outline, span);
    sum.count += 1;
    sum.total += length;
    sum.self += self[span] ?? 0;
    sum.critical += critical.time[span] ?? 0;
    if (outline.status[span] === ERROR) sum.errors += 1;
    if (length <= sum.longest) continue;
    sum.longest = length;
    sum.span = span;
  }
  return [...found.values()];
}

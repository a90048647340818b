/**
 * A trace as columns: what a waterfall draws of each span, in the order of their starts, and nothing else. Numbers are offsets from the start
 * of the trace, names and services are indexes, a parent is the place of its span, so that 50,000 spans are some megabytes and need no object each.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** A row of `sql/outline.sql`: a page of spans. */
export interface OutlinePage {
  readonly rowCount: number;
  readonly lastBlock: string;
  readonly lastRow: number;
  readonly ids: readonly string[];
  readonly parents: readonly string[];
  readonly services: readonly string[];
  readonly names: readonly string[];
  readonly starts: readonly string[];
  readonly durations: readonly string[];
  readonly kinds: readonly number[];
  readonly statuses: readonly number[];
  readonly events: readonly number[];
  readonly exceptions: readonly number[];
  readonly minimized: readonly number[];
  readonly eventTimeTexts: readonly (readonly string[])[];
  readonly eventErrors: readonly (readonly number[])[];
}

export interface KindCount {
  readonly kind: string;
  readonly count: number;
}

export interface OutlineFacts {
  readonly traceId: string;
  /** The trace holds more spans than the pages. */
  readonly more: boolean;
  /** Values replaced, by kind. */
  readonly minimized: readonly KindCount[];
  readonly events_max: number;
}

const NO_PARENT = '0000000000000000';

/** The outline as JSON text; at least one span. Other work on this thread gets a turn between its columns. */
export async function outlineJson(pages: readonly OutlinePage[], { traceId, more, minimized, events_max }: OutlineFacts): Promise<string> {
  const column = <T>(name: keyof OutlinePage): T[] => pages.flatMap((page) => page[name] as unknown as readonly T[]);
  const nanos = column<string>('starts').map(BigInt);
  const durations = column<string>('durations').map(Number);
  await nextTurn();
  const first = nanos.reduce((least, one) => (one < least ? one : least), nanos[0] ?? 0n);
  const starts = nanos.map((one) => Number(one - first));
  const end = starts.reduce((latest, start, at) => Math.max(latest, start + Math.max(0, durations[at] ?? 0)), 0);
  const order = Uint32Array.from(starts.keys()).sort((left, right) => (starts[left] ?? 0) - (starts[right] ?? 0) || (durations[right] ?? 0) - (durations[left] ?? 0) || left - right);
  await nextTurn();
  const ids = column<string>('ids');
  const places = placesOf(ids, order);
  const parents = column<string>('parents');
  await nextTurn();
  const fields: string[] = [];
  const add = (name: string, values: ArrayLike<number | string>): void => void fields.push(`"${name}":[${Array.from(values).join(',')}]`);
  const sorted = <T>(values: readonly T[]): T[] => Array.from(order, (at) => values[at] as T);
  const services = interned(sorted(column<string>('services')));
  const names = interned(sorted(column<string>('names')));
  add('id', sorted(ids).map((one) => `"${one}"`));
  // Of spans with the same id the first one has the children.
  add('parent', sorted(parents).map((one) => places.get(one) ?? -1));
  add('service', services.indexes);
  add('name', names.indexes);
  await nextTurn();
  add('start', sorted(starts));
  add('duration', sorted(durations));
  for (const [name, from] of [['kind', 'kinds'], ['status', 'statuses'], ['events', 'events'], ['exceptions', 'exceptions'], ['minimized', 'minimized']] as const) add(name, sorted(column<number>(from)));
  add('orphan', sorted(parents).map((one) => (one !== NO_PARENT && !places.has(one) ? 1 : 0)));
  await nextTurn();
  const events = eventsOf(sorted(column<readonly string[]>('eventTimeTexts')), sorted(column<readonly number[]>('eventErrors')), first, events_max);
  return `{"traceId":"${traceId}","startTimeUnixNano":"${first}","durationNano":"${BigInt(Math.round(end))}","more":${more},"services":${JSON.stringify(services.texts)},"names":${JSON.stringify(names.texts)},"spans":{${fields.join(',')}},"eventTimes":${JSON.stringify(events)},"minimized":${JSON.stringify(minimized)}}`;
}

function placesOf(ids: readonly string[], order: Uint32Array): Map<string, number> {
  const places = new Map<string, number>();
  for (const [place, at] of order.entries()) {
    const id = ids[at] ?? '';
    if (!places.has(id)) places.set(id, place);
  }
  return places;
}

function interned(values: readonly string[]): { readonly texts: readonly string[]; readonly indexes: readonly number[] } {
  const known = new Map<string, number>();
  const indexes = values.map((text) => {
    const index = known.get(text) ?? known.size;
    known.set(text, index);
    return index;
  });
  return { texts: [...known.keys()], indexes };
}

interface EventTimes {
  readonly span: number[];
  readonly at: number[];
  readonly error: number[];
}

function eventsOf(times: readonly (readonly string[])[], errors: readonly (readonly number[])[], first: bigint, max: number): EventTimes {
  const told: EventTimes = { span: [], at: [], error: [] };
  for (const [span, own] of times.entries()) {
    for (const [event, time] of own.entries()) {
      if (told.span.length >= max) return told;
      told.span.push(span);
      told.at.push(Number(BigInt(time) - first));
      told.error.push(errors[span]?.[event] ?? 0);
    }
  }
  return told;
}

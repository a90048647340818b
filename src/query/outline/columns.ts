/**
 * A trace as columns: what a waterfall draws of each span, in the order of their starts, and nothing else. Numbers are offsets from the start
 * of the trace, names and services are indexes, a parent is the place of its span, so that 50,000 spans are some megabytes and need no object each.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Decision } from '#policy';

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
  /** 1: the parent, if there is one, is in another process. */
  readonly remotes: readonly number[];
  readonly events: readonly number[];
  readonly exceptions: readonly number[];
  readonly minimized: readonly number[];
  readonly eventTimeTexts: readonly (readonly string[])[];
  readonly eventErrors: readonly (readonly number[])[];
  /** 1: policy shows this reader no more than this of the span. Only for readers of whom some spans are hidden. */
  readonly outlines?: readonly number[];
}

/** The row of `sql/repeats.sql`: spans whose ids occur more than once, in the order of the store. */
export interface Repeats {
  readonly ids: readonly string[];
  /** Equal for equal content. */
  readonly contents: readonly string[];
}

export interface KindCount {
  readonly kind: string;
  readonly count: number;
  /** Those that removed it, each once; none where the policy is not known. */
  readonly rules: readonly Decision[];
  /** Of what was sealed: where, each once. */
  readonly fields?: readonly string[];
}

export interface OutlineFacts {
  readonly traceId: string;
  readonly repeats: Repeats;
  /** The trace holds more spans than the pages. */
  readonly more: boolean;
  /** Values replaced, by kind. */
  readonly minimized: readonly KindCount[];
  readonly events_max: number;
}

const NO_PARENT = '0000000000000000';

/** The outline as JSON text; at least one span. Other work on this thread gets a turn between its columns. */
export async function outlineJson(pages: readonly OutlinePage[], { traceId, repeats, more, minimized, events_max }: OutlineFacts): Promise<string> {
  const column = <T>(name: keyof OutlinePage): T[] => pages.flatMap((page) => page[name] as unknown as readonly T[]);
  const ids = column<string>('ids');
  const versions = versionsOf(ids, repeats);
  const nanos = column<string>('starts').map(BigInt);
  const durations = column<string>('durations').map(Number);
  await nextTurn();
  const first = nanos.reduce((least, one) => (one < least ? one : least), nanos[0] ?? 0n);
  const starts = nanos.map((one) => Number(one - first));
  const end = starts.reduce((latest, start, at) => Math.max(latest, start + Math.max(0, durations[at] ?? 0)), 0);
  const order = Uint32Array.from(starts.keys()).filter((at) => versions.get(at) !== AGAIN).sort((left, right) => (starts[left] ?? 0) - (starts[right] ?? 0) || (durations[right] ?? 0) - (durations[left] ?? 0) || left - right);
  await nextTurn();
  const places = placesOf(ids, order, versions);
  const parents = column<string>('parents');
  await nextTurn();
  const fields: string[] = [];
  const add = (name: string, values: ArrayLike<number | string>): void => void fields.push(`"${name}":[${Array.from(values).join(',')}]`);
  const sorted = <T>(values: readonly T[]): T[] => Array.from(order, (at) => values[at] as T);
  const services = interned(sorted(column<string>('services')));
  const names = interned(sorted(column<string>('names')));
  add('id', sorted(ids).map((one) => `"${one}"`));
  // Of versions of a span the first one has the children.
  add('parent', sorted(parents).map((one) => places.get(one) ?? -1));
  add('service', services.indexes);
  add('name', names.indexes);
  await nextTurn();
  add('start', sorted(starts));
  add('duration', sorted(durations));
  for (const [name, from] of [['kind', 'kinds'], ['status', 'statuses'], ['events', 'events'], ['exceptions', 'exceptions'], ['minimized', 'minimized']] as const) add(name, sorted(column<number>(from)));
  const orphans = sorted(parents).map((one) => (one !== NO_PARENT && !places.has(one) ? 1 : 0));
  const remotes = sorted(column<number>('remotes'));
  add('orphan', orphans);
  add('begunOutside', orphans.map((orphan, place) => (orphan === 1 && remotes[place] === 1 ? 1 : 0)));
  if (pages.some(({ outlines }) => outlines !== undefined)) add('hidden', sorted(column<number>('outlines')));
  await nextTurn();
  const events = eventsOf(sorted(column<readonly string[]>('eventTimeTexts')), sorted(column<readonly number[]>('eventErrors')), first, events_max);
  return `{"traceId":"${traceId}","startTimeUnixNano":"${first}","durationNano":"${BigInt(Math.round(end))}","more":${more},"services":${JSON.stringify(services.texts)},"names":${JSON.stringify(names.texts)},"spans":{${fields.join(',')}},"versions":${JSON.stringify(toldVersions(order, versions))},"eventTimes":${JSON.stringify(events)},"minimized":${JSON.stringify(minimized)}}`;
}

interface Version {
  readonly version: number;
  copies: number;
  /** How many versions there are, known in the end. */
  readonly of: { count: number };
}

/** A span that was stored already: it is not shown again. */
const AGAIN = Symbol('again');

/** What is to be said of the spans whose ids occur more than once, by their place in the order of the store. */
function versionsOf(ids: readonly string[], repeats: Repeats): Map<number, Version | typeof AGAIN> {
  const contents = new Map<string, string[]>();
  for (const [at, id] of repeats.ids.entries()) {
    const known = contents.get(id);
    if (known === undefined) contents.set(id, [repeats.contents[at] ?? '']);
    else known.push(repeats.contents[at] ?? '');
  }
  const versions = new Map<number, Version | typeof AGAIN>();
  if (contents.size === 0) return versions;
  const seen = new Map<string, { rows: number; readonly of: { count: number }; readonly byContent: Map<string, Version> }>();
  for (const [at, id] of ids.entries()) {
    const known = contents.get(id);
    if (known === undefined) continue;
    const group = seen.get(id) ?? { rows: 0, of: { count: 0 }, byContent: new Map<string, Version>() };
    seen.set(id, group);
    // What came between the two statements is told apart by its place alone.
    const content = known[group.rows] ?? `row ${group.rows}`;
    group.rows++;
    const equal = group.byContent.get(content);
    if (equal === undefined) {
      const version = { version: ++group.of.count, copies: 1, of: group.of };
      group.byContent.set(content, version);
      versions.set(at, version);
    } else {
      equal.copies++;
      versions.set(at, AGAIN);
    }
  }
  return versions;
}

interface ToldVersions {
  readonly span: number[];
  readonly version: number[];
  readonly of: number[];
  readonly copies: number[];
  readonly forged: number[];
}

function toldVersions(order: Uint32Array, versions: ReadonlyMap<number, Version | typeof AGAIN>): ToldVersions {
  const told: ToldVersions = { span: [], version: [], of: [], copies: [], forged: [] };
  if (versions.size === 0) return told;
  for (const [place, at] of order.entries()) {
    const version = versions.get(at);
    if (version === undefined || version === AGAIN) continue;
    told.span.push(place);
    told.version.push(version.version);
    told.of.push(version.of.count);
    told.copies.push(version.copies);
    told.forged.push(version.version > 1 ? 1 : 0);
  }
  return told;
}

function placesOf(ids: readonly string[], order: Uint32Array, versions: ReadonlyMap<number, Version | typeof AGAIN>): Map<string, number> {
  const places = new Map<string, number>();
  for (const [place, at] of order.entries()) {
    const id = ids[at] ?? '';
    const version = versions.get(at);
    if (!places.has(id) || (version !== undefined && version !== AGAIN && version.version === 1)) places.set(id, place);
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

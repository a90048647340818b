/**
 * Figures of spans: rate, errors and durations of services and operations, calls between services, values replaced, and the names there are. All of them
 * come from figures by minute (`#store`), completed by the spans that are not rolled yet, so that an answer holds everything acknowledged.
 */
import { readFileSync } from 'node:fs';
import { LIMITS } from '#limits';
import type { Reader } from '#model';
import type { Answering, Run } from '#query/answering';
import { dayText, firstDay } from '#query/candidates';
import { complete } from '#query/statements';
import { isRefusal, refuse, type Refusal } from '#refusal';
import { type Edge, type Edges, findEdges, type Window } from './calls.ts';
import { type By, findRed, type Red, type RedAnswer, type RedQuestion } from './series.ts';
import { type AskedPeriod, boundPeriod, countsSource, type FiguresState, MINUTE_NS, minimizedSource, minutesOf, sourceParams } from './source.ts';

export type { By, Red, RedAnswer, RedGroup } from './series.ts';
export type { Edge, Edges, Window } from './calls.ts';
export type { AskedPeriod } from './source.ts';

export interface AskedRed extends AskedPeriod, Pick<RedQuestion, 'service' | 'operation' | 'kind'> {
  readonly by: By;
  readonly buckets: number;
}

export interface ServiceMap {
  readonly start: bigint;
  readonly end: bigint;
  /** Calls were multiplied by this, because one of so many traces was looked at; 1 when all were. Nodes count all spans. */
  readonly oneIn: number;
  readonly more: boolean;
  /** Figures of spans where a service is entered. */
  readonly nodes: readonly (Red & { readonly service: string })[];
  readonly edges: readonly Edge[];
}

export interface MinimizedValues {
  readonly start: bigint;
  readonly end: bigint;
  readonly services: readonly { readonly service: string; readonly kinds: readonly { readonly kind: string; readonly count: number }[] }[];
  readonly more: boolean;
}

export interface Operation {
  readonly name: string;
  /** OTLP span kind. */
  readonly kind: number;
  readonly spanCount: number;
}

export interface FiguresOfSpans {
  red(reader: Reader, asked: AskedRed): Promise<RedAnswer | Refusal>;
  map(reader: Reader, asked: AskedPeriod): Promise<ServiceMap | Refusal>;
  minimized(reader: Reader, asked: AskedPeriod): Promise<MinimizedValues | Refusal>;
  /** Calls between services, as many as there are room for in a list. */
  edges(reader: Reader, window: Window): Promise<Edges | Refusal>;
  services(reader: Reader): Promise<readonly string[] | Refusal>;
  operations(reader: Reader, service: string): Promise<readonly Operation[] | Refusal>;
}

const read = (name: string): string => readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');
const STATEMENTS = { services: read('service-names'), operations: read('operation-names'), minimized: read('minimized') };

const NAMES_MAX = 10_000;
const LINKS_MAX = 10_000;
const MINIMIZED_MAX = 5_000;
/** From the first minute of 1970 to the last that 64 bits of nanoseconds can name. */
const EVER = { first: 0, last: 307_445_733 };

export function createFigures({ answer, settled, store, now_ms }: Answering): FiguresOfSpans {
  /** Everything acknowledged can be read; then the state is that of the statement which follows in the same turn. */
  async function withState<T>(work: (state: FiguresState) => Promise<T>): Promise<T> {
    await settled();
    return work(store.figures);
  }

  /** Names of services and operations come from as far back as a search may reach. */
  const everParams = (state: FiguresState): ReturnType<typeof sourceParams> => sourceParams(state, EVER, dayText(now_ms() - LIMITS.search_range_ms_max));

  async function redOf(asked: AskedRed, window: Window, run: Run): Promise<RedAnswer> {
    return withState((state) => findRed({ ...asked, ...window }, state, run));
  }

  return {
    red: (reader, asked) =>
      answer(reader, 'figures.read', 'scan', async (run) => {
        const window = boundPeriod(asked, now_ms());
        return isRefusal(window) ? window : redOf(asked, window, run);
      }),

    map: (reader, asked) =>
      answer(reader, 'dependency.read', 'scan', async (run) => {
        const window = boundPeriod(asked, now_ms());
        if (isRefusal(window)) return window;
        const red = await redOf({ by: 'service', kind: 'entry', buckets: 1 }, window, run);
        const { edges, oneIn, more } = await withState((state) => findEdges({ start: red.start, end: red.end - 1n }, state, run, LIMITS.figures_edges_max));
        const nodes = red.groups.filter(({ rest }) => !rest).map(({ service, count, errors, p50, p95, p99 }) => ({ service, count, errors, p50, p95, p99 }));
        return { start: red.start, end: red.end, oneIn, more: more || red.more, nodes, edges };
      }),

    minimized: (reader, asked) =>
      answer(reader, 'figures.read', 'scan', async (run) => {
        const window = boundPeriod(asked, now_ms());
        if (isRefusal(window)) return window;
        const minutes = minutesOf(window.start, window.end);
        const start = BigInt(minutes.first) * MINUTE_NS;
        const rows = await withState((state) =>
          run<{ serviceName: string; valueKind: string; values: number }>(complete(STATEMENTS.minimized, { values: minimizedSource(state) }), { ...sourceParams(state, minutes, firstDay(start)), limit: MINIMIZED_MAX + 1 }, MINIMIZED_MAX + 1),
        );
        const services = [...Map.groupBy(rows.slice(0, MINIMIZED_MAX), ({ serviceName }) => serviceName)];
        return {
          start, end: BigInt(minutes.last + 1) * MINUTE_NS, more: rows.length > MINIMIZED_MAX,
          services: services.map(([service, kinds]) => ({ service, kinds: kinds.map(({ valueKind, values }) => ({ kind: valueKind, count: values })) })),
        };
      }),

    edges: (reader, window) =>
      answer(reader, 'dependency.read', 'scan', async (run) => {
        if (window.start > window.end) return refuse('query_invalid', 'start lies after end');
        if (window.end - window.start > BigInt(LIMITS.search_range_ms_max) * 1_000_000n) return refuse('query_invalid', 'the range from start to end is longer than 31 days');
        return withState((state) => findEdges(window, state, run, LINKS_MAX));
      }),

    services: (reader) =>
      answer(reader, 'service.list', 'scan', async (run) => {
        const rows = await withState((state) => run<{ serviceName: string }>(complete(STATEMENTS.services, { counts: countsSource(state, 'services') }), { ...everParams(state), limit: NAMES_MAX }, NAMES_MAX));
        return rows.map(({ serviceName }) => serviceName);
      }),

    operations: (reader, service) =>
      answer(reader, 'operation.list', 'scan', async (run) => {
        const rows = await withState((state) => run<{ spanName: string; spanKind: number; spanCount: string }>(complete(STATEMENTS.operations, { counts: countsSource(state, 'operations', 'service = {service:String}') }), { ...everParams(state), service, limit: NAMES_MAX }, NAMES_MAX));
        return rows.map(({ spanName, spanKind, spanCount }) => ({ name: spanName, kind: spanKind, spanCount: Number(spanCount) }));
      }),
  };
}

/**
 * The trace that `tracekeep trace` asks for, as the server that has the store answers it over the admin socket. Who may open that socket
 * owns the data, and reads all of the tenant that it names.
 */
import { commandLineReader, tenantId } from '#model';
import type { Reader } from '#model';
import type { Queries } from '#query';
import { otlpJson } from '#query/draw';
import { isRefusal, refuse } from '#refusal';
import type { Refusal } from '#refusal';

import type { AdminArguments } from './admin.ts';

/** A trace on its way to the terminal: OTLP/JSON as the query API answers it, and whether it holds more spans than these. */
export interface StoredTrace {
  readonly otlp: string;
  readonly more: boolean;
}

export type TraceQueries = Pick<Queries, 'traceById' | 'search'>;

const DAY_NS = 86_400_000_000_000n;
/** `--last` looks this far back, and a day ahead for senders whose clocks are wrong. */
const LAST_WITHIN_DAYS = 29n;

/** `args`: `tenant`, and either `id` or `last: true`. */
export async function findStoredTrace(queries: TraceQueries, args: AdminArguments, clock: () => number = Date.now): Promise<StoredTrace | Refusal> {
  const tenant = typeof args['tenant'] === 'string' ? tenantId(args['tenant']) : null;
  if (tenant === null) return refuse('query_invalid', 'the tenant');
  const reader = commandLineReader(tenant);
  const id = args['last'] === true ? await lastTraceId(queries, reader, clock()) : args['id'];
  if (isRefusal(id)) return id;
  if (typeof id !== 'string') return refuse('query_invalid', 'the trace id');
  const trace = await queries.traceById(reader, id);
  return isRefusal(trace) ? trace : { otlp: await otlpJson(trace), more: trace.more };
}

/** The trace of the span that began last. */
async function lastTraceId(queries: TraceQueries, reader: Reader, now: number): Promise<string | Refusal> {
  const at = BigInt(now) * 1_000_000n;
  const page = await queries.search(reader, { start: at - LAST_WITHIN_DAYS * DAY_NS, end: at + DAY_NS, limit: 1, order: 'newest', attributes: [] });
  if (isRefusal(page)) return page;
  return page.traces[0]?.traceId ?? refuse('not_found', 'the store holds no trace of the last weeks');
}

/**
 * What the routes of both versions share: schemas of their parameters, and answering. Parameters that Jaeger does not know are not
 * looked at, as Jaeger does; those it knows are bounded here.
 */
import type { Action } from '#access';
import { LIMITS } from '#limits';
import { type RefusalWording, sendRefusal } from '#query/guard';
import { noteShown } from '#query/recorded';
import { isRefusal, type Refusal } from '#refusal';
import type { FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify';

/** Parameters by name: texts, and lists of texts where the schema says `many`. Empty ones count as absent. */
export type Parameters = Readonly<Record<string, string | readonly string[] | undefined>>;

export const text = (description: string): object => ({ type: 'string', maxLength: LIMITS.query_text_bytes_max, description });
export const many = (description: string): object => ({ type: 'array', maxItems: LIMITS.search_results_max, items: { type: 'string', maxLength: LIMITS.query_text_bytes_max }, description });

export interface Described {
  readonly action: Action;
  readonly summary: string;
  readonly query?: Readonly<Record<string, object>>;
  readonly path?: Readonly<Record<string, object>>;
  readonly answer: string;
}

export function described({ action, summary, query = {}, path, answer }: Described, wording: RefusalWording, envelope: object): RouteShorthandOptions {
  return {
    config: { action, wording },
    schema: {
      summary,
      querystring: { type: 'object', additionalProperties: true, properties: query },
      ...(path === undefined ? {} : { params: { type: 'object', required: Object.keys(path), properties: path } }),
      response: { 200: { description: answer, type: 'object' }, default: envelope },
    },
  };
}

export function textOf(parameters: Parameters, ...names: readonly string[]): string {
  for (const name of names) {
    const value = parameters[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return '';
}

export function textsOf(parameters: Parameters, name: string): readonly string[] {
  const value = parameters[name];
  return typeof value === 'string' ? [value] : (value ?? []);
}

/** The parameter as an optional field: nothing where it is empty. */
export function optional<Name extends string>(name: Name, value: string): { readonly [key in Name]?: string } {
  return value === '' ? {} : ({ [name]: value } as { readonly [key in Name]: string });
}

/** Of a longer answer the indented form would hold up everything else on this thread. */
const PRETTY_CHARACTERS_MAX = 4 * 1024 * 1024;

export function send(request: FastifyRequest, reply: FastifyReply, json: string | Refusal, pretty = false): FastifyReply {
  if (isRefusal(json)) return sendRefusal(request, reply, json);
  const indented = pretty && json.length <= PRETTY_CHARACTERS_MAX ? JSON.stringify(JSON.parse(json), null, 4) : json;
  return reply.type('application/json; charset=utf-8').send(indented);
}

/** Traces that the answer has whole, for the record of the request. */
export function noteTraces(request: FastifyRequest, traces: readonly { readonly traceId: string; readonly spans: readonly unknown[] }[]): void {
  noteShown(request, traces.reduce((sum, { spans }) => sum + spans.length, 0), traces.map(({ traceId }) => traceId));
}

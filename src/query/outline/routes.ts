/** The routes of a trace that is drawn: its outline, one span, and where in it a text occurs. */
import { LIMITS } from '#limits';
import { ACTION_NAMES } from '#policy';
import { answersAs, array, count, object, text } from '#query/answers';
import { readerOf, sendRefusal } from '#query/guard';
import { noteShown } from '#query/recorded';
import { sendAnswer, sendJson } from '#query/reply';
import { querySchema } from '#query/search-parameters';
import { isRefusal, type Refusal } from '#refusal';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Outlines } from './outline.ts';

const TRACE_ID = { type: 'string', pattern: '^[0-9a-fA-F]{32}$' };
const SPAN_ID = { type: 'string', pattern: '^[0-9a-fA-F]{16}$' };
const path = (properties: Readonly<Record<string, object>>): object => ({ type: 'object', required: Object.keys(properties), properties });

const numbers = (description: string): object => ({ type: 'array', items: { type: 'number' }, description });
const RULE = { type: ['string', 'null'], description: 'Id of the rule in the policy under which the span was stored; null: no rule names it, and what is recognized is replaced.' };
const ACTION = { type: 'string', enum: ACTION_NAMES };
const KIND_COUNTS = array(object({ kind: text(), count, rules: { ...array(object({ rule: RULE, action: ACTION })), description: 'What removed it. None where that policy is not known.' } }, { description: 'With fields for the kind sealed: the attribute keys, or status.message, that hold sealed values, each once.' }));

const OUTLINE = object({
  traceId: text(), startTimeUnixNano: text('Decimal.'), durationNano: text('Decimal.'), more: { type: 'boolean', description: 'The trace holds more spans than the answer.' }, services: array(text()), names: array(text()),
  spans: object({
    id: array(text()), parent: numbers('Place of the parent, -1 without.'), service: numbers('Place in services.'), name: numbers('Place in names.'), start: numbers('Nanoseconds from the start of the trace; in this order.'),
    duration: numbers('Nanoseconds as sent, negative when the end lies before the start.'), kind: numbers('OTLP span kind.'), status: numbers('0 unset, 1 ok, 2 error.'), events: numbers('How many.'),
    exceptions: numbers('How many of the events.'), minimized: numbers('Values replaced in the span itself.'), orphan: numbers('1: its parent is not in the trace.'),
    begunOutside: numbers('1: its parent is not in the trace, and in another process: it began where nothing reports to this server, or claims so.'),
  }, { description: 'With hidden for readers of whom some spans are: 1 says that policy shows no more of the span than this, its name being [hidden].' }),
  versions: object(
    { span: numbers('Place of the span.'), version: numbers('From 1, in the order in which they were stored.'), of: numbers('How many versions there are.'), copies: numbers('How often this one was stored; it is shown once.'), forged: numbers('1: not the first one that was stored.') },
    { description: 'Of spans whose id occurs more than once.' },
  ),
  eventTimes: object({ span: numbers('Place of the span.'), at: numbers('Nanoseconds from the start of the trace.'), error: numbers('1: an exception.') }, { description: `The first ${LIMITS.outline_events_max} at most.` }),
  minimized: KIND_COUNTS,
});
const SPAN = object({ resource: { type: 'object' }, scope: { type: 'object' }, span: { type: 'object' }, minimized: array({ type: 'object', required: ['place', 'kind', 'count'], properties: { place: text(), kind: text(), count, rule: RULE, action: ACTION }, description: 'rule and action are absent where the policy under which the span was stored is not known.' }),
  producer: text('Who sent it.'), version: { ...count, description: 'From 1, in the order in which they were stored.' }, versions: count, copies: { ...count, description: 'How often this version was stored.' }, forged: { type: 'boolean', description: 'Not the first version that was stored.' },
});
const MATCHES = object({ spanIds: array(text()), more: { type: 'boolean' } });

export interface OutlineServed {
  readonly outlines: Outlines;
}

export function addOutlineRoutes(app: FastifyInstance, { outlines }: OutlineServed): void {
  app.get<{ Params: { id: string } }>(
    '/api/v1/traces/:id/outline',
    {
      config: { action: 'trace.read' },
      schema: { summary: 'A trace as columns, for drawing', params: path({ id: TRACE_ID }), querystring: querySchema({}), response: answersAs(OUTLINE) },
    },
    async (request, reply) => sendText(request, reply, await outlines.outline(readerOf(request), request.params.id, (spans) => noteShown(request, spans))),
  );

  app.get<{ Params: { id: string; spanId: string }; Querystring: { copy?: number } }>(
    '/api/v1/traces/:id/spans/:spanId',
    {
      config: { action: 'trace.read' },
      schema: {
        summary: 'One span in full, as OTLP/JSON, and what was minimized in it',
        params: path({ id: TRACE_ID, spanId: SPAN_ID }),
        querystring: querySchema({ copy: { type: 'integer', minimum: 0, maximum: LIMITS.span_copies_max - 1, description: 'Which of several versions of this span, in the order in which they were stored. Default: 0, the first one.' } }),
        response: answersAs(SPAN),
      },
    },
    async (request, reply) => {
      noteShown(request, 1);
      return sendText(request, reply, await outlines.span(readerOf(request), request.params.id, request.params.spanId.toLowerCase(), request.query.copy ?? 0));
    },
  );

  app.get<{ Params: { id: string }; Querystring: { text: string } }>(
    '/api/v1/traces/:id/matches',
    {
      config: { action: 'trace.read' },
      schema: {
        summary: 'Spans of a trace whose attributes, events or status message contain a text',
        params: path({ id: TRACE_ID }),
        querystring: querySchema({ text: { type: 'string', minLength: 1, maxLength: LIMITS.trace_match_characters_max, description: 'Small and capital letters are the same.' } }, ['text']),
        response: answersAs(MATCHES),
      },
    },
    async (request, reply) => sendAnswer(request, reply, await outlines.matches(readerOf(request), request.params.id, request.query.text)),
  );
}

function sendText(request: FastifyRequest, reply: FastifyReply, json: string | Refusal): FastifyReply {
  return isRefusal(json) ? sendRefusal(request, reply, json) : sendJson(reply, json);
}

/** Routes of policies before they count: what one would change on what is stored, and presets to begin with. */
import { LIMITS } from '#limits';
import { ACTION_NAMES, PLACES } from '#policy';
import { PRESETS, presetText } from '#policy/presets';
import { readPolicy, type ReadPolicy } from '#policy/read';
import { answersAs, array, count, object, text } from '#query/answers';
import { readerOf } from '#query/guard';
import { sendAnswer, sendJson } from '#query/reply';
import { querySchema } from '#query/search-parameters';
import { isRefusal, refuse, REFUSALS, type Refusal } from '#refusal';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { PolicyTrial } from './trial.ts';

/** The text as JSON, in which a character can take six bytes. */
const BODY_BYTES_MAX = 6 * LIMITS.policy_bytes_max + 16 * 1024;
const NO_QUERY = querySchema({});
const RULE = { type: ['string', 'null'], description: 'Id of the rule; null: no rule names it.' };
const ACTION = { type: 'string', enum: ACTION_NAMES };

const TRIED = object({
  spans: { ...count, description: 'Looked at, the newest.' }, more: { type: 'boolean', description: 'There are more spans, or more changes.' },
  changes: array(object({
    service: text(), place: { type: 'string', enum: PLACES }, key: text('Of the attribute; of a text that is no attribute its place.'), kind: text('What it was recognized as; field: a whole value.'), action: ACTION, rule: RULE,
    count: { ...count, description: 'Values, or spans where whole spans are dropped.' }, today: { oneOf: [object({ rule: RULE, action: ACTION }), { type: 'null' }], description: 'What the policy in force does; null: nothing.' }, differs: { type: 'boolean' },
  }, { description: 'With before and after where there is something to show: the shape of one such value as it is stored, and as it would be. Never the value.' })),
});
const PRESET = { name: text(), title: text(), about: text() };

/** `read` holds up nobody, however long a text takes. */
export function addTrialRoutes(app: FastifyInstance, trial: PolicyTrial | null, read: (text: string) => Promise<ReadPolicy | Refusal> = async (text) => readPolicy(text)): void {
  if (trial !== null) {
    app.post<{ Body: { text: string; since: number } }>(
      '/api/v1/policy/try',
      {
        bodyLimit: BODY_BYTES_MAX,
        config: { action: 'policy.try' },
        schema: {
          summary: 'What a policy would change on what is stored, service by service and key by key',
          description: 'What is gone already does not come back and cannot be looked at: of that the spans say what it was, and the answer how the policy would have treated it.',
          querystring: NO_QUERY,
          body: { type: 'object', additionalProperties: false, required: ['text', 'since'], properties: { text: { type: 'string', maxLength: LIMITS.policy_bytes_max, description: 'YAML or JSON.' }, since: { type: 'number', minimum: 0, description: 'Of the start of the spans, milliseconds since 1970.' } } },
          response: answersAs(TRIED),
        },
      },
      async (request, reply) => {
        const found = await read(request.body.text);
        if (isRefusal(found)) return sendAnswer(request, reply, found);
        const { document, problems } = found;
        if (document === null) {
          const { http, says, advice } = REFUSALS.policy_invalid;
          return sendJson(reply.code(http), JSON.stringify({ error: { code: 'policy_invalid', message: says, advice, requestId: request.id }, problems }));
        }
        return sendAnswer(request, reply, await trial.trial(readerOf(request), { document, since_ms: request.body.since, signal: goneSignal(reply) }));
      },
    );
  }

  app.get('/api/v1/policy/presets', { config: { action: 'policy.read' }, schema: { summary: 'Policies to begin with', querystring: NO_QUERY, response: answersAs(object({ presets: array(object(PRESET)) })) } }, async (request, reply) =>
    sendAnswer(request, reply, { presets: PRESETS }),
  );

  app.get<{ Params: { name: string } }>(
    '/api/v1/policy/presets/:name',
    { config: { action: 'policy.read' }, schema: { summary: 'The text of one, with the reason beside each rule', params: object({ name: text() }), querystring: NO_QUERY, response: answersAs(object({ ...PRESET, text: text('YAML.') })) } },
    async (request, reply) => {
      const preset = PRESETS.find(({ name }) => name === request.params.name);
      return sendAnswer(request, reply, preset === undefined ? refuse('not_found') : { ...preset, text: presetText(preset.name) });
    },
  );
}

/** Aborts when whoever asked has gone. */
function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return gone.signal;
}

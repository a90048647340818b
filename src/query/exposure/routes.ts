/** The route of what is leaking: nanosecond instants are decimal text. */
import { LIMITS } from '#limits';
import { ACTION_NAMES, PLACES } from '#policy';
import { answersAs, array, count, object, text } from '#query/answers';
import { readerOf } from '#query/guard';
import { PERIOD, type PeriodParameters, periodOf } from '#query/red/routes';
import { sendAnswer } from '#query/reply';
import { querySchema, SERVICE } from '#query/search-parameters';
import { isRefusal } from '#refusal';
import type { FastifyInstance } from 'fastify';
import type { Exposure, ExposureRow } from './exposure.ts';

const RULE = { type: ['string', 'null'], description: 'Id of the rule; null: no rule names it, and what is recognized is replaced.' };
const ACTION = { type: ['string', 'null'], enum: [...ACTION_NAMES, null] };

const EXPOSURE = object({
  start: text('Nanoseconds since 1970, decimal.'), end: text('Decimal.'), stepNano: text('Decimal.'), more: { type: 'boolean', description: `There are more than ${LIMITS.exposure_rows_max}; these have most values.` },
  rows: array(object({
    service: text(), place: { type: 'string', enum: PLACES }, key: text('Of the attribute; of a text that is no attribute its place.'), inKey: { type: 'boolean', description: 'It stands in the text of the key itself.' },
    kind: text('What it was recognized as; field: a whole value.'), rest: { type: 'boolean', description: 'Keys beyond the limit of what is kept apart, together.' }, count: { ...count, description: 'Values in the period.' },
    firstSeen: text('Nanoseconds since 1970 of the minute, decimal; also before the period.'), lastSeen: text('Decimal; within the period.'), isNew: { type: 'boolean', description: 'First seen in the period, and there were spans before it.' },
    trend: { type: 'array', items: count, maxItems: LIMITS.exposure_steps_max, description: 'Values by step.' },
    rule: RULE, action: { ...ACTION, description: 'What the policy in force does where most of it was found; null in rest.' }, elsewhere: array(object({ rule: RULE, action: ACTION })),
  })),
});

export function addExposureRoutes(app: FastifyInstance, { exposure, now_ms }: { readonly exposure: Exposure; readonly now_ms: () => number }): void {
  app.get<{ Querystring: PeriodParameters & { readonly service?: string } }>(
    '/api/v1/exposure',
    {
      config: { action: 'exposure.read' },
      schema: {
        summary: 'Which services send which kinds of sensitive values in which keys, and what the policy in force does',
        description: 'Counted is what minimization acted upon: values that a rule keeps are not here. What a resource or scope had replaced counts once for a block and minute.',
        querystring: querySchema({ ...PERIOD, service: SERVICE }),
        response: answersAs(EXPOSURE),
      },
    },
    async (request, reply) => {
      const { service } = request.query;
      const period = periodOf(request.query, now_ms());
      const found = isRefusal(period) ? period : await exposure.exposure(readerOf(request), { ...period, ...(service === undefined ? {} : { service }) });
      return sendAnswer(request, reply, isRefusal(found) ? found : { start: String(found.start), end: String(found.end), stepNano: String(found.step), more: found.more, rows: found.rows.map(rowJson) });
    },
  );
}

function rowJson(row: ExposureRow): object {
  return { ...row, firstSeen: String(row.firstSeen), lastSeen: String(row.lastSeen) };
}

/** `/api/v1/access/break-glass`: taking a role for some minutes, which everybody of the tenant sees, and ending that before its time. */
import type { Access } from '#access';
import { actorOf, type ControlStore, type GlassRecord } from '#control';
import type { NewFinding, ReportFinding } from '#findings';
import { LIMITS } from '#limits';
import { ROLES, type Reader, type Role, type TenantId } from '#model';
import { answersAs, array, count, object, text } from '#query/answers';
import { readerOf } from '#query/guard';
import { sendAnswer } from '#query/reply';
import { querySchema } from '#query/search-parameters';
import { isRefusal, refuse } from '#refusal';
import type { FastifyInstance } from 'fastify';

export interface GlassSource {
  readonly control: Pick<ControlStore, 'listGlass' | 'breakGlass' | 'endGlass'>;
  /** A text of this tenant, as the minimization policy leaves it; null where that is not sure. */
  readonly minimized?: (tenant: TenantId, text: string) => string | null;
  /** Hears of each that is broken. */
  readonly report: ReportFinding;
}

const NO_QUERY = querySchema({});
const BODY_BYTES_MAX = 16 * 1024;
const ID = { type: 'object', required: ['id'], properties: { id: { type: 'string', pattern: '^g_[0-9a-f]{16}$' } } } as const;
const GLASS = object({ id: text(), name: text('Who.'), role: text('Which role they have besides their own.'), reason: text(), since: count, until: { ...count, description: 'Milliseconds since 1970; then it is over by itself.' }, isOwn: { type: 'boolean' }, mayEnd: { type: 'boolean', description: 'Whoever asks.' } });
const STATE = object({ glass: array(GLASS), mayTake: { ...array(text()), description: 'Roles that whoever asks may take.' }, minutesMax: count });

export function addGlassRoutes(app: FastifyInstance, { control, minimized = (_, reason) => reason, report }: GlassSource, access: Access): void {
  const view = (reader: Reader) => ({ id, name, role, reason, since, until, person }: GlassRecord): object => ({ id, name, role, reason, since, until, isOwn: person === reader.id, mayEnd: mayEnd(reader, person) });
  const mayEnd = (reader: Reader, person: string): boolean => person === reader.id || access.decide(reader, 'access.write', { tenant: reader.tenant }) === true;
  const mayTake = (reader: Reader, role: Role): boolean => reader.kind === 'person' && !reader.roles.includes(role) && access.decide(reader, 'glass.break', { tenant: reader.tenant, id: role }) === true;

  // Whoever is in the tenant sees it, whatever their roles.
  app.get('/api/v1/access/break-glass', { config: { action: 'server.read' }, schema: { summary: 'Who has a role for the moment by breaking the glass', querystring: NO_QUERY, response: answersAs(STATE) } }, async (request, reply) => {
    const reader = readerOf(request);
    return sendAnswer(request, reply, { glass: control.listGlass(reader.tenant).map(view(reader)), mayTake: ROLES.filter((role) => mayTake(reader, role)), minutesMax: LIMITS.glass_minutes_max });
  });

  app.post<{ Body: { role: Role; reason: string; minutes?: number } }>(
    '/api/v1/access/break-glass',
    {
      bodyLimit: BODY_BYTES_MAX,
      config: { action: 'glass.break' },
      schema: {
        summary: 'Take a role for some minutes; the log and everybody of the tenant are told',
        querystring: NO_QUERY,
        body: { type: 'object', additionalProperties: false, required: ['role', 'reason'], properties: { role: { type: 'string', enum: ROLES }, reason: { type: 'string', maxLength: 4 * LIMITS.glass_reason_characters_max, description: `Why it cannot wait, ${LIMITS.glass_reason_characters_min} characters at least.` }, minutes: { type: 'integer', minimum: 1, maximum: LIMITS.glass_minutes_max } } },
        response: answersAs(GLASS),
      },
    },
    async (request, reply) => {
      const reader = readerOf(request);
      const { role, reason: said, minutes = LIMITS.glass_minutes_max } = request.body;
      if (reader.kind !== 'person') return sendAnswer(request, reply, refuse('action_forbidden', 'glass.break with a token'));
      const may = access.decide(reader, 'glass.break', { tenant: reader.tenant, id: role });
      if (may !== true) return sendAnswer(request, reply, may);
      const reason = minimized(reader.tenant, said);
      if (reason === null) return sendAnswer(request, reply, refuse('record_unavailable'));
      const glass = await control.breakGlass({ tenant: reader.tenant, person: reader.id, role, reason, minutes }, actorOf(reader));
      if (isRefusal(glass)) return sendAnswer(request, reply, glass);
      report(brokenGlass(glass));
      return sendAnswer(request, reply, view(reader)(glass));
    },
  );

  app.post<{ Params: { id: string } }>(
    '/api/v1/access/break-glass/:id/end',
    { bodyLimit: BODY_BYTES_MAX, config: { action: 'server.read' }, schema: { summary: 'End it before its time: one’s own, or as an administrator', params: ID, querystring: NO_QUERY, response: answersAs(object({ ended: text('Its id.') })) } },
    async (request, reply) => {
      const reader = readerOf(request);
      const glass = control.listGlass(reader.tenant).find(({ id }) => id === request.params.id);
      if (glass === undefined) return sendAnswer(request, reply, refuse('name_unknown', 'a broken glass'));
      if (!mayEnd(reader, glass.person)) return sendAnswer(request, reply, refuse('action_forbidden', 'what somebody else broke'));
      const ended = await control.endGlass(reader.tenant, glass.id, actorOf(reader));
      return sendAnswer(request, reply, isRefusal(ended) ? ended : { ended: glass.id });
    },
  );
}

/** The reason is in the log: whoever typed it may have typed anything. */
function brokenGlass({ id, tenant, person, role, until }: GlassRecord): NewFinding {
  return {
    tenant,
    analytic: { uid: 'access.break-glass', name: 'Broken glass', type_id: 1 },
    subject: id,
    severity_id: 4,
    title: 'Somebody took a role by breaking the glass',
    message: `The account ${person} has the role ${role} until ${new Date(until).toISOString()}. The page Access says who and why; so does the log.`,
    evidences: [],
    resources: [],
  };
}

/** `/api/v1/access`: who may do what in the reader's own tenant. The default roles, the tenant's own policies and their versions, changing them, and asking what somebody may do. */
import { ACTIONS, readQuestion, type Access } from '#access';
import { defaultRoles, type AccessOutcome, type AccessPolicies } from '#access/policies';
import { actorOf } from '#control';
import { LIMITS } from '#limits';
import { ROLES, type Reader, type Role } from '#model';
import type { Problem } from '#policy/read';
import { answersAs, object } from '#query/answers';
import { readerOf } from '#query/guard';
import { sendAnswer, sendJson } from '#query/reply';
import { querySchema } from '#query/search-parameters';
import { isRefusal, refuse, REFUSALS, type Refusal } from '#refusal';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { APPLIED, CHECKED, EXPLAINED, IN_FORCE, INVALID, VERSION, VERSIONS } from './answers.ts';
import { explainedView, NONE, versionView } from './views.ts';

export type AccessSource = Pick<AccessPolicies, 'inForce' | 'version' | 'versions' | 'check' | 'try' | 'find' | 'apply' | 'revert' | 'fieldOf'>;

interface Question {
  readonly user?: string;
  readonly roles?: readonly Role[];
  readonly groups?: readonly string[];
  readonly action: string;
  readonly resource: string;
  readonly text?: string;
}

const NO_QUERY = querySchema({});
/** The text as JSON, in which a character can take six bytes. */
const BODY_BYTES_MAX = 6 * LIMITS.access_bytes_max + 16 * 1024;
const TEXT = { type: 'string', maxLength: LIMITS.access_bytes_max, description: 'Cedar.' } as const;
const NOTE = { type: 'string', maxLength: LIMITS.policy_note_characters_max, description: 'Why; kept with the version.' } as const;
const NUMBER = { type: 'integer', minimum: 0, maximum: 2 ** 31 } as const;
const NAME = { type: 'string', maxLength: LIMITS.access_question_characters_max } as const;

export function addAccessRoutes(app: FastifyInstance, policies: AccessSource, access: Access): void {
  app.get('/api/v1/access', { config: { action: 'access.read' }, schema: { summary: 'The default roles, and the own policies of the tenant', querystring: NO_QUERY, response: answersAs(IN_FORCE) } }, async (request, reply) => {
    const found = policies.inForce(readerOf(request).tenant);
    return sendAnswer(request, reply, { ...(found === null ? NONE : { ...versionView(found), text: found.text }), roles: defaultRoles(), actions: ACTIONS });
  });

  app.get('/api/v1/access/versions', { config: { action: 'access.read' }, schema: { summary: `Versions of the own policies, newest first, ${LIMITS.access_versions_listed_max} at most`, querystring: NO_QUERY, response: answersAs(VERSIONS) } }, async (request, reply) =>
    sendAnswer(request, reply, { versions: policies.versions(readerOf(request).tenant).map(versionView) }),
  );

  app.get<{ Params: { version: number } }>(
    '/api/v1/access/versions/:version',
    { config: { action: 'access.read' }, schema: { summary: 'One version with its text', params: object({ version: NUMBER }), querystring: NO_QUERY, response: answersAs(VERSION) } },
    async (request, reply) => {
      const found = policies.version(readerOf(request).tenant, request.params.version);
      return sendAnswer(request, reply, found === null ? refuse('not_found') : { ...versionView(found), text: found.text });
    },
  );

  app.post<{ Body: { text: string } }>(
    '/api/v1/access/check',
    { bodyLimit: BODY_BYTES_MAX, config: { action: 'access.read' }, schema: { summary: 'What is wrong in a text', querystring: NO_QUERY, body: bodyOf({ text: TEXT }), response: answersAs(CHECKED) } },
    async (request, reply) => sendAnswer(request, reply, await policies.check(request.body.text)),
  );

  app.post<{ Body: { text: string; note?: string; base: number } }>(
    '/api/v1/access/apply',
    { bodyLimit: BODY_BYTES_MAX, config: { action: 'access.write' }, schema: { summary: 'Put own policies in force, in place of those there are', querystring: NO_QUERY, body: bodyOf({ text: TEXT, note: NOTE, base: { ...NUMBER, description: 'The version that was edited, 0 if there was none.' } }, ['text', 'base']), response: { 422: INVALID, ...answersAs(APPLIED) } } },
    async (request, reply) => {
      const { text, note = '', base } = request.body;
      return sendOutcome(request, reply, await policies.apply(readerOf(request).tenant, text, { note, base }, actorOf(readerOf(request))));
    },
  );

  app.post<{ Body: { version: number; note?: string } }>(
    '/api/v1/access/revert',
    { bodyLimit: BODY_BYTES_MAX, config: { action: 'access.write' }, schema: { summary: 'Put the text of an earlier version in force, as a new one; 0 takes all own policies away', querystring: NO_QUERY, body: bodyOf({ version: NUMBER, note: NOTE }, ['version']), response: { 422: INVALID, ...answersAs(APPLIED) } } },
    async (request, reply) => sendOutcome(request, reply, await policies.revert(readerOf(request).tenant, request.body.version, request.body.note ?? '', actorOf(readerOf(request)))),
  );

  app.post<{ Body: Question }>(
    '/api/v1/access/explain',
    {
      bodyLimit: BODY_BYTES_MAX,
      config: { action: 'access.read' },
      schema: {
        summary: 'Whether somebody of the tenant may do something, and because of which policies',
        querystring: NO_QUERY,
        body: bodyOf(
          {
            user: { ...NAME, description: 'An account or token. Without it, somebody with the roles and groups.' }, roles: { type: 'array', maxItems: ROLES.length, items: { type: 'string', enum: ROLES } }, groups: { type: 'array', maxItems: 64, items: NAME },
            action: NAME, resource: { ...NAME, description: 'service:NAME, service:NAME@ENVIRONMENT, trace:ID, field:KEY, tenant:NAME, or a Cedar entity.' }, text: { ...TEXT, description: 'As if these were the own policies.' },
          },
          ['action', 'resource'],
        ),
        response: { 422: INVALID, ...answersAs(EXPLAINED) },
      },
    },
    async (request, reply) => {
      const { body } = request;
      const reader = await askedReader(policies, readerOf(request), body);
      if (isRefusal(reader)) return sendAnswer(request, reply, reader);
      const asked = readQuestion(body.action, body.resource, reader.tenant);
      if ('cannot' in asked) return sendAnswer(request, reply, refuse('query_invalid', asked.cannot));
      const { action, resource } = asked;
      const isTried = body.text !== undefined && resource.tenant === reader.tenant;
      const answer = isTried ? await policies.try(body.text ?? '', { reader, action, resource, field: policies.fieldOf(resource.field) }) : access.explain(reader, action, resource);
      if (!isRefusal(answer) && 'problems' in answer) return sendInvalid(request, reply, answer.problems);
      return sendAnswer(request, reply, isRefusal(answer) ? answer : explainedView(reader, answer));
    },
  );
}

async function askedReader(policies: AccessSource, own: Reader, { user, roles = [], groups = [] }: Question): Promise<Reader | Refusal> {
  if (user === undefined) return { ...own, id: 'a_0000000000000000', name: '', kind: 'person', roles, groups, scopes: null };
  return (await policies.find(own.tenant, user)) ?? refuse('name_unknown', 'an account or token');
}

async function sendOutcome(request: FastifyRequest, reply: FastifyReply, outcome: AccessOutcome | Refusal): Promise<FastifyReply> {
  if (isRefusal(outcome)) return sendAnswer(request, reply, outcome);
  if (outcome.is === 'invalid') return sendInvalid(request, reply, outcome.problems);
  return sendAnswer(request, reply, { version: outcome.version.version, policies: outcome.version.policies, unchanged: outcome.is === 'unchanged', problems: outcome.problems });
}

/** A refusal with the problems beside it. */
function sendInvalid(request: FastifyRequest, reply: FastifyReply, problems: readonly Problem[]): FastifyReply {
  const { http, says, advice } = REFUSALS.access_invalid;
  return sendJson(reply.code(http), JSON.stringify({ error: { code: 'access_invalid', message: says, advice, requestId: request.id }, problems }));
}

function bodyOf(properties: Readonly<Record<string, object>>, required = Object.keys(properties)): object {
  return { type: 'object', additionalProperties: false, required, properties };
}

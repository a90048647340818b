/**
 * `/api/v1/policy`: the minimization policy in force, its versions, and changing it. The policy is of the whole deployment: readers of all tenants see
 * it, administrators of the tenant `default` change it, and names of people are shown to that tenant alone.
 */
import type { Access } from '#access';
import { actorOf, type Actor } from '#control';
import type { Checked, Outcome, Policies } from '#enact';
import { LIMITS } from '#limits';
import { DEFAULT_TENANT, type Reader } from '#model';
import type { Problem } from '#policy/read';
import { policySchema } from '#policy/schema';
import { answersAs, object } from '#query/answers';
import { readerOf } from '#query/guard';
import { sendAnswer, sendJson } from '#query/reply';
import { querySchema } from '#query/search-parameters';
import { isRefusal, refuse, REFUSALS, type Refusal } from '#refusal';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { APPLIED, CHECKED, IN_FORCE, INVALID, PROPOSAL, VERSION, VERSIONS } from './answers.ts';
import { proposalView, versionView } from './views.ts';

export type PolicySource = Pick<Policies, 'inForce' | 'version' | 'versions' | 'proposal' | 'check' | 'read' | 'apply' | 'revert' | 'approve' | 'reject' | 'approval'>;

const NO_QUERY = querySchema({});
/** The text as JSON, in which a character can take six bytes. */
const BODY_BYTES_MAX = 6 * LIMITS.policy_bytes_max + 16 * 1024;
const TEXT = { type: 'string', maxLength: LIMITS.policy_bytes_max, description: 'YAML or JSON.' } as const;
const NOTE = { type: 'string', maxLength: LIMITS.policy_note_characters_max, description: 'Why; kept with the version.' } as const;
const DIGEST = { type: 'string', pattern: '^[0-9a-f]{64}$', description: 'Digest of the policy that was edited.' } as const;
const NUMBER = { type: 'integer', minimum: 1, maximum: 2 ** 31 } as const;
const PROPOSAL_ID = { type: 'object', required: ['id'], properties: { id: { type: 'string', pattern: '^q_[0-9a-f]{16}$' } } } as const;

export function addPolicyRoutes(app: FastifyInstance, policies: PolicySource, access: Access): void {
  app.get('/api/v1/policy', { config: { action: 'policy.read' }, schema: { summary: 'The policy in force, as it was written', querystring: NO_QUERY, response: answersAs(IN_FORCE) } }, async (request, reply) => {
    const reader = readerOf(request);
    const proposal = reader.tenant === DEFAULT_TENANT ? policies.proposal() : null;
    const { until: _, ...inForce } = versionView(policies.inForce(), reader);
    return sendAnswer(request, reply, { ...inForce, approval: policies.approval, proposal: proposal === null ? null : proposalView(proposal, reader) });
  });

  app.get('/api/v1/policy/versions', { config: { action: 'policy.read' }, schema: { summary: `Versions of the policy, newest first, ${LIMITS.policy_versions_listed_max} at most`, querystring: NO_QUERY, response: answersAs(VERSIONS) } }, async (request, reply) =>
    sendAnswer(request, reply, { versions: policies.versions().map((version) => versionView(version, readerOf(request))) }),
  );

  app.get<{ Params: { version: number } }>(
    '/api/v1/policy/versions/:version',
    { config: { action: 'policy.read' }, schema: { summary: 'One version with its text', params: object({ version: NUMBER }), querystring: NO_QUERY, response: answersAs(VERSION) } },
    async (request, reply) => {
      const version = policies.version(request.params.version);
      return sendAnswer(request, reply, version === null ? refuse('not_found') : versionView(version, readerOf(request)));
    },
  );

  app.get('/api/v1/policy/schema.json', { config: { action: 'policy.read' }, schema: { summary: 'The JSON Schema of policies, for editors', querystring: NO_QUERY, response: answersAs({ type: 'object' }) } }, async (_request, reply) => sendJson(reply, schemaText()));

  app.post<{ Body: { text: string } }>(
    '/api/v1/policy/check',
    { bodyLimit: BODY_BYTES_MAX, config: { action: 'policy.read' }, schema: { summary: 'What is wrong in a text, and what it would weaken', querystring: NO_QUERY, body: bodyOf({ text: TEXT }), response: answersAs(CHECKED) } },
    async (request, reply) => sendAnswer(request, reply, (await policies.check(request.body.text)) satisfies Checked | Refusal),
  );

  app.post<{ Body: { text: string; note?: string; base: string } }>(
    '/api/v1/policy/apply',
    {
      bodyLimit: BODY_BYTES_MAX,
      config: { action: 'policy.write' },
      schema: { summary: 'Put a policy in force, or propose it where somebody else has to approve', querystring: NO_QUERY, body: bodyOf({ text: TEXT, note: NOTE, base: DIGEST }, ['text', 'base']), response: { 422: INVALID, ...answersAs(APPLIED) } },
    },
    async (request, reply) => {
      const { text, note = '', base } = request.body;
      return change(access, request, reply, (by) => policies.apply(text, { note, base }, by));
    },
  );

  app.post<{ Body: { version: number; note?: string } }>(
    '/api/v1/policy/revert',
    { bodyLimit: BODY_BYTES_MAX, config: { action: 'policy.write' }, schema: { summary: 'Put the text of an earlier version in force, as a new one', querystring: NO_QUERY, body: bodyOf({ version: NUMBER, note: NOTE }, ['version']), response: answersAs(APPLIED) } },
    async (request, reply) => change(access, request, reply, (by) => policies.revert(request.body.version, request.body.note ?? '', by)),
  );

  app.post<{ Params: { id: string }; Body: { note?: string } }>(
    '/api/v1/policy/proposals/:id/approve',
    { config: { action: 'policy.write' }, schema: { summary: 'Put in force what somebody else proposed', params: PROPOSAL_ID, querystring: NO_QUERY, body: bodyOf({ note: NOTE }, []), response: answersAs(APPLIED) } },
    async (request, reply) => change(access, request, reply, (by) => policies.approve(request.params.id, request.body.note ?? '', by)),
  );

  app.post<{ Params: { id: string }; Body: { note?: string } }>(
    '/api/v1/policy/proposals/:id/reject',
    { config: { action: 'policy.write' }, schema: { summary: 'Reject a proposal, or take back one’s own', params: PROPOSAL_ID, querystring: NO_QUERY, body: bodyOf({ note: NOTE }, []), response: answersAs(object({ proposal: PROPOSAL })) } },
    async (request, reply) => {
      const reader = readerOf(request);
      const may = mayChange(access, reader);
      if (may !== true) return sendAnswer(request, reply, may);
      const ended = await policies.reject(request.params.id, request.body.note ?? '', actorOf(reader));
      return sendAnswer(request, reply, isRefusal(ended) ? ended : { proposal: proposalView(ended, reader) });
    },
  );
}

async function change(access: Access, request: FastifyRequest, reply: FastifyReply, make: (by: Actor) => Promise<Outcome | Refusal>): Promise<FastifyReply> {
  const reader = readerOf(request);
  const may = mayChange(access, reader);
  const outcome = may === true ? await make(actorOf(reader)) : may;
  if (isRefusal(outcome)) return sendAnswer(request, reply, outcome);
  if (outcome.is === 'invalid') return sendInvalid(request, reply, outcome.problems);
  if (outcome.is === 'proposed') return sendAnswer(request, reply, { applied: false, proposal: proposalView(outcome.proposal, reader) });
  const { version, weakenings } = outcome.version;
  if (outcome.is === 'unchanged') return sendAnswer(request, reply, { applied: true, version, boundary: null, pending: false, unchanged: true, weakenings: [] });
  return sendAnswer(request, reply, { applied: true, version, boundary: outcome.boundary, pending: outcome.pending, unchanged: false, weakenings });
}

/** What concerns the whole deployment is changed by administrators of the tenant that runs it. */
function mayChange(access: Access, reader: Reader): true | Refusal {
  return access.decide(reader, 'policy.write', { tenant: DEFAULT_TENANT });
}

/** A refusal with the problems beside it. */
function sendInvalid(request: FastifyRequest, reply: FastifyReply, problems: readonly Problem[]): FastifyReply {
  const { http, says, advice } = REFUSALS.policy_invalid;
  return sendJson(reply.code(http), JSON.stringify({ error: { code: 'policy_invalid', message: says, advice, requestId: request.id }, problems }));
}

function bodyOf(properties: Readonly<Record<string, object>>, required = Object.keys(properties)): object {
  return { type: 'object', additionalProperties: false, required, properties };
}

let schema: string | null = null;
function schemaText(): string {
  return (schema ??= JSON.stringify(policySchema()));
}

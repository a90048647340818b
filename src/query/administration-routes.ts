/**
 * What administrators change from the console: people, producers and their keys. The changes are those of the command line; here they only get
 * an address. Everything is looked for in the administrator's own tenant.
 */
import type { People } from '#authenticate/people';
import { actorOf, type AccountRecord, type ControlStore, type ProducerRecord } from '#control';
import { LIMITS } from '#limits';
import { isRefusal, refuse, type Refusal } from '#refusal';
import type { FastifyInstance } from 'fastify';
import { bodyOf, idOf, readRoles, ROLE_LIST, timeText, type Attributed } from './administration-forms.ts';
import { answersAs, array, object, text } from './answers.ts';
import type { CertificateParts } from './certificate-routes.ts';
import { readerOf, sendRefusal } from './guard.ts';
import { sendAnswer } from './reply.ts';
import type { TokenParts } from './token-routes.ts';

export interface AdministrationParts {
  readonly people: People;
  /** Without it none was shown. */
  readonly shown?: CertificateParts['shown'];
  readonly control: Pick<ControlStore, 'listProducers'> & TokenParts['control'] & CertificateParts['control'] & Attributed<'addProducer' | 'changeProducer' | 'rotateProducer' | 'revokeProducer'>;
}

const NO_QUERY = { type: 'object', additionalProperties: false, properties: {} } as const;
const BODY_BYTES_MAX = 64 * 1024;
/** How long the old key of a producer stays valid after a rotation, unless the request says otherwise: as the verb does. */
const GRACE_MS = 24 * 3_600_000;

const NAME = { type: 'string', maxLength: LIMITS.producer_name_bytes_max } as const;
const GROUP_LIST = { type: 'array', maxItems: LIMITS.account_groups_max, items: { type: 'string', maxLength: 64 } } as const;
const PASSWORD = { type: 'string', maxLength: 4 * LIMITS.password_characters_max } as const;
const PERIOD_MS = { type: 'integer', minimum: 0 } as const;

const ACCOUNT = object({ id: text(), name: text(), roles: array(text()), groups: array(text()), secondFactor: { type: 'boolean' }, createdAt: text(), signedInAt: { type: ['string', 'null'], description: 'When the newest session began.' }, issuer: { type: ['string', 'null'], description: 'The sign-in provider that keeps the account: nothing of it is changed here. null: this server.' } });
const PRODUCER = object({ id: text(), name: text(), services: array(text()), certificates: array(text('A SPIFFE id or DNS name: a client certificate with this name is the producer.')), tokens: array(object({ id: text(), issuer: text(), audience: text(), subject: text(), claims: array(text()) }, { description: 'Tokens (JWT) that are the producer; made and ended on the server: tracekeep producer trust.' })), backfill: { type: 'boolean', description: 'May send spans that ended longer ago than the limit past_ms_max.' }, createdAt: text(), revoked: { type: 'boolean' } });
const GLOBS = { type: 'array', maxItems: LIMITS.service_globs_max, items: { type: 'string', maxLength: LIMITS.service_glob_bytes_max } } as const;
const CERTIFICATE_NAMES = { type: 'array', maxItems: LIMITS.producer_certificates_max, items: { type: 'string', maxLength: LIMITS.spiffe_id_bytes_max } } as const;
const KEYED = answersAs(object({ producer: PRODUCER, key: text('The ingest key. It is shown only now.') }));
const NOTHING = { 204: { description: 'Done.', type: 'null' } };

type ById = { Params: { id: string } };

export function addAdministrationRoutes(app: FastifyInstance, { people, control }: AdministrationParts): void {
  app.get(
    '/api/v1/accounts',
    { config: { action: 'account.list' }, schema: { summary: 'People who may sign in', querystring: NO_QUERY, response: answersAs(object({ accounts: array(ACCOUNT) })) } },
    async (request, reply) => sendAnswer(request, reply, { accounts: (await people.list(readerOf(request).tenant)).map(accountView) }),
  );

  app.post<{ Body: { name: string; roles: readonly string[]; groups?: readonly string[]; password: string } }>(
    '/api/v1/accounts',
    { bodyLimit: BODY_BYTES_MAX, config: { action: 'account.change' }, schema: { summary: 'Make an account', querystring: NO_QUERY, body: bodyOf({ name: NAME, roles: ROLE_LIST, groups: GROUP_LIST, password: PASSWORD }, ['name', 'roles', 'password']), response: answersAs(object({ account: ACCOUNT })) } },
    async (request, reply) => {
      const roles = readRoles(request.body.roles);
      const account = isRefusal(roles) ? roles : await people.add({ ...request.body, roles, tenant: readerOf(request).tenant }, actorOf(readerOf(request)));
      return sendAnswer(request, reply, isRefusal(account) ? account : { account: accountView(account) });
    },
  );

  app.post<ById & { Body: { roles?: readonly string[]; groups?: readonly string[]; password?: string } }>(
    '/api/v1/accounts/:id',
    { bodyLimit: BODY_BYTES_MAX, config: { action: 'account.change' }, schema: { summary: 'Give an account other roles, other groups or another password; its sessions end', params: idOf('a'), querystring: NO_QUERY, body: { ...bodyOf({ roles: ROLE_LIST, groups: GROUP_LIST, password: PASSWORD }, []), minProperties: 1 }, response: answersAs(object({ account: ACCOUNT })) } },
    async (request, reply) => {
      const { tenant } = readerOf(request);
      const roles = request.body.roles === undefined ? null : readRoles(request.body.roles);
      if (isRefusal(roles)) return sendRefusal(request, reply, roles);
      const { roles: _, ...others } = request.body;
      const known = (await people.list(tenant)).find(({ id }) => id === request.params.id);
      const account = known === undefined ? refuse('name_unknown') : await people.change({ tenant, name: known.name }, { ...others, ...(roles === null ? {} : { roles }) }, actorOf(readerOf(request)));
      return sendAnswer(request, reply, isRefusal(account) ? account : { account: accountView(account) });
    },
  );

  app.delete<ById>(
    '/api/v1/accounts/:id',
    { config: { action: 'account.change' }, schema: { summary: 'Remove an account; its sessions end', params: idOf('a'), querystring: NO_QUERY, response: NOTHING } },
    async (request, reply) => {
      const gone = await people.remove({ tenant: readerOf(request).tenant, name: request.params.id }, actorOf(readerOf(request)));
      return isRefusal(gone) ? sendRefusal(request, reply, gone) : reply.code(204).send();
    },
  );

  app.delete<ById>(
    '/api/v1/accounts/:id/second-factor',
    { config: { action: 'account.change' }, schema: { summary: 'End the second factor of somebody who lost it; the sessions end too', params: idOf('a'), querystring: NO_QUERY, response: NOTHING } },
    async (request, reply) => {
      const reset = await people.resetSecondFactor({ tenant: readerOf(request).tenant, name: request.params.id }, actorOf(readerOf(request)));
      return isRefusal(reset) ? sendRefusal(request, reply, reset) : reply.code(204).send();
    },
  );

  app.get(
    '/api/v1/producers',
    { config: { action: 'producer.list' }, schema: { summary: 'Who may send traces', querystring: NO_QUERY, response: answersAs(object({ producers: array(PRODUCER) })) } },
    async (request, reply) => sendAnswer(request, reply, { producers: (await control.listProducers(readerOf(request).tenant)).map(producerView) }),
  );

  app.post<{ Body: { name: string; services: string[]; certificates?: string[]; backfill?: boolean } }>(
    '/api/v1/producers',
    {
      bodyLimit: BODY_BYTES_MAX,
      config: { action: 'producer.change' },
      schema: {
        summary: 'Make a producer with its ingest key', querystring: NO_QUERY, response: KEYED,
        body: bodyOf({ name: NAME, services: GLOBS, certificates: CERTIFICATE_NAMES, backfill: { type: 'boolean' } }, ['name', 'services']),
      },
    },
    async (request, reply) => sendAnswer(request, reply, keyedView(await control.addProducer({ ...request.body, tenant: readerOf(request).tenant }, actorOf(readerOf(request))))),
  );

  app.post<ById & { Body: { services?: string[]; certificates?: string[]; backfill?: boolean } }>(
    '/api/v1/producers/:id',
    { bodyLimit: BODY_BYTES_MAX, config: { action: 'producer.change' }, schema: { summary: 'Replace the services that a producer may speak for, or the names in client certificates that are it', params: idOf('p'), querystring: NO_QUERY, body: { ...bodyOf({ services: GLOBS, certificates: CERTIFICATE_NAMES, backfill: { type: 'boolean' } }, []), minProperties: 1 }, response: answersAs(object({ producer: PRODUCER })) } },
    async (request, reply) => {
      const changed = await control.changeProducer({ tenant: readerOf(request).tenant, name: request.params.id }, request.body, actorOf(readerOf(request)));
      return sendAnswer(request, reply, isRefusal(changed) ? changed : { producer: producerView(changed) });
    },
  );

  app.post<ById & { Body: { graceMs?: number } }>(
    '/api/v1/producers/:id/rotate',
    { bodyLimit: BODY_BYTES_MAX, config: { action: 'producer.change' }, schema: { summary: 'Make a new ingest key; the old ones stay valid for graceMs, a day without it', params: idOf('p'), querystring: NO_QUERY, body: bodyOf({ graceMs: PERIOD_MS }, []), response: KEYED } },
    async (request, reply) => sendAnswer(request, reply, keyedView(await control.rotateProducer({ tenant: readerOf(request).tenant, name: request.params.id }, request.body.graceMs ?? GRACE_MS, actorOf(readerOf(request))))),
  );

  app.delete<ById>(
    '/api/v1/producers/:id',
    { config: { action: 'producer.change' }, schema: { summary: 'End all keys of a producer; its traces stay', params: idOf('p'), querystring: NO_QUERY, response: NOTHING } },
    async (request, reply) => {
      const gone = await control.revokeProducer({ tenant: readerOf(request).tenant, name: request.params.id }, actorOf(readerOf(request)));
      return isRefusal(gone) ? sendRefusal(request, reply, gone) : reply.code(204).send();
    },
  );
}

/** Neither hash nor anything else that could be tried offline leaves the server. */
function accountView({ id, name, roles, groups, secondFactor, created, signedIn, identity }: AccountRecord): object {
  return { id, name, roles, groups, secondFactor: secondFactor !== null, createdAt: timeText(created), signedInAt: signedIn === null ? null : timeText(signedIn), issuer: identity?.issuer ?? null };
}

function producerView({ id, name, services, certificates = [], trusts = [], backfill = false, created, revoked }: ProducerRecord): object {
  const tokens = trusts.map(({ id: trust, issuer, audience, subject, claims }) => ({ id: trust, issuer, audience, subject, claims: claims.map((one) => `${one.name}=${one.value}`) }));
  return { id, name, services, certificates, tokens, backfill, createdAt: timeText(created), revoked: revoked !== null };
}

function keyedView(made: Awaited<ReturnType<ControlStore['addProducer']>>): object | Refusal {
  return isRefusal(made) ? made : { producer: producerView(made.producer), key: made.key.reveal() };
}

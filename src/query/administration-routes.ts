/**
 * What administrators change from the console: people, producers and their keys, tokens. The changes are those of the command line; here they only get
 * an address. Everything is looked for in the administrator's own tenant.
 */
import type { People } from '#authenticate/people';
import { actorOf, type AccountRecord, type ControlStore, type ProducerRecord, type TokenRecord } from '#control';
import { LIMITS } from '#limits';
import { ROLES, type Role } from '#model';
import { isRefusal, refuse, type Refusal } from '#refusal';
import type { FastifyInstance } from 'fastify';
import { answersAs, array, object, text } from './answers.ts';
import { readerOf, sendRefusal } from './guard.ts';
import { sendAnswer } from './reply.ts';

export interface AdministrationParts {
  readonly people: People;
  readonly control: Pick<ControlStore, 'listProducers' | 'listTokens'> & Attributed<'addProducer' | 'rotateProducer' | 'revokeProducer' | 'addToken' | 'revokeToken'>;
}

/** Changes that must say who makes them. */
type Attributed<Verb extends keyof ControlStore> = { readonly [Name in Verb]: (...args: Required<Parameters<ControlStore[Name]>>) => ReturnType<ControlStore[Name]> };

const NO_QUERY = { type: 'object', additionalProperties: false, properties: {} } as const;
const BODY_BYTES_MAX = 64 * 1024;
/** How long the old key of a producer stays valid after a rotation, unless the request says otherwise: as the verb does. */
const GRACE_MS = 24 * 3_600_000;

const NAME = { type: 'string', maxLength: LIMITS.producer_name_bytes_max } as const;
const ROLE_LIST = { type: 'array', minItems: 1, maxItems: ROLES.length, uniqueItems: true, items: { type: 'string', enum: ROLES } } as const;
const PASSWORD = { type: 'string', maxLength: 4 * LIMITS.password_characters_max } as const;
const PERIOD_MS = { type: 'integer', minimum: 0 } as const;

const ACCOUNT = object({ id: text(), name: text(), roles: array(text()), createdAt: text() });
const PRODUCER = object({ id: text(), name: text(), services: array(text()), backfill: { type: 'boolean', description: 'May send spans that ended longer ago than the limit past_ms_max.' }, createdAt: text(), revoked: { type: 'boolean' } });
const TOKEN = object({ id: text(), name: text(), roles: array(text()), createdAt: text(), expiresAt: { type: ['string', 'null'] }, revoked: { type: 'boolean' } });
const KEYED = answersAs(object({ producer: PRODUCER, key: text('The ingest key. It is shown only now.') }));
const NOTHING = { 204: { description: 'Done.', type: 'null' } };

type ById = { Params: { id: string } };

export function addAdministrationRoutes(app: FastifyInstance, { people, control }: AdministrationParts): void {
  app.get(
    '/api/v1/accounts',
    { config: { action: 'account.list' }, schema: { summary: 'People who may sign in', querystring: NO_QUERY, response: answersAs(object({ accounts: array(ACCOUNT) })) } },
    async (request, reply) => sendAnswer(request, reply, { accounts: (await people.list(readerOf(request).tenant)).map(accountView) }),
  );

  app.post<{ Body: { name: string; roles: readonly Role[]; password: string } }>(
    '/api/v1/accounts',
    { bodyLimit: BODY_BYTES_MAX, config: { action: 'account.change' }, schema: { summary: 'Make an account', querystring: NO_QUERY, body: bodyOf({ name: NAME, roles: ROLE_LIST, password: PASSWORD }), response: answersAs(object({ account: ACCOUNT })) } },
    async (request, reply) => {
      const account = await people.add({ ...request.body, tenant: readerOf(request).tenant }, actorOf(readerOf(request)));
      return sendAnswer(request, reply, isRefusal(account) ? account : { account: accountView(account) });
    },
  );

  app.post<ById & { Body: { roles?: readonly Role[]; password?: string } }>(
    '/api/v1/accounts/:id',
    { bodyLimit: BODY_BYTES_MAX, config: { action: 'account.change' }, schema: { summary: 'Give an account other roles or another password; its sessions end', params: idOf('a'), querystring: NO_QUERY, body: { ...bodyOf({ roles: ROLE_LIST, password: PASSWORD }, []), minProperties: 1 }, response: answersAs(object({ account: ACCOUNT })) } },
    async (request, reply) => {
      const { tenant } = readerOf(request);
      const known = (await people.list(tenant)).find(({ id }) => id === request.params.id);
      const account = known === undefined ? refuse('name_unknown') : await people.change({ tenant, name: known.name }, request.body, actorOf(readerOf(request)));
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

  app.get(
    '/api/v1/producers',
    { config: { action: 'producer.list' }, schema: { summary: 'Who may send traces', querystring: NO_QUERY, response: answersAs(object({ producers: array(PRODUCER) })) } },
    async (request, reply) => sendAnswer(request, reply, { producers: (await control.listProducers(readerOf(request).tenant)).map(producerView) }),
  );

  app.post<{ Body: { name: string; services: string[]; backfill?: boolean } }>(
    '/api/v1/producers',
    {
      bodyLimit: BODY_BYTES_MAX,
      config: { action: 'producer.change' },
      schema: {
        summary: 'Make a producer with its ingest key', querystring: NO_QUERY, response: KEYED,
        body: bodyOf({ name: NAME, services: { type: 'array', maxItems: LIMITS.service_globs_max, items: { type: 'string', maxLength: LIMITS.service_glob_bytes_max } }, backfill: { type: 'boolean' } }, ['name', 'services']),
      },
    },
    async (request, reply) => sendAnswer(request, reply, keyedView(await control.addProducer({ ...request.body, tenant: readerOf(request).tenant }, actorOf(readerOf(request))))),
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

  app.get(
    '/api/v1/tokens',
    { config: { action: 'token.list' }, schema: { summary: 'Bearer tokens of programs that read', querystring: NO_QUERY, response: answersAs(object({ tokens: array(TOKEN) })) } },
    async (request, reply) => sendAnswer(request, reply, { tokens: (await control.listTokens(readerOf(request).tenant)).map(tokenView) }),
  );

  app.post<{ Body: { name?: string; roles: readonly Role[]; lifetimeMs?: number } }>(
    '/api/v1/tokens',
    { bodyLimit: BODY_BYTES_MAX, config: { action: 'token.change' }, schema: { summary: 'Make a token', querystring: NO_QUERY, body: bodyOf({ name: NAME, roles: ROLE_LIST, lifetimeMs: PERIOD_MS }, ['roles']), response: answersAs(object({ token: TOKEN, secret: text('It is shown only now.') })) } },
    async (request, reply) => {
      const made = await control.addToken({ ...request.body, tenant: readerOf(request).tenant }, actorOf(readerOf(request)));
      return sendAnswer(request, reply, isRefusal(made) ? made : { token: tokenView(made.token), secret: made.secret.reveal() });
    },
  );

  app.delete<ById>(
    '/api/v1/tokens/:id',
    { config: { action: 'token.change' }, schema: { summary: 'End a token', params: idOf('t'), querystring: NO_QUERY, response: NOTHING } },
    async (request, reply) => {
      const gone = await control.revokeToken({ tenant: readerOf(request).tenant, name: request.params.id }, actorOf(readerOf(request)));
      return isRefusal(gone) ? sendRefusal(request, reply, gone) : reply.code(204).send();
    },
  );
}

function bodyOf(properties: Readonly<Record<string, object>>, required = Object.keys(properties)): object {
  return { type: 'object', additionalProperties: false, required, properties };
}

function idOf(letter: string): object {
  return { type: 'object', required: ['id'], properties: { id: { type: 'string', pattern: `^${letter}_[0-9a-f]{16}$` } } };
}

/** Neither hash nor anything else that could be tried offline leaves the server. */
function accountView({ id, name, roles, created }: AccountRecord): object {
  return { id, name, roles, createdAt: timeText(created) };
}

function producerView({ id, name, services, backfill = false, created, revoked }: ProducerRecord): object {
  return { id, name, services, backfill, createdAt: timeText(created), revoked: revoked !== null };
}

function keyedView(made: Awaited<ReturnType<ControlStore['addProducer']>>): object | Refusal {
  return isRefusal(made) ? made : { producer: producerView(made.producer), key: made.key.reveal() };
}

function tokenView({ id, name, roles, created, expires, revoked }: TokenRecord): object {
  return { id, name, roles, createdAt: timeText(created), expiresAt: expires === null ? null : timeText(expires), revoked: revoked !== null };
}

function timeText(ms: number): string {
  return new Date(ms).toISOString();
}

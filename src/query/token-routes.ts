/**
 * Tokens: those of the tenant for administrators, one's own for everybody who is signed in. What a token makes is never limited less than the
 * token itself, and nobody makes one that is to do what he may not do himself.
 */
import { actionsIn, isWithin, readScopes, type Access } from '#access';
import { actorOf, type AccountRecord, type Actor, type ControlStore, type Named, type TokenRecord } from '#control';
import { LIMITS } from '#limits';
import type { Reader } from '#model';
import { isRefusal, refuse, type Refusal } from '#refusal';
import type { FastifyInstance } from 'fastify';
import { bodyOf, idOf, readRoles, ROLE_LIST, timeText, type Attributed } from './administration-forms.ts';
import { answersAs, array, object, text } from './answers.ts';
import { readerOf, sendRefusal, signedInOf } from './guard.ts';
import { sendAnswer } from './reply.ts';

export interface TokenParts {
  readonly access: Access;
  readonly control: Pick<ControlStore, 'listTokens' | 'listAccounts'> & Attributed<'addToken'> & { readonly revokeToken: (named: Named, by: Actor, user?: string) => Promise<TokenRecord | Refusal> };
}

const NO_QUERY = { type: 'object', additionalProperties: false, properties: {} } as const;
const BODY_BYTES_MAX = 16 * 1024;

const NAME = { type: 'string', maxLength: LIMITS.producer_name_bytes_max } as const;
const SCOPES = { type: 'array', minItems: 1, maxItems: LIMITS.token_scopes_max, items: { type: 'string', maxLength: 64 }, description: 'Actions, or beginnings of them such as trace.*; without: whatever the roles may do.' } as const;
const LIFETIME = { type: ['integer', 'null'], minimum: 1, description: 'Milliseconds; null: valid until revoked. Without: 90 days.' } as const;

const NULLABLE = { type: ['string', 'null'] } as const;
const TOKEN = object({
  id: text(), name: text(),
  person: { type: ['object', 'null'], properties: { id: text(), name: text() }, description: 'Whom it acts for, with the roles of this person.' },
  roles: array(text()), scopes: { type: ['array', 'null'], items: text() }, createdAt: text(), expiresAt: NULLABLE, usedAt: { ...NULLABLE, description: 'To the minute.' }, revoked: { type: 'boolean' },
});
const LISTED = answersAs(object({ tokens: array(TOKEN) }));
const MADE = answersAs(object({ token: TOKEN, secret: text('It is shown only now.') }));
const NOTHING = { 204: { description: 'Done.', type: 'null' } };

type ById = { Params: { id: string } };

interface Limits {
  readonly name?: string;
  readonly scopes?: readonly string[];
  readonly lifetimeMs?: number | null;
}

export function addTokenRoutes(app: FastifyInstance, { access, control }: TokenParts): void {
  const views = async (tokens: readonly TokenRecord[], { tenant }: Reader): Promise<readonly object[]> => {
    const accounts = new Map((await control.listAccounts(tenant)).map((account) => [account.id, account]));
    return tokens.map((token) => tokenView(token, accounts));
  };

  const make = async (reader: Reader, { scopes: wanted, ...limits }: Limits, holder: { readonly user: string } | { readonly roles: NonNullable<Parameters<ControlStore['addToken']>[0]['roles']> }): Promise<object | Refusal> => {
    const scopes = wanted === undefined ? null : readScopes(wanted);
    if (isRefusal(scopes)) return scopes;
    if (!isWithin(scopes, reader.scopes)) return refuse('action_forbidden', 'a token with more than this one may do');
    const made = await control.addToken({ ...limits, ...holder, scopes, tenant: reader.tenant }, actorOf(reader));
    if (isRefusal(made)) return made;
    const [token] = await views([made.token], reader);
    return { token, secret: made.secret.reveal() };
  };

  app.get(
    '/api/v1/tokens',
    { config: { action: 'token.list' }, schema: { summary: 'Bearer tokens of programs that read', querystring: NO_QUERY, response: LISTED } },
    async (request, reply) => sendAnswer(request, reply, { tokens: await views(await control.listTokens(readerOf(request).tenant), readerOf(request)) }),
  );

  app.post<{ Body: Limits & { user?: string; roles?: readonly string[] } }>(
    '/api/v1/tokens',
    { bodyLimit: BODY_BYTES_MAX, config: { action: 'token.change' }, schema: { summary: 'Make a token: with roles of its own, or one that acts for a person', querystring: NO_QUERY, body: bodyOf({ name: NAME, user: NAME, roles: ROLE_LIST, scopes: SCOPES, lifetimeMs: LIFETIME }, []), response: MADE } },
    async (request, reply) => {
      const { user, roles: texts, ...limits } = request.body;
      if ((user === undefined) === (texts === undefined)) return sendRefusal(request, reply, refuse('role_unknown', 'either roles or a person'));
      // Somebody has to answer for who acts in whose name.
      if (user !== undefined && readerOf(request).kind === 'token') return sendRefusal(request, reply, refuse('action_forbidden', 'a token that acts for somebody, made with a token'));
      const roles = readRoles(texts ?? []);
      return sendAnswer(request, reply, isRefusal(roles) ? roles : await make(readerOf(request), limits, user === undefined ? { roles } : { user }));
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

  app.get(
    '/api/v1/session/tokens',
    { config: { action: 'token.own' }, schema: { summary: 'Your own tokens', querystring: NO_QUERY, response: LISTED } },
    async (request, reply) => {
      if (signedInOf(request) === null) return sendRefusal(request, reply, NO_SESSION);
      const reader = readerOf(request);
      const own = (await control.listTokens(reader.tenant)).filter(({ user }) => user === reader.id);
      return sendAnswer(request, reply, { tokens: await views(own, reader) });
    },
  );

  app.post<{ Body: Limits }>(
    '/api/v1/session/tokens',
    { bodyLimit: BODY_BYTES_MAX, config: { action: 'token.own' }, schema: { summary: 'Make a token that acts for you, within what you may do', querystring: NO_QUERY, body: bodyOf({ name: NAME, scopes: SCOPES, lifetimeMs: LIFETIME }, []), response: MADE } },
    async (request, reply) => {
      // A token that makes tokens would outlive its own end.
      if (signedInOf(request) === null) return sendRefusal(request, reply, NO_SESSION);
      const reader = readerOf(request);
      const beyond = request.body.scopes === undefined ? -1 : beyondOf(request.body.scopes, access.actionsOf(reader));
      return sendAnswer(request, reply, beyond < 0 ? await make(reader, request.body, { user: reader.id }) : refuse('action_forbidden', `scope ${beyond + 1} names nothing that you may do`));
    },
  );

  app.delete<ById>(
    '/api/v1/session/tokens/:id',
    { config: { action: 'token.own' }, schema: { summary: 'End one of your own tokens', params: idOf('t'), querystring: NO_QUERY, response: NOTHING } },
    async (request, reply) => {
      if (signedInOf(request) === null) return sendRefusal(request, reply, NO_SESSION);
      const reader = readerOf(request);
      const gone = await control.revokeToken({ tenant: reader.tenant, name: request.params.id }, actorOf(reader), reader.id);
      return isRefusal(gone) ? sendRefusal(request, reply, gone) : reply.code(204).send();
    },
  );
}

const NO_SESSION = refuse('credential_wrong_kind', 'a token has no session');

/** The first scope that names actions and none of these, or -1. What is no action at all is told apart from that later. */
function beyondOf(scopes: readonly string[], allowed: readonly string[]): number {
  return scopes.findIndex((scope) => {
    const named = actionsIn([scope]);
    return named.length > 0 && !named.some((action) => allowed.includes(action));
  });
}

function tokenView({ id, name, user, roles, scopes, created, expires, used, revoked }: TokenRecord, accounts: ReadonlyMap<string, AccountRecord>): object {
  const account = user === null ? undefined : accounts.get(user);
  return {
    id, name, person: user === null ? null : { id: user, name: account?.name ?? '' }, roles: user === null ? roles : (account?.roles ?? []), scopes,
    createdAt: timeText(created), expiresAt: expires === null ? null : timeText(expires), usedAt: used === null ? null : timeText(used),
    // What acts for somebody who is gone is over, whatever it says itself.
    revoked: revoked !== null || (user !== null && account === undefined),
  };
}

/**
 * Signing in with a provider: which one there is, the way to it, the way back, and its word that somebody signed out there. The browser comes back to a page of the
 * console, which hands what it was given to the third of these routes as a request of its own: no address of ours signs anybody in by being opened.
 */
import type { ProviderSignIn } from '#authenticate/provider-sign-in';
import type { Asker, NewSession } from '#authenticate/sign-in';
import { LIMITS } from '#limits';
import { isRefusal, type Refusal } from '#refusal';
import { isTls } from '#tls';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answersAs, object, text } from './answers.ts';
import { bodyOf } from './administration-forms.ts';
import { cookie, cookiesOf } from './browser.ts';
import { sendRefusal } from './guard.ts';
import { sendJson } from './reply.ts';

export interface ProviderRouteParts {
  readonly provider: ProviderSignIn | null;
  readonly baseOf: (request: FastifyRequest) => string;
  readonly askerOf: (request: FastifyRequest) => Asker;
  /** Ends the session that the browser had, if it gets another one, and answers. */
  readonly welcome: (request: FastifyRequest, reply: FastifyReply, answer: NewSession | Refusal) => Promise<FastifyReply>;
  readonly session: object;
}

const NO_QUERY = { type: 'object', additionalProperties: false, properties: {} } as const;
const PUBLIC = { action: 'sign.in', public: true } as const;
const FORM = 'application/x-www-form-urlencoded';

export function addProviderRoutes(app: FastifyInstance, { provider, baseOf, askerOf, welcome, session }: ProviderRouteParts): void {
  app.get(
    '/api/v1/session/provider',
    { config: PUBLIC, schema: { summary: 'The provider with whom people may sign in besides; null: none', querystring: NO_QUERY, response: answersAs(object({ provider: { type: ['object', 'null'], properties: { name: text() } } })) } },
    async (_request, reply) => sendJson(reply, JSON.stringify({ provider: provider === null ? null : { name: provider.name } })),
  );
  if (provider === null) return;

  app.post(
    '/api/v1/session/provider/begin',
    { bodyLimit: 1_024, config: PUBLIC, schema: { summary: 'Begin to sign in with the provider: the browser is given a cookie and has to go to `location`', querystring: NO_QUERY, body: bodyOf({}), response: answersAs(object({ location: text() })) } },
    async (request, reply) => {
      const begun = await provider.begin(baseOf(request));
      if (isRefusal(begun)) return sendRefusal(request, reply, begun);
      reply.header('set-cookie', cookie(request.raw, cookieName(request), begun.browser.reveal(), LIMITS.provider_sign_in_ms_max));
      return sendJson(reply, JSON.stringify({ location: begun.location }));
    },
  );

  app.post<{ Body: { answer: string } }>(
    '/api/v1/session/provider',
    { bodyLimit: 16 * 1_024, config: PUBLIC, schema: { summary: 'Sign in with what the provider gave the browser, in the browser that began it', querystring: NO_QUERY, body: bodyOf({ answer: { type: 'string', maxLength: 8_192, description: 'What followed the question mark.' } }), response: session } },
    async (request, reply) => {
      const answer = await provider.finish(request.body.answer, cookiesOf(request.raw, cookieName(request)), baseOf(request), askerOf(request));
      return welcome(request, reply, answer);
    },
  );

  // Only this route takes a form, and only a provider, which is no browser, has any use for it: what it says is signed.
  void app.register(async (scope) => {
    scope.addContentTypeParser(FORM, { parseAs: 'string', bodyLimit: LIMITS.token_characters_max + 1_024 }, (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))));
    scope.post<{ Body: { logout_token: string } }>(
      '/api/v1/session/provider/logout',
      {
        bodyLimit: LIMITS.token_characters_max + 1_024,
        config: PUBLIC,
        schema: { summary: 'Back-channel logout (OpenID Connect): the provider says that somebody signed out there, whose sessions end', consumes: [FORM], querystring: NO_QUERY, body: { type: 'object', required: ['logout_token'], properties: { logout_token: { type: 'string', maxLength: LIMITS.token_characters_max } } }, response: { 204: { description: 'Done.', type: 'null' } } },
      },
      async (request, reply) => {
        const done = await provider.loggedOut(request.body.logout_token);
        return isRefusal(done) ? sendRefusal(request, reply, done) : reply.code(204).send();
      },
    );
  });
}

/** Over TLS no other host, path or page without TLS can set a cookie of this name (RFC 6265bis §4.1.3.2). */
function cookieName(request: FastifyRequest): string {
  return isTls(request.raw.socket) ? '__Host-tracekeep_provider' : 'tracekeep_provider';
}

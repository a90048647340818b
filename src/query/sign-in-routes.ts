/**
 * Sign-in on the console port: sessions begin, are looked at and end here. What a password or a link is worth is decided in `#authenticate`; these
 * routes turn the answer into cookies and into what the console needs to know.
 */
import type { Action } from '#access';
import type { Asker, NewSession, SignedIn, SignIn } from '#authenticate/sign-in';
import { LIMITS } from '#limits';
import type { Reader } from '#model';
import { isRefusal, refuse, type Refusal } from '#refusal';
import { isTls } from '#tls';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { bodyOf, timeText } from './administration-forms.ts';
import { answersAs, array, object, text } from './answers.ts';
import { cookie, cookiesOf, DEVICE_COOKIE, deviceCookie, SESSION_COOKIE, sessionCookie } from './browser.ts';
import { readerOf, sendRefusal, signedInOf } from './guard.ts';
import { addProviderRoutes } from './provider-routes.ts';
import { sendAnswer, sendJson } from './reply.ts';

const BODY_BYTES_MAX = 16 * 1024;
/** Four bytes a character; what is longer than a password may be is refused as one, not as a malformed request. */
const SECRET = { type: 'string', maxLength: 4 * LIMITS.password_characters_max } as const;
const NAME = { type: 'string', maxLength: LIMITS.producer_name_bytes_max } as const;
const CODE = { type: 'string', maxLength: 128 } as const;
const LINK = { type: 'string', maxLength: 128 } as const;
const NO_QUERY = { type: 'object', additionalProperties: false, properties: {} } as const;

const SESSION = answersAs(
  object(
    {
      account: object({ id: text(), name: text(), roles: array(text()), groups: array(text()) }),
      tenant: text(),
      csrf: { type: ['string', 'null'], description: 'For the header x-tracekeep-csrf of requests that change something; null with a bearer token.' },
      mayDo: { type: 'array', items: text() },
      tooWide: { type: 'array', items: text(), description: 'What policies allow and is refused all the same: it tells of a whole tenant or of the server, of which this reader sees a part.' },
      secondFactor: { type: ['object', 'null'], properties: { since: text(), recoveryCodesLeft: { type: 'integer' } }, description: 'null: none.' },
      issuer: { type: ['string', 'null'], description: 'The sign-in provider that keeps this account; null: this server.' },
      mustAddFactor: { type: 'boolean', description: 'Nothing but adding a second factor is answered.' },
      signedInAt: { type: ['string', 'null'] },
      expiresAt: { type: ['string', 'null'] },
    },
  ),
);
const RECOVERY_CODES = array(text('Good once each. They are shown only now.'));
const OFFER = answersAs(object({ secret: text('Base32.'), uri: text('The same for a picture that apps read (otpauth://).') }));
const SESSIONS = answersAs(object({ sessions: array(object({ isThis: { type: 'boolean' }, signedInAt: text(), seenAt: text('To five minutes.'), expiresAt: text('If it is not used.'), network: { type: ['string', 'null'], description: 'Of the address it began from.' } })) }));
const NOTHING = { 204: { description: 'Done.', type: 'null' } };

/** What a reader may do here, in the words of the policies; and what they allow, but would show more than the reader may see. */
export type MayDo = (reader: Reader) => Promise<{ readonly mayDo: readonly Action[]; readonly tooWide: readonly Action[] }>;

/** `consoleUrl`: the origin by which browsers know the console, where that is not what they ask for here. */
export function addSignInRoutes(app: FastifyInstance, signIn: SignIn, mayDo: MayDo, consoleUrl: string | null = null): void {
  const welcome = async (request: FastifyRequest, reply: FastifyReply, answer: NewSession | Refusal, more: object = {}): Promise<FastifyReply> => {
    if (isRefusal(answer)) return sendRefusal(request, reply, answer);
    const { signedIn, token, device } = answer;
    reply.header('set-cookie', [sessionCookie(request.raw, token.reveal()), deviceCookie(request.raw, device.reveal())]);
    return sendJson(reply, JSON.stringify({ ...await viewOf(signedIn.reader, signedIn, mayDo), ...more }));
  };

  /** Whoever signs in anew leaves the session that the browser had: nothing of it, least of all its token, goes on. */
  const leaveOld = async (request: FastifyRequest): Promise<void> => {
    const old = signIn.session(cookiesOf(request.raw, SESSION_COOKIE));
    if (!isRefusal(old)) await signIn.signOut(old);
  };

  // The guard has seen to it that the host is one of ours.
  const baseOf = ({ raw }: FastifyRequest): string => consoleUrl ?? `${isTls(raw.socket) ? 'https' : 'http'}://${raw.headers.host ?? ''}`;

  addProviderRoutes(app, {
    provider: signIn.provider,
    baseOf,
    askerOf,
    welcome: async (request, reply, answer) => {
      if (!isRefusal(answer)) await leaveOld(request);
      return welcome(request, reply, answer);
    },
    session: SESSION,
  });

  app.post<{ Body: { name: string; password: string; code?: string } }>(
    '/api/v1/session',
    { bodyLimit: BODY_BYTES_MAX, config: { action: 'sign.in', public: true }, schema: { summary: 'Sign in; code: of the second factor, or a recovery code', querystring: NO_QUERY, body: bodyOf({ name: NAME, password: SECRET, code: CODE }, ['name', 'password']), response: SESSION } },
    async (request, reply) => {
      const { name, password, code } = request.body;
      const answer = await signIn.signIn(name, password, askerOf(request), code);
      if (!isRefusal(answer)) await leaveOld(request);
      return welcome(request, reply, answer);
    },
  );

  app.get(
    '/api/v1/session',
    { config: { action: 'session.read' }, schema: { summary: 'Who asks, and what they may do', querystring: NO_QUERY, response: SESSION } },
    async (request, reply) => sendJson(reply, JSON.stringify(await viewOf(readerOf(request), signedInOf(request), mayDo))),
  );

  app.delete(
    '/api/v1/session',
    { config: { action: 'session.end' }, schema: { summary: 'Sign out here', querystring: NO_QUERY, response: { ...NOTHING, ...answersAs(object({ leave: text('Where the browser has to go to sign out at the provider too.') })) } } },
    async (request, reply) => {
      const who = signedInOf(request);
      if (who === null) return sendRefusal(request, reply, NO_SESSION);
      const leave = who.issuer === null ? null : ((await signIn.provider?.leave(who.sessionId, baseOf(request))) ?? null);
      await signIn.signOut(who);
      return leave === null ? farewell(request, reply) : sendJson(withoutSession(request, reply), JSON.stringify({ leave }));
    },
  );

  app.delete(
    '/api/v1/session/all',
    { config: { action: 'session.end' }, schema: { summary: 'Sign out in every browser', querystring: NO_QUERY, response: NOTHING } },
    async (request, reply) => {
      const who = signedInOf(request);
      if (who === null) return sendRefusal(request, reply, NO_SESSION);
      await signIn.signOutEverywhere(who);
      return farewell(request, reply);
    },
  );

  app.get(
    '/api/v1/session/first',
    { config: { action: 'sign.in', public: true }, schema: { summary: 'Whether nobody has an account yet', querystring: NO_QUERY, response: answersAs(object({ open: { type: 'boolean' } })) } },
    async (_request, reply) => sendJson(reply, JSON.stringify({ open: signIn.isEmpty() })),
  );

  app.post<{ Body: { link: string; name: string; password: string } }>(
    '/api/v1/session/first',
    { bodyLimit: BODY_BYTES_MAX, config: { action: 'sign.in', public: true }, schema: { summary: 'Make the first administrator with the link that the server printed, and sign in', querystring: NO_QUERY, body: bodyOf({ link: LINK, name: NAME, password: SECRET }), response: SESSION } },
    async (request, reply) => welcome(request, reply, await signIn.signInFirst(request.body.link, request.body.name, request.body.password, askerOf(request))),
  );

  app.post<{ Body: { link: string; code?: string } }>(
    '/api/v1/session/link',
    { bodyLimit: BODY_BYTES_MAX, config: { action: 'sign.in', public: true }, schema: { summary: 'Sign in with a link that was printed on the server for one account', querystring: NO_QUERY, body: bodyOf({ link: LINK, code: CODE }, ['link']), response: SESSION } },
    async (request, reply) => {
      const answer = await signIn.signInByLink(request.body.link, askerOf(request), request.body.code);
      if (!isRefusal(answer)) await leaveOld(request);
      return welcome(request, reply, answer);
    },
  );

  app.post<{ Body: { current: string; password: string } }>(
    '/api/v1/session/password',
    { bodyLimit: BODY_BYTES_MAX, config: { action: 'password.change' }, schema: { summary: 'Change your password; your other sessions end', querystring: NO_QUERY, body: bodyOf({ current: SECRET, password: SECRET }), response: SESSION } },
    async (request, reply) => {
      const who = signedInOf(request);
      return who === null ? sendRefusal(request, reply, NO_SESSION) : welcome(request, reply, await signIn.changePassword(who, request.body.current, request.body.password, askerOf(request)));
    },
  );

  app.get(
    '/api/v1/session/all',
    { config: { action: 'session.list' }, schema: { summary: 'Your sessions, newest first', querystring: NO_QUERY, response: SESSIONS } },
    async (request, reply) => {
      const who = signedInOf(request);
      if (who === null) return sendRefusal(request, reply, NO_SESSION);
      const sessions = signIn.sessionsOf(who).map(({ isThis, created, seen, ends, network }) => ({ isThis, signedInAt: timeText(created), seenAt: timeText(seen), expiresAt: timeText(ends), network }));
      return sendJson(reply, JSON.stringify({ sessions }));
    },
  );

  app.post<{ Body: { password: string } }>(
    '/api/v1/session/second-factor',
    { bodyLimit: BODY_BYTES_MAX, config: { action: 'factor.change' }, schema: { summary: 'Begin a second factor: a secret for an app, which counts when a code made from it is confirmed', querystring: NO_QUERY, body: bodyOf({ password: SECRET }), response: OFFER } },
    async (request, reply) => {
      const who = signedInOf(request);
      if (who === null) return sendRefusal(request, reply, NO_SESSION);
      const offer = await signIn.offerSecondFactor(who, request.body.password, askerOf(request));
      return sendAnswer(request, reply, isRefusal(offer) ? offer : { secret: offer.secret.reveal(), uri: offer.uri.reveal() });
    },
  );

  app.post<{ Body: { code: string } }>(
    '/api/v1/session/second-factor/confirm',
    { bodyLimit: BODY_BYTES_MAX, config: { action: 'factor.change' }, schema: { summary: 'Confirm it with a code; your other sessions end', querystring: NO_QUERY, body: bodyOf({ code: CODE }), response: SESSION } },
    async (request, reply) => {
      const who = signedInOf(request);
      if (who === null) return sendRefusal(request, reply, NO_SESSION);
      const added = await signIn.confirmSecondFactor(who, request.body.code, askerOf(request));
      return welcome(request, reply, added, isRefusal(added) ? {} : { recoveryCodes: added.recoveryCodes });
    },
  );

  app.post<{ Body: { password: string; code: string } }>(
    '/api/v1/session/second-factor/remove',
    { bodyLimit: BODY_BYTES_MAX, config: { action: 'factor.change' }, schema: { summary: 'End it, with a code of it; your other sessions end', querystring: NO_QUERY, body: bodyOf({ password: SECRET, code: CODE }), response: SESSION } },
    async (request, reply) => {
      const who = signedInOf(request);
      return who === null ? sendRefusal(request, reply, NO_SESSION) : welcome(request, reply, await signIn.removeSecondFactor(who, request.body.password, request.body.code, askerOf(request)));
    },
  );

  app.post<{ Body: { password: string; code: string } }>(
    '/api/v1/session/recovery-codes',
    { bodyLimit: BODY_BYTES_MAX, config: { action: 'factor.change' }, schema: { summary: 'Make new recovery codes; the old ones count no more', querystring: NO_QUERY, body: bodyOf({ password: SECRET, code: CODE }), response: answersAs(object({ recoveryCodes: RECOVERY_CODES })) } },
    async (request, reply) => {
      const who = signedInOf(request);
      if (who === null) return sendRefusal(request, reply, NO_SESSION);
      return sendAnswer(request, reply, await signIn.renewRecoveryCodes(who, request.body.password, request.body.code, askerOf(request)));
    },
  );
}

function askerOf(request: FastifyRequest): Asker {
  return { address: request.ip, device: cookiesOf(request.raw, DEVICE_COOKIE)[0] };
}

const NO_SESSION = refuse('credential_wrong_kind', 'a token has no session');

function farewell(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return withoutSession(request, reply).code(204).send();
}

function withoutSession(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply.header('set-cookie', cookie(request.raw, SESSION_COOKIE, '', 0));
}

async function viewOf(reader: Reader, session: SignedIn | null, mayDo: MayDo): Promise<object> {
  const { id, name, roles, groups, tenant } = reader;
  const factor = session?.secondFactor ?? null;
  return {
    account: { id, name, roles, groups },
    tenant,
    csrf: session?.csrf ?? null,
    ...(await mayDo(reader)),
    secondFactor: factor === null ? null : { since: timeText(factor.since), recoveryCodesLeft: factor.recoveryCodesLeft },
    issuer: session?.issuer ?? null,
    mustAddFactor: session?.mustAddFactor ?? false,
    signedInAt: session === null ? null : timeText(session.signedInAt),
    expiresAt: session === null ? null : timeText(session.expiresAt),
  };
}

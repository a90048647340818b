/**
 * What every request to the console port passes before its content is looked at: the headers each answer carries, the Host header
 * (DNS rebinding), and the credential: a bearer token, or the session of a cookie, which counts only for requests that our own pages
 * make. What shows telemetry, and who is refused, is recorded before the first byte of the answer. A route is public only if it says so; an
 * unknown path is not.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createAccess, type Access, type Action } from '#access';
import type { Authenticator } from '#authenticate';
import type { SignedIn, SignIn } from '#authenticate/sign-in';
import { LIMITS } from '#limits';
import type { Reader } from '#model';
import { isRefusal, refuse, REFUSALS, type Refusal, type RefusalCode } from '#refusal';
import type { Tls } from '#tls';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { cookiesOf, isForeign, SESSION_COOKIE, withoutTossed } from './browser.ts';
import { beginRecording, isRecorded, outcomeOf, recordAnswer, type RequestRecorder } from './recorded.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the route does, in the words of `#access`, which decides before the request is looked at any further. */
    readonly action?: Action | PublicAction;
    /** Answers without a credential. */
    readonly public?: boolean;
    /** The words and the envelope of refusals where clients expect those of another product. */
    readonly wording?: RefusalWording;
  }
}

/** What everybody may do: not in the table of `#access`, and forbidden to a route that is not public. */
export type PublicAction = 'health.read' | 'page.read' | 'sign.in' | 'log.fetch';

/** What somebody may do who has to add a second factor first: add it, or leave. */
const WITHOUT_FACTOR: ReadonlySet<string> = new Set(['session.read', 'session.end', 'factor.change'] satisfies Action[]);

export type RefusalWording = (refusal: Refusal, requestId: string) => string;

/** The names that the certificate is for. */
export type OwnHosts = Pick<Tls, 'isOwnHost'>;

/** RFC 6797: for a year no browser speaks anything else with this host. Addresses and plain HTTP are not concerned (§8.1.1, §8.1). */
const OVER_TLS = { 'strict-transport-security': 'max-age=31536000' } as const;

const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** Who was let in, and how to find out whether they still would be. */
interface LetIn {
  readonly reader: Reader;
  /** Null for a bearer token. */
  readonly signedIn: SignedIn | null;
  readonly again: () => boolean;
}

const letIn = new WeakMap<FastifyRequest, LetIn>();
/** Who asks, whether or not they may. */
const known = new WeakMap<FastifyRequest, Reader>();
const refused = new WeakMap<FastifyRequest, RefusalCode>();
/** Requests whose answer is recorded because it shows telemetry. */
const shows = new WeakSet<FastifyRequest>();

export type ReaderAuthenticator = Pick<Authenticator, 'reader'>;
export type Sessions = Pick<SignIn, 'session'> & Partial<Pick<SignIn, 'provider'>>;

export function installGuard(app: FastifyInstance, authenticator: ReaderAuthenticator, hosts: readonly string[], sessions?: Sessions, recorder?: RequestRecorder, tls: OwnHosts | null = null, access: Access = createAccess()): (request: FastifyRequest, reply: FastifyReply) => Refusal | null {
  // Names under .localhost always mean this machine (RFC 6761 §6.3). Under one of its own the console shares cookies with no other port's pages.
  const allowed = new Set(['localhost', 'tracekeep.localhost', '127.0.0.1', '[::1]', ...hosts.map(hostName)]);

  const identify = (request: FastifyRequest): Omit<LetIn, 'again'> | Refusal => {
    const { authorization } = request.raw.headersDistinct;
    const cookies = authorization === undefined ? cookiesOf(request.raw, SESSION_COOKIE) : [];
    if (sessions === undefined || cookies.length === 0) {
      const reader = authenticator.reader(authorization);
      return isRefusal(reader) ? reader : { reader, signedIn: null };
    }
    const signedIn = sessions.session(cookies);
    if (isRefusal(signedIn)) return signedIn;
    const changes = isChange(request);
    if (isForeign(request.raw, changes)) return refuse('csrf_refused');
    if (changes && !isEqual(request.raw.headersDistinct['x-tracekeep-csrf'], signedIn.csrf)) return refuse('csrf_refused', 'the header x-tracekeep-csrf is missing or of another session');
    return { reader: signedIn.reader, signedIn };
  };

  const permit = ({ reader, signedIn }: Omit<LetIn, 'again'>, { action }: FastifyRequest['routeOptions']['config']): true | Refusal => {
    // Without an action there is no route, and nothing will be found.
    if (action === undefined) return true;
    if (signedIn?.mustAddFactor === true && !WITHOUT_FACTOR.has(action)) return refuse('second_factor_needed');
    return access.decide(reader, action as Action, { tenant: reader.tenant });
  };

  const check = (request: FastifyRequest, reply: FastifyReply): Refusal | null => {
    reply.headers(HEADERS);
    // More than one is malformed (RFC 9112 §3.2), and Node would take the first.
    const [host = '', ...others] = request.raw.headersDistinct['host'] ?? [];
    const name = hostName(host);
    // Under this name developers run other servers too, without TLS.
    if (tls !== null && name !== 'localhost') reply.headers(OVER_TLS);
    if (others.length > 0 || !(allowed.has(name) || tls?.isOwnHost(name) === true)) return refuse('host_unknown');
    const { config } = request.routeOptions;
    // Without a credential there is no token to ask for, but nobody else's page signs anybody in.
    if (config.public === true) return isChange(request) && isForeign(request.raw, true) ? refuse('csrf_refused') : null;
    const who = identify(request);
    if (isRefusal(who)) {
      if (who.refused === 'session_over' && cookiesOf(request.raw, SESSION_COOKIE).length > 1) reply.header('set-cookie', withoutTossed(request.url, request.raw));
      return who;
    }
    known.set(request, who.reader);
    const permitted = permit(who, config);
    if (permitted !== true) return permitted;
    const again = (): boolean => {
      const now = identify(request);
      return !isRefusal(now) && now.reader.id === who.reader.id && permit(now, config) === true;
    };
    letIn.set(request, { ...who, again });
    return null;
  };
  /** The session is one of a provider, which has to be asked now and then whether it still is one. */
  const askAndCheck = async (request: FastifyRequest, reply: FastifyReply): Promise<Refusal | null> => {
    const renewed = (await sessions?.provider?.renew(cookiesOf(request.raw, SESSION_COOKIE))) ?? refuse('session_over');
    return renewed === true ? check(request, reply) : renewed;
  };
  // onRequest comes before the body is read and before anything is validated.
  app.addHook('onRequest', async (request, reply) => {
    const first = check(request, reply);
    const refusal = first?.refused === 'provider_check_due' ? await askAndCheck(request, reply) : first;
    return refusal === null ? undefined : sendRefusal(request, reply, refusal);
  });
  // What the schemas refuse reads nothing, and would only be a way to make the log grow.
  app.addHook('preHandler', async (request) => {
    const { action } = request.routeOptions.config;
    const who = letIn.get(request);
    if (recorder === undefined || who === undefined || action === undefined || !isRecorded(action)) return;
    shows.add(request);
    beginRecording(recorder, request, who.reader);
  });
  // How many rows there are is known by now, and nothing of the answer has left.
  app.addHook('onSend', async (request, reply, payload) => {
    const outcome = outcomeOf(reply.statusCode);
    const code = refused.get(request);
    if (recorder === undefined || !(shows.has(request) || outcome === 'refused') || isRecordedElsewhere(request, code)) return payload;
    const recorded = await recordAnswer(recorder, request, known.get(request) ?? null, outcome, code);
    if (recorded === true || !known.has(request)) return payload;
    for (const name of Object.keys(reply.getHeaders())) if (!Object.hasOwn(HEADERS, name)) reply.removeHeader(name);
    return refusalText(request, reply, recorded);
  });
  return check;
}

/** INVARIANT: only called by handlers of routes that are not public, which the guard let pass with a reader. */
export function readerOf(request: FastifyRequest): Reader {
  return whoIs(request).reader;
}

/** Whose session the request came with; null for a bearer token. */
export function signedInOf(request: FastifyRequest): SignedIn | null {
  return whoIs(request).signedIn;
}

/** For answers that go on for long: whether credential and role would still let this request in. */
export function isStillLetIn(request: FastifyRequest): boolean {
  return whoIs(request).again();
}

function whoIs(request: FastifyRequest): LetIn {
  const who = letIn.get(request);
  if (who === undefined) throw new Error('cannot answer without a reader');
  return who;
}

export function sendRefusal(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): FastifyReply {
  refused.set(request, refusal.refused);
  return reply.send(refusalText(request, reply, refusal));
}

/** Failed attempts to sign in have a record of their own; what never came to be one has not. */
function isRecordedElsewhere({ routeOptions: { config } }: FastifyRequest, code: RefusalCode | undefined): boolean {
  return code === 'sign_in_failed' || (config.action === 'sign.in' && code !== 'csrf_refused');
}

function refusalText(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): string {
  const { http, retry } = REFUSALS[refusal.refused];
  if (http === 401) reply.header('www-authenticate', 'Bearer realm="tracekeep"');
  if (retry) reply.header('retry-after', String(refusal.retryAfter_s ?? LIMITS.retry_after_s));
  const { wording = ownWording } = request.routeOptions.config;
  reply.code(http).type('application/json; charset=utf-8');
  return wording(refusal, request.id);
}

function ownWording(refusal: Refusal, requestId: string): string {
  const { says, advice } = REFUSALS[refusal.refused];
  const message = refusal.detail === undefined ? says : `${says} (${refusal.detail})`;
  return JSON.stringify({ error: { code: refusal.refused, message, advice, requestId } });
}

function isChange({ method }: FastifyRequest): boolean {
  return method !== 'GET' && method !== 'HEAD';
}

/** True for exactly one value that is the expected one, in the same time whatever it is. */
function isEqual(values: readonly string[] | undefined, expected: string): boolean {
  const [value = '', ...others] = values ?? [];
  const [given, wanted] = [Buffer.from(value), Buffer.from(expected)];
  return others.length === 0 && given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** Made here, never taken from the request: it ends up in logs. */
export function requestId(): string {
  return randomBytes(8).toString('hex');
}

/** Lower case, without port; IPv6 in brackets. */
function hostName(host: string): string {
  const name = host.toLowerCase().replace(/:[0-9]{1,5}$/, '');
  return host.includes(':') && !host.includes('[') && /^[0-9a-f:.]+$/i.test(host) && host.split(':').length > 2 ? `[${host.toLowerCase()}]` : name;
}

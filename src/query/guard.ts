/**
 * What every request to the console port passes before its content is looked at: the headers each answer carries, the Host header
 * (DNS rebinding), and the credential. A route is public only if it says so; an unknown path is not.
 */
import { randomBytes } from 'node:crypto';
import { decide, type Action } from '#access';
import type { Authenticator } from '#authenticate';
import { LIMITS } from '#limits';
import type { Reader } from '#model';
import { isRefusal, refuse, REFUSALS, type Refusal } from '#refusal';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the route does, in the words of `#access`, which decides before the request is looked at any further. */
    readonly action?: Action | 'health.read';
    /** Answers without a credential. */
    readonly public?: boolean;
    /** The words and the envelope of refusals where clients expect those of another product. */
    readonly wording?: RefusalWording;
  }
}

export type RefusalWording = (refusal: Refusal, requestId: string) => string;

const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

const readers = new WeakMap<FastifyRequest, Reader>();

export type ReaderAuthenticator = Pick<Authenticator, 'reader'>;

export function installGuard(app: FastifyInstance, authenticator: ReaderAuthenticator, hosts: readonly string[]): (request: FastifyRequest, reply: FastifyReply) => Refusal | null {
  const allowed = new Set(['localhost', '127.0.0.1', '[::1]', ...hosts.map(hostName)]);
  const check = (request: FastifyRequest, reply: FastifyReply): Refusal | null => {
    reply.headers(HEADERS);
    // More than one is malformed (RFC 9112 §3.2), and Node would take the first.
    const [host = '', ...others] = request.raw.headersDistinct['host'] ?? [];
    if (others.length > 0 || !allowed.has(hostName(host))) return refuse('host_unknown');
    const { action, public: isPublic } = request.routeOptions.config;
    if (isPublic === true) return null;
    const reader = authenticator.reader(request.raw.headersDistinct['authorization']);
    if (isRefusal(reader)) return reader;
    if (action !== undefined && action !== 'health.read') {
      const allowed = decide(reader, action, { tenant: reader.tenant });
      if (allowed !== true) return allowed;
    }
    readers.set(request, reader);
    return null;
  };
  // onRequest comes before the body is read and before anything is validated.
  app.addHook('onRequest', async (request, reply) => {
    const refusal = check(request, reply);
    return refusal === null ? undefined : sendRefusal(request, reply, refusal);
  });
  return check;
}

/** INVARIANT: only called by handlers of routes that are not public, which the guard let pass with a reader. */
export function readerOf(request: FastifyRequest): Reader {
  const reader = readers.get(request);
  if (reader === undefined) throw new Error('cannot answer without a reader');
  return reader;
}

export function sendRefusal(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): FastifyReply {
  const { http, retry } = REFUSALS[refusal.refused];
  if (http === 401) reply.header('www-authenticate', 'Bearer realm="tracekeep"');
  if (retry) reply.header('retry-after', String(LIMITS.retry_after_s));
  const { wording = ownWording } = request.routeOptions.config;
  return reply.code(http).type('application/json; charset=utf-8').send(wording(refusal, request.id));
}

function ownWording(refusal: Refusal, requestId: string): string {
  const { says, advice } = REFUSALS[refusal.refused];
  const message = refusal.detail === undefined ? says : `${says} (${refusal.detail})`;
  return JSON.stringify({ error: { code: refusal.refused, message, advice, requestId } });
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

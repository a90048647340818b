/**
 * Large JSON answers go out compressed for those who take it: the outline of 50,000 spans is a third then. Small ones do not: what a secret and
 * a text of somebody else's choice share must not show in the length of an answer (BREACH), and the answers with secrets are small.
 */
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { LIMITS } from '#limits';
import type { FastifyInstance } from 'fastify';

const pack = promisify(gzip);

export function installCompression(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    if (typeof payload !== 'string' || payload.length < LIMITS.uncompressed_answer_characters_max || reply.hasHeader('content-encoding')) return payload;
    if (!String(reply.getHeader('content-type') ?? '').startsWith('application/json')) return payload;
    reply.header('vary', 'accept-encoding');
    if (!takesGzip(request.headers['accept-encoding'])) return payload;
    reply.header('content-encoding', 'gzip').removeHeader('content-length');
    // The fastest level: answers are made once and mostly travel a short way. In the thread pool.
    return pack(payload, { level: constants.Z_BEST_SPEED });
  });
}

/** RFC 9110 §12.5.3, as far as it matters here: gzip is named, or everything is, and not with weight 0. */
export function takesGzip(accepted: string | string[] | undefined): boolean {
  const codings = String(accepted ?? '').toLowerCase().split(',', 32).map((coding) => coding.trim().split(/\s*;\s*/, 4));
  const named = codings.find(([name]) => name === 'gzip' || name === 'x-gzip') ?? codings.find(([name]) => name === '*');
  return named !== undefined && !named.some((part) => /^q=0(?:\.0{0,3})?$/.test(part));
}

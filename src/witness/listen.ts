/**
 * A witness over HTTP: `POST /add-checkpoint`, and for everybody `GET /<log>/checkpoint` and `GET /<log>/refused`. No credential is needed, as what
 * counts is the log's signature; but where client certificates are required, only who shows one submits.
 */
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Address } from '#config';
import { LIMITS } from '#limits';
import { isRefusal, REFUSALS, refusalText, refuse, type Refusal } from '#refusal';
import { peerOf, type Tls } from '#tls';
import fastify, { type FastifyError, type FastifyReply, type FastifyRequest } from 'fastify';
import { SUBMISSION_BYTES_MAX } from './submission.ts';
import type { Witness } from './witness.ts';

export interface RunningWitness {
  readonly address: Address;
  stop(): Promise<void>;
}

const HEADERS = { 'content-security-policy': "default-src 'none'; frame-ancestors 'none'", 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' } as const;
const TEXT = 'text/plain; charset=utf-8';

/** For a year no browser speaks anything else with this host (RFC 6797). */
const OVER_TLS = { 'strict-transport-security': 'max-age=31536000' } as const;

/** `tls` null: plain, on loopback. */
export async function listenAsWitness(witness: Witness, { host, port }: Address, onFailure: (error: Error) => void, tls: Tls | null = null): Promise<RunningWitness> {
  const app = fastify({
    logger: false,
    exposeHeadRoutes: false,
    bodyLimit: SUBMISSION_BYTES_MAX,
    forceCloseConnections: 'idle',
    serverFactory: (serve) => listenerOf(tls).on('request', serve),
    frameworkErrors: (_error, _request, reply) => void sendRefusal(reply, refuse('path_unknown')),
  });
  app.server.maxConnections = LIMITS.witness_connections_max;
  app.removeAllContentTypeParsers();
  // Clients name different types, or none.
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.addHook('onRequest', async (_request, reply) => void reply.headers(tls === null ? HEADERS : { ...HEADERS, ...OVER_TLS }));
  app.setNotFoundHandler((_request, reply) => sendRefusal(reply, refuse('path_unknown')));
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) onFailure(error);
    return sendRefusal(reply, refuse(status === 413 ? 'body_too_large' : status < 500 ? 'checkpoint_malformed' : 'internal'));
  });

  // Before the body is read.
  const admit = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    if (tls?.requiresCertificate !== true) return undefined;
    const peer = peerOf(request.raw.socket) ?? refuse('certificate_missing');
    return isRefusal(peer) ? sendRefusal(reply, peer) : undefined;
  };
  app.post('/add-checkpoint', { onRequest: admit }, async (request, reply) => {
    const { lines, size } = witness.addCheckpoint(request.body instanceof Uint8Array ? request.body : new Uint8Array(0));
    if (!isRefusal(lines)) return reply.type(TEXT).send(lines);
    return lines.refused === 'checkpoint_conflict' ? reply.code(409).header('content-type', 'text/x.tlog.size').send(Buffer.from(`${size}\n`)) : sendRefusal(reply, lines);
  });
  app.get<{ Params: { log: string } }>('/:log/checkpoint', async (request, reply) => {
    const note = witness.checkpoint(request.params.log);
    return note === null ? sendRefusal(reply, refuse('not_found')) : reply.type(TEXT).header('cache-control', 'public, max-age=1').send(note);
  });
  app.get<{ Params: { log: string } }>('/:log/refused', async (request, reply) => {
    const refused = witness.refused(request.params.log);
    if (refused === null) return sendRefusal(reply, refuse('not_found'));
    return reply.type('application/json; charset=utf-8').send(JSON.stringify({ refused: refused.map((one) => ({ ...one, first_ms: undefined, last_ms: undefined, first: iso(one.first_ms), last: iso(one.last_ms) })) }));
  });

  try {
    await app.listen({ host, port });
  } catch (cause) {
    throw new Error('cannot listen as a witness', { cause });
  }
  const address = app.server.address() as AddressInfo;
  return {
    address: { host: address.address, port: address.port },
    async stop() {
      await app.close();
      tls?.stop();
      witness.stop();
    },
  };
}

function listenerOf(tls: Tls | null): Server {
  const options = { maxHeaderSize: LIMITS.headers_bytes_max, headersTimeout: LIMITS.headers_ms_max, requestTimeout: LIMITS.request_ms_max, keepAliveTimeout: LIMITS.idle_connection_ms_max, connectionsCheckingInterval: 1_000 };
  if (tls === null) return createHttpServer(options).setTimeout(LIMITS.idle_connection_ms_max);
  const server = createTlsServer({ ...options, ...tls.options(true), ALPNProtocols: ['http/1.1'] });
  tls.keep(server, 'witness', true);
  return server.setTimeout(LIMITS.idle_connection_ms_max);
}

function sendRefusal(reply: FastifyReply, refusal: Refusal): FastifyReply {
  const { http, retry } = REFUSALS[refusal.refused];
  if (retry) reply.header('retry-after', String(LIMITS.retry_after_s));
  return reply.code(http).type(TEXT).send(`${refusalText(refusal)}\n`);
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

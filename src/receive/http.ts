/**
 * OTLP/HTTP (OTLP 1.11) on node:http with its strict parser. Every answer that is not a success is a google.rpc.Status in
 * the encoding of the request. Everything a request says before its sender is known is attacker-controlled, and so is
 * everything after.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Address } from '#config';
import { LIMITS } from '#limits';
import { type Encoding, exportAnswer, MEDIA_TYPES, statusAnswer } from '#otlp';
import { isRefusal, type Refusal, REFUSALS, refuse } from '#refusal';
import { peerOf } from '#tls';
import type { Lease } from './budget.ts';
import { release } from '#batch';
import type { IngestAnswer, Outcome, Reception, Taken } from './door.ts';
import { codingOf, encodingOf, valuesOf } from './headers.ts';
import { ABORTED, collect } from './http-body.ts';
import { answerBroken } from './http-broken.ts';
import type { Coding } from './inflate.ts';

const NOTHING: Taken = { rejectedSpans: 0, message: '' };
const OTHER_SIGNALS = new Set(['/v1/metrics', '/v1/logs', '/v1development/profiles']);

/** A request whose headers were accepted. */
interface Entry<P> {
  readonly producer: P;
  readonly encoding: Encoding;
  readonly coding: Coding;
  /** Length announced for the body; null = chunked. */
  readonly declared: number | null;
  readonly lease: Lease;
}

/** What is known of a connection that has sent a request. */
interface Connection {
  /** Requests not answered yet. */
  ahead: number;
  last: IncomingMessage;
}

export class HttpReceiver<P extends object> {
  readonly #reception: Reception<P>;
  readonly #server: Server;
  readonly #connections = new WeakMap<Socket, Connection>();
  /** Connections that ended in a refusal by the parser: what follows on them is not counted again. */
  readonly #broken = new WeakSet<Socket>();
  #draining = false;

  constructor(reception: Reception<P>) {
    const { limits, meter, tls } = reception;
    this.#reception = reception;
    const options: ServerOptions = {
      insecureHTTPParser: false,
      maxHeaderSize: LIMITS.headers_bytes_max,
      headersTimeout: Math.min(limits.headers_ms_max, limits.request_ms_max),
      requestTimeout: limits.request_ms_max,
      keepAliveTimeout: limits.idle_connection_ms_max,
      connectionsCheckingInterval: Math.min(1_000, limits.headers_ms_max),
      noDelay: true,
    };
    if (tls === null) this.#server = createServer(options);
    else {
      const server = createTlsServer({ ...options, ...tls.options(true), ALPNProtocols: ['http/1.1'] });
      tls.keep(server, 'otlp-http', true);
      this.#server = server;
    }
    this.#server.maxConnections = limits.connections_max;
    // Node would drop lines above its own count in silence, Transfer-Encoding among them; we count and refuse.
    this.#server.maxHeadersCount = 0;
    this.#server.on('request', (request, response) => void this.#serve(request, response, false));
    // Without this listener Node would invite the body before anyone has looked at the credential.
    this.#server.on('checkContinue', (request, response) => void this.#serve(request, response, true));
    this.#server.on('drop', () => meter.turnedAway('http'));
    this.#server.on('clientError', (error, socket) => this.#giveUp(error, socket as Socket));
  }

  listen({ host, port }: Address): Promise<AddressInfo> {
    return new Promise((resolve, reject) => {
      const failed = (cause: Error): void => reject(new Error(`cannot listen for OTLP/HTTP on ${host}:${port}`, { cause }));
      this.#server.once('error', failed);
      this.#server.listen({ host, port }, () => {
        this.#server.off('error', failed);
        resolve(this.#server.address() as AddressInfo);
      });
    });
  }

  /** Answers what is under way, takes nothing new. What is not done after `drain_ms_max` is cut. */
  stop(): Promise<void> {
    this.#draining = true;
    return new Promise((resolve) => {
      const cut = setTimeout(() => this.#server.closeAllConnections(), this.#reception.limits.drain_ms_max);
      this.#server.close(() => {
        clearTimeout(cut);
        resolve();
      });
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse, invites: boolean): Promise<void> {
    const began = performance.now();
    const connection = this.#connectionOf(request);
    if (++connection.ahead > LIMITS.requests_ahead_max) request.socket.destroy();
    const outcome = await this.#answer(request, response, invites);
    connection.ahead--;
    if (outcome === ABORTED && this.#broken.has(request.socket)) return;
    this.#reception.meter.ended('http', outcome, performance.now() - began);
  }

  #connectionOf(request: IncomingMessage): Connection {
    const { socket } = request;
    let connection = this.#connections.get(socket);
    if (connection === undefined) this.#connections.set(socket, (connection = { ahead: 0, last: request }));
    connection.last = request;
    return connection;
  }

  /** The parser gave up. Words are said only where nobody can take them for the answer to another request. */
  #giveUp(error: Error & { code?: string }, socket: Socket): void {
    if (this.#broken.has(socket)) return void socket.destroy();
    const connection = this.#connections.get(socket);
    const answerable = connection === undefined || connection.ahead === (connection.last.complete ? 0 : 1);
    const refused = answerBroken(error, socket, answerable);
    if (refused === null) return;
    this.#broken.add(socket);
    this.#reception.meter.ended('http', refused, 0);
  }

  async #answer(request: IncomingMessage, response: ServerResponse, invites: boolean): Promise<Outcome> {
    const encoding = encodingOf(request.headers['content-type']) ?? 'json';
    let answer: IngestAnswer | typeof ABORTED;
    try {
      answer = await this.#take(request, response, invites);
    } catch (failure) {
      const id = randomBytes(8).toString('hex');
      this.#reception.report(failure, id);
      answer = refuse('internal', `request id ${id}`);
    }
    if (answer === ABORTED) return ABORTED;
    // Node does the same when a body was announced but not invited: what follows on that connection is no request.
    if (this.#draining) response.shouldKeepAlive = false;
    if (isRefusal(answer)) {
      this.#sendRefusal(request, response, answer, encoding);
      return answer.refused;
    }
    const body = exportAnswer(answer.rejectedSpans, answer.message, encoding);
    response.writeHead(200, { 'Content-Type': MEDIA_TYPES[encoding], 'Content-Length': body.length });
    response.end(body);
    return answer.rejectedSpans > 0 ? 'partial' : 'ok';
  }

  async #take(request: IncomingMessage, response: ServerResponse, invites: boolean): Promise<IngestAnswer | typeof ABORTED> {
    const found = this.#senderOf(request);
    const sender = found instanceof Promise ? await found : found;
    if (isRefusal(sender)) return sender;
    // It may be gone while somebody else was asked who it is.
    if (request.destroyed) return ABORTED;
    const entry = this.#admit(request, sender);
    if (isRefusal(entry)) return entry;
    try {
      if (entry.declared === 0) return NOTHING;
      if (invites) response.writeContinue();
      return await this.#read(request, entry);
    } finally {
      entry.lease.leave();
    }
  }

  /** Who sends, if what it sends is anything for us. */
  #senderOf(request: IncomingMessage): P | Refusal | Promise<P | Refusal> {
    const { rawHeaders } = request;
    if (rawHeaders.length > 2 * LIMITS.header_lines_max) return refuse('headers_too_large', `more than ${LIMITS.header_lines_max} lines`);
    const path = pathOf(request.url ?? '');
    if (path !== '/v1/traces' && !OTHER_SIGNALS.has(path)) return refuse('path_unknown');
    if (request.method !== 'POST') return refuse('method_unknown');
    return this.#reception.door.authenticate(valuesOf(rawHeaders, 'authorization'), peerOf(request.socket));
  }

  /** Decides from the headers alone. */
  #admit(request: IncomingMessage, producer: P): Entry<P> | Refusal {
    const { door, budget, limits } = this.#reception;
    const { headers } = request;
    if (OTHER_SIGNALS.has(pathOf(request.url ?? ''))) return refuse('signal_unsupported');
    const encoding = encodingOf(headers['content-type']);
    if (encoding === null) return refuse('media_type_unknown');
    const coding = codingOf(headers['content-encoding']);
    const transfer = headers['transfer-encoding'];
    if (coding === null || (transfer !== undefined && transfer.toLowerCase() !== 'chunked')) return refuse('encoding_unknown');
    const declared = transfer === undefined ? Number(headers['content-length'] ?? 0) : null;
    if (declared !== null && declared > limits.body_wire_bytes_max) return refuse('body_too_large', `more than ${limits.body_wire_bytes_max} bytes`);
    const closed = this.#draining ? refuse('draining') : door.admit();
    if (closed !== null) return closed;
    const lease = budget.enter(producer);
    return lease === null ? refuse('overloaded', 'requests in flight') : { producer, encoding, coding, declared, lease };
  }

  async #read(request: IncomingMessage, { producer, encoding, coding, declared, lease }: Entry<P>): Promise<IngestAnswer | typeof ABORTED> {
    const { door, meter, limits, inflater } = this.#reception;
    const wire = await collect(request, declared, limits.body_wire_bytes_max, lease);
    if (wire === ABORTED || isRefusal(wire)) return wire;
    const wireBytes = wire.length;
    let body = wire;
    if (coding !== 'identity' && wireBytes > 0) {
      const inflated = await inflater.inflate(wire, coding, lease);
      if (isRefusal(inflated)) return inflated;
      lease.give(wireBytes);
      release(wire);
      body = inflated;
    }
    meter.arrived('http', wireBytes, body.length);
    // OTLP 1.11: a request without telemetry is a success.
    return body.length === 0 ? NOTHING : door.submit(producer, body, encoding);
  }

  #sendRefusal(request: IncomingMessage, response: ServerResponse, refusal: Refusal, encoding: Encoding): void {
    const row = REFUSALS[refusal.refused];
    const body = statusAnswer(refusal, encoding);
    const unread = !request.complete && !isShort(request);
    if (unread) response.shouldKeepAlive = false;
    response.writeHead(row.http, {
      'Content-Type': MEDIA_TYPES[encoding],
      'Content-Length': body.length,
      'X-Content-Type-Options': 'nosniff',
      ...(row.retry ? { 'Retry-After': LIMITS.retry_after_s } : {}),
      ...(row.http === 401 ? { 'WWW-Authenticate': 'Bearer realm="tracekeep"' } : {}),
      ...(row.http === 405 ? { Allow: 'POST' } : {}),
    });
    if (!unread) {
      response.end(body);
      request.resume();
      return;
    }
    // Closing a socket with unread bytes resets it, and the sender would lose the answer: read on for a little while.
    response.write(body);
    this.#linger(request, response);
  }

  #linger(request: IncomingMessage, response: ServerResponse): void {
    let left: number = LIMITS.refused_body_bytes_max;
    const done = (): void => {
      clearTimeout(late);
      request.off('data', onData).pause();
      response.end();
    };
    const onData = (chunk: Uint8Array): void => {
      left -= chunk.length;
      if (left < 0) done();
    };
    const late = setTimeout(done, this.#reception.limits.refused_body_ms_max);
    request.on('error', () => {}).once('close', done).once('end', done).on('data', onData).resume();
  }
}

/** The rest of this body is so short that reading it is cheaper than a new connection. */
function isShort(request: IncomingMessage): boolean {
  const { headers } = request;
  return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) <= LIMITS.refused_body_bytes_max;
}

/** The path of an origin-form or absolute-form target (RFC 9112 §3.2), without the query. */
function pathOf(target: string): string {
  const scheme = /^https?:\/\//i.exec(target);
  const from = scheme === null ? 0 : target.indexOf('/', scheme[0].length);
  if (from < 0) return '/';
  const query = target.indexOf('?', from);
  return target.slice(from, query < 0 ? undefined : query);
}

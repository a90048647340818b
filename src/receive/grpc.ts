/**
 * OTLP/gRPC (OTLP 1.11): TraceService/Export on @grpc/grpc-js, with messages as plain bytes. The sender is known, and the
 * state of the server asked, when the metadata arrive; only then is the message read. We accept the connections
 * ourselves and hand them over, for grpc-js does not limit their number.
 */
import { randomBytes } from 'node:crypto';
import { type AddressInfo, createServer, type Server as TcpServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import {
  type ConnectionInjector, logVerbosity, Metadata, type sendUnaryData, Server, ServerCredentials, ServerInterceptingCall, type ServerInterceptor, type ServerUnaryCall, type ServiceDefinition, setLogVerbosity,
} from '@grpc/grpc-js';
import type { Address } from '#config';
import { LIMITS } from '#limits';
import { exportAnswer, statusAnswer } from '#otlp';
import { isRefusal, type Refusal, REFUSALS, refuse, refusalText } from '#refusal';
import { type Peer, peerOf } from '#tls';
import { isExclusive, release } from '#batch';
import type { IngestAnswer, Reception } from './door.ts';
import { GrpcCall, ReadingRoom } from './grpc-call.ts';

// opentelemetry/proto/collector/trace/v1/trace_service.proto
const TRACE_SERVICE = {
  export: {
    path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
    requestStream: false,
    responseStream: false,
    requestSerialize: bytesAsTheyAre,
    requestDeserialize: exclusive,
    responseSerialize: bytesAsTheyAre,
    responseDeserialize: bytesAsTheyAre,
  },
} satisfies ServiceDefinition;

type Call = ServerUnaryCall<Uint8Array, Buffer>;

export class GrpcReceiver<P extends object> {
  readonly #reception: Reception<P>;
  readonly #grpc: Server;
  readonly #injector: ConnectionInjector;
  readonly #listener: TcpServer;
  readonly #room = new ReadingRoom(LIMITS.grpc_reads_at_once_max);
  /** Calls let in, by the metadata that grpc-js hands from the interceptor to the handler. */
  readonly #calls = new WeakMap<Metadata, GrpcCall<P>>();
  /** Open connections by where they come from, for grpc-js says no more of one. */
  readonly #sockets = new Map<string, Socket>();
  #draining = false;

  constructor(reception: Reception<P>) {
    const { limits, meter, tls } = reception;
    this.#reception = reception;
    // grpc-js writes headers that it does not like to stderr, values included, and whole requests when GRPC_TRACE asks for it.
    setLogVerbosity(logVerbosity.NONE);
    this.#grpc = new Server({
      interceptors: [this.#interceptor],
      'grpc.enable_channelz': 0,
      // Before and after decompression.
      'grpc.max_receive_message_length': limits.body_wire_bytes_max,
      'grpc.max_concurrent_streams': LIMITS.grpc_streams_max,
      'grpc.max_connection_idle_ms': limits.idle_connection_ms_max,
      'grpc.max_connection_age_ms': LIMITS.grpc_connection_age_ms_max,
      'grpc.max_connection_age_grace_ms': limits.request_ms_max,
      'grpc-node.max_session_memory': LIMITS.grpc_session_mib_max,
    });
    this.#grpc.addService(TRACE_SERVICE, { export: (call: Call, reply: sendUnaryData<Buffer>) => void this.#export(call, reply) });
    this.#injector = this.#grpc.createConnectionInjector(ServerCredentials.createInsecure());
    if (tls === null) this.#listener = createServer({ noDelay: true }, (socket) => this.#enter(socket));
    else {
      // grpc-js could end TLS itself, but not take another certificate later.
      const listener = createTlsServer({ ...tls.options(true), noDelay: true, ALPNProtocols: ['h2'] }, (socket) => this.#enter(socket));
      tls.keep(listener, 'otlp-grpc', true);
      this.#listener = listener;
    }
    this.#listener.maxConnections = limits.connections_max;
    this.#listener.on('drop', () => meter.turnedAway('grpc'));
  }

  listen({ host, port }: Address): Promise<AddressInfo> {
    return new Promise((resolve, reject) => {
      const failed = (cause: Error): void => reject(new Error(`cannot listen for OTLP/gRPC on ${host}:${port}`, { cause }));
      this.#listener.once('error', failed);
      this.#listener.listen({ host, port }, () => {
        this.#listener.off('error', failed);
        resolve(this.#listener.address() as AddressInfo);
      });
    });
  }

  /** Answers what is under way, takes nothing new. What is not done after `drain_ms_max` is cut. */
  stop(): Promise<void> {
    this.#draining = true;
    return new Promise((resolve) => {
      this.#listener.close(() => {
        this.#grpc.forceShutdown();
        resolve();
      });
      // GOAWAY on every connection; each closes when its last call is answered, or is cut when the time is over.
      this.#injector.drain(this.#reception.limits.drain_ms_max);
    });
  }

  #enter(socket: Socket): void {
    const from = placeOf(socket);
    this.#sockets.set(from, socket);
    socket.once('close', () => {
      if (this.#sockets.get(from) === socket) this.#sockets.delete(from);
    });
    this.#injector.injectConnection(socket);
  }

  /** Whose certificate the connection of a call has. One that is gone is not taken for one without. */
  #peerOf(from: Connection): Peer | Refusal | null {
    const socket = this.#sockets.get(placeOf(from));
    if (socket !== undefined) return peerOf(socket);
    return this.#reception.tls === null ? null : refuse('certificate_untrusted', 'the connection is gone');
  }

  readonly #interceptor: ServerInterceptor = (_method, next) => {
    const { door, meter, limits, report } = this.#reception;
    let entered: GrpcCall<P> | null = null;
    let gone = false;
    const refused = (refusal: Refusal): void => {
      meter.ended('grpc', refusal.refused, 0);
      next.sendStatus(statusOf(refusal));
    };
    return new ServerInterceptingCall(next, {
      start: (start) =>
        start({
          onReceiveMetadata: (metadata, read) => {
            const enter = (sender: P | Refusal): void => {
              if (gone) return meter.ended('grpc', 'aborted', 0);
              const call = this.#admit(sender);
              if (isRefusal(call)) return refused(call);
              entered = call;
              this.#calls.set(metadata, call);
              call.read(limits.request_ms_max, () => read(metadata), () => next.sendStatus(statusOf(refuse('sender_too_slow'))));
            };
            const sender = door.authenticate(metadata.get('authorization').map(String), this.#peerOf(next.getConnectionInfo()));
            if (!(sender instanceof Promise)) return enter(sender);
            sender.then(enter).catch((failure: unknown) => {
              const id = randomBytes(8).toString('hex');
              report(failure, id);
              refused(refuse('internal', `request id ${id}`));
            });
          },
          onReceiveHalfClose: (handle) => {
            entered?.arrived();
            handle();
          },
          onCancel: () => {
            gone = true;
            entered?.gone();
          },
        }),
    });
  };

  /** Decides from the metadata alone. grpc-js has answered unknown services and methods with UNIMPLEMENTED before. */
  #admit(producer: P | Refusal): GrpcCall<P> | Refusal {
    const { door, budget, meter } = this.#reception;
    if (isRefusal(producer)) return producer;
    const closed = this.#draining ? refuse('draining') : door.admit();
    if (closed !== null) return closed;
    const lease = budget.enter(producer);
    if (lease === null) return refuse('overloaded', 'requests in flight');
    return new GrpcCall(producer, lease, this.#room, (outcome, ms) => meter.ended('grpc', outcome, ms));
  }

  async #export({ metadata, request }: Call, reply: sendUnaryData<Buffer>): Promise<void> {
    const call = this.#calls.get(metadata);
    if (call === undefined) throw new Error('cannot handle a gRPC call that was not let in');
    call.handled();
    let answer: IngestAnswer;
    try {
      answer = await this.#submit(call, request);
    } catch (failure) {
      const id = randomBytes(8).toString('hex');
      this.#reception.report(failure, id);
      answer = refuse('internal', `request id ${id}`);
    }
    if (isRefusal(answer)) {
      call.end(answer.refused);
      reply(statusOf(answer));
      return;
    }
    call.end(answer.rejectedSpans > 0 ? 'partial' : 'ok');
    const body = exportAnswer(answer.rejectedSpans, answer.message, 'protobuf');
    reply(null, Buffer.from(body.buffer, body.byteOffset, body.byteLength));
  }

  async #submit({ producer, lease }: GrpcCall<P>, body: Uint8Array): Promise<IngestAnswer> {
    const { door, meter } = this.#reception;
    if (!lease.take(body.length)) return refuse('overloaded', 'bytes in flight');
    meter.arrived('grpc', body.length, body.length);
    // OTLP 1.11: a request without telemetry is a success.
    return body.length === 0 ? { rejectedSpans: 0, message: '' } : door.submit(producer, body, 'protobuf');
  }
}

interface Connection {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly localAddress?: string | undefined;
}

function placeOf({ remoteAddress, remotePort, localAddress }: Connection): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`;
}

/** The refusal as grpc-js sends it. Details make RESOURCE_EXHAUSTED and UNAVAILABLE retryable after a given time. */
function statusOf(refusal: Refusal) {
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', Buffer.from(statusAnswer(refusal, 'protobuf')));
  const text = refusalText(refusal);
  return { code: REFUSALS[refusal.refused].grpc, details: text, message: text, name: refusal.refused, metadata };
}

function bytesAsTheyAre(bytes: Buffer): Buffer {
  return bytes;
}

/** A message in an ArrayBuffer of its own: grpc-js hands out the frame it came in without its first bytes. */
function exclusive(message: Buffer): Uint8Array {
  if (isExclusive(message)) return message;
  const copy = new Uint8Array(message);
  if (message.buffer.byteLength === FRAME_HEADER_BYTES + message.length) release(message);
  return copy;
}

/** Compressed flag and length (gRPC over HTTP/2, Length-Prefixed-Message). */
const FRAME_HEADER_BYTES = 5;

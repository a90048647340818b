/**
 * Receiving: the two listeners of OTLP. They bound what comes in (size, rate, time), ask who sends it from the headers
 * alone, and hand whole bodies on; they answer when what was taken is durable, or say why it was not.
 */
import type { AddressInfo } from 'node:net';
import type { Address } from '#config';
import { LIMITS } from '#limits';
import type { Tls } from '#tls';
import { Budget } from './budget.ts';
import type { IngestDoor, ReceiveLimits, ReceiveMeter, Reception } from './door.ts';
import { GrpcReceiver } from './grpc.ts';
import { HttpReceiver } from './http.ts';
import { Inflater } from './inflate.ts';

export type { Authorization, IngestAnswer, IngestDoor, Outcome, ReceiveLimits, ReceiveMeter, Taken, Transport } from './door.ts';

export interface ReceiveOptions<P extends object> {
  readonly http: Address;
  readonly grpc: Address;
  readonly door: IngestDoor<P>;
  readonly meter: ReceiveMeter;
  /** Null: plain, on loopback. */
  readonly tls?: Tls | null;
  /** Hears of failures to answer; the sender was told the same request id. */
  readonly report: (failure: unknown, requestId: string) => void;
  readonly limits?: Partial<ReceiveLimits>;
}

export interface Receivers {
  /** Where they listen; the ports are the real ones when 0 was asked for. */
  readonly addresses: { readonly http: Address; readonly grpc: Address };
  /** What is being received and processed right now. */
  inFlight(): { readonly requests: number; readonly bytes: number };
  /** Answers what is under way, takes nothing new, resolves when both listeners are closed. */
  stop(): Promise<void>;
}

/** Opens both listeners or throws `cannot listen for …` with neither left open. */
export async function startReceivers<P extends object>(options: ReceiveOptions<P>): Promise<Receivers> {
  const limits: ReceiveLimits = { ...LIMITS, ...options.limits };
  const budget = new Budget(limits.requests_in_flight_max, limits.bytes_in_flight_max);
  const { door, meter, report, tls = null } = options;
  const reception: Reception<P> = { door, meter, report, limits, budget, inflater: new Inflater(limits.body_inflated_bytes_max), tls };
  const http = new HttpReceiver(reception);
  const grpc = new GrpcReceiver(reception);
  const httpAt = await http.listen(options.http);
  let grpcAt: AddressInfo;
  try {
    grpcAt = await grpc.listen(options.grpc);
  } catch (failure) {
    await http.stop();
    throw failure;
  }
  return {
    addresses: { http: { host: httpAt.address, port: httpAt.port }, grpc: { host: grpcAt.address, port: grpcAt.port } },
    inFlight: () => ({ requests: budget.requests, bytes: budget.bytes }),
    async stop() {
      await Promise.all([http.stop(), grpc.stop()]);
    },
  };
}

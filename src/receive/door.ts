/**
 * What receiving needs from the rest of the server: who may enter, and where bodies go. Both transports ask the same
 * questions in the same order: path, method, credential, media type, coding, length, state of the server; then they read.
 */
import type { Encoding } from '#otlp';
import type { Refusal, RefusalCode } from '#refusal';
import type { Peer, Tls } from '#tls';
import type { Budget } from './budget.ts';
import type { Inflater } from './inflate.ts';

/** All values of the Authorization header; attacker-controlled. */
export type Authorization = string | readonly string[] | undefined;

/** What became of the spans. 0 and '' = all taken; 0 with a message = a warning. */
export interface Taken {
  readonly rejectedSpans: number;
  readonly message: string;
}
export type IngestAnswer = Taken | Refusal;

export interface IngestDoor<P extends object> {
  /** Who sends, from headers and the client certificate of the connection alone, before a byte of the body is read. `peer` null: it has none. A promise where somebody else must be asked first. */
  authenticate(authorization: Authorization, peer: Peer | Refusal | null): P | Refusal | Promise<P | Refusal>;
  /** May a request enter now? Asked before the body is read; null = yes, else overloaded, disk_full, draining, store_unavailable. */
  admit(): Refusal | null;
  /**
   * One request, decompressed, never empty. The body has an ArrayBuffer of its own, from offset 0, which the callee may
   * transfer. Resolves when what was taken is durable.
   */
  submit(producer: P, body: Uint8Array, encoding: Encoding): Promise<IngestAnswer>;
}

export type Transport = 'http' | 'grpc';
export type Outcome = 'ok' | 'partial' | 'aborted' | RefusalCode;

/** Counts without payload. Called on the hot path. */
export interface ReceiveMeter {
  /** A request ended. `aborted`: the sender went away before its body was complete. */
  ended(transport: Transport, outcome: Outcome, ms: number): void;
  /** A body arrived whole. */
  arrived(transport: Transport, wireBytes: number, inflatedBytes: number): void;
  /** A connection was closed at once: too many are open. */
  turnedAway(transport: Transport): void;
}

export interface ReceiveLimits {
  readonly body_wire_bytes_max: number;
  readonly body_inflated_bytes_max: number;
  readonly headers_ms_max: number;
  readonly request_ms_max: number;
  readonly idle_connection_ms_max: number;
  readonly connections_max: number;
  readonly requests_in_flight_max: number;
  readonly bytes_in_flight_max: number;
  readonly refused_body_ms_max: number;
  readonly drain_ms_max: number;
}

/** What both transports share. */
export interface Reception<P extends object> {
  readonly door: IngestDoor<P>;
  readonly meter: ReceiveMeter;
  readonly limits: ReceiveLimits;
  readonly budget: Budget;
  readonly inflater: Inflater;
  /** Null: plain, on loopback. */
  readonly tls: Tls | null;
  /** Hears of failures: answers of the door that are no answers. The request id is in the answer to the sender. */
  readonly report: (failure: unknown, requestId: string) => void;
}

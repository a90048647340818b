/** A request on its way through the sequencer, and what is accounted of it. */
import type { Producer, RequestAccount } from '#model';
import type { Taken } from '#pipeline';
import type { Refusal } from '#refusal';
import type { Lane } from './lanes.ts';

export type IngestAnswer = { readonly rejectedSpans: number; readonly message: string } | Refusal;

/** Who sent which bytes. */
export interface Sent {
  readonly producer: Producer;
  readonly digest: string;
}

export interface Content {
  readonly body: Uint8Array;
  readonly encoding: 'protobuf' | 'json';
}

export interface Request extends Sent {
  readonly bytes: number;
  readonly lane: Lane;
  readonly answer: (answer: IngestAnswer) => void;
  readonly submitted_ms: number;
  taken: Taken | null;
  /** Its block came back and is on its way to the store: what becomes of the worker no longer matters. */
  committing: boolean;
}

/** The whole request. */
export function accountOf({ producer, digest }: Sent, taken: Taken): RequestAccount {
  const { received, stored, refused, dropped, minimized, message } = taken;
  return { producer: producer.id, tenant: producer.tenant, digest, received, stored, refused, dropped, minimized, answer: { rejectedSpans: received - stored - dropped, message } };
}

/** Without what was dropped; says of no request that it is taken. */
export function accountOfStored(sent: Sent, taken: Taken): RequestAccount {
  return { ...accountOf(sent, taken), digest: '', received: taken.received - taken.dropped, dropped: 0 };
}

/** The rest of it. */
export function accountOfDropped(sent: Sent, taken: Taken): RequestAccount {
  return { ...accountOf(sent, taken), received: taken.dropped, whole: taken.received, stored: 0, refused: {}, minimized: {} };
}

/** Of a request that was sent before: nothing of it is stored, and it is not remembered a second time. */
export function accountOfRepeated(producer: Producer, received: number): RequestAccount {
  return { producer: producer.id, tenant: producer.tenant, digest: '', received, stored: 0, refused: {}, dropped: 0, minimized: {}, answer: { rejectedSpans: 0, message: '' } };
}

/**
 * Collects the body of an HTTP request into one buffer of its own. A declared length gets a buffer of that size and one
 * copy; a chunked body a buffer that doubles. Bytes are accounted as they arrive, not as they are announced.
 */
import type { IncomingMessage } from 'node:http';
import { type Refusal, refuse } from '#refusal';
import type { Lease } from './budget.ts';
import { isExclusive, release } from '#batch';

const FIRST_ROOM = 64 * 1024;

/** The sender went away, or was cut, before its body was complete: there is nobody to answer. */
export const ABORTED = 'aborted';

/**
 * Reads at most `max` bytes; above it the rest is left unread. Refusals: body_too_large, overloaded.
 * The bytes read stay accounted in `lease`.
 */
export function collect(request: IncomingMessage, declared: number | null, max: number, lease: Lease): Promise<Uint8Array | Refusal | typeof ABORTED> {
  return new Promise((resolve) => {
    let body: Uint8Array = Buffer.allocUnsafeSlow(declared ?? FIRST_ROOM);
    let length = 0;
    const settle = (outcome: Uint8Array | Refusal | typeof ABORTED): void => {
      request.off('data', onData).off('end', onEnd).off('close', onGone);
      // After a refusal the stream is paused; whoever answers decides what becomes of the rest.
      if (!(outcome instanceof Uint8Array)) request.pause();
      resolve(outcome);
    };
    const onData = (chunk: Uint8Array): void => {
      const next = length + chunk.length;
      if (next > max) return settle(refuse('body_too_large', `more than ${max} bytes`));
      if (!lease.take(chunk.length)) return settle(refuse('overloaded', 'bytes in flight'));
      if (next > body.length) body = widened(body, length, Math.min(max, Math.max(next, body.length * 2)));
      body.set(chunk, length);
      length = next;
      // Node's parser makes a buffer for each chunk.
      if (isExclusive(chunk)) release(chunk);
    };
    const onEnd = (): void => settle(length === body.length ? body : new Uint8Array(body.subarray(0, length)));
    const onGone = (): void => settle(ABORTED);
    request.on('data', onData).on('end', onEnd).on('close', onGone);
    request.on('error', ignore); // always followed by 'close'
  });
}

function widened(body: Uint8Array, length: number, room: number): Uint8Array {
  const wider = Buffer.allocUnsafeSlow(room);
  wider.set(body.subarray(0, length));
  release(body);
  return wider;
}

function ignore(): void {}

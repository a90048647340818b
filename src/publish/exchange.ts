/**
 * One POST to a host that the operator configured, which may still be slow, broken or hostile: no redirect is followed, time and size of the answer
 * are bounded, and nothing of it reaches a message.
 */
import { LIMITS } from '#limits';

export interface Exchanged {
  readonly status: number;
  readonly body: Uint8Array;
}

/** Throws when there is no whole answer in time and within the size. */
export async function post(url: string, body: string, answer_ms: number, signal: AbortSignal): Promise<Exchanged> {
  const late = AbortSignal.timeout(answer_ms);
  let response: Response;
  try {
    response = await fetch(url, { method: 'POST', body, redirect: 'manual', headers: { 'content-type': 'text/plain; charset=utf-8', 'accept-encoding': 'identity' }, signal: AbortSignal.any([late, signal]) });
    return { status: response.status, body: await boundedBody(response) };
  } catch (cause) {
    if (cause instanceof TooLargeError) throw cause;
    throw new Error(late.aborted ? `cannot get an answer within ${answer_ms / 1000} s` : `cannot reach it${reasonOf(cause)}`, { cause });
  }
}

class TooLargeError extends Error {}

async function boundedBody(response: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    // Leaving the loop cancels the rest.
    if (bytes > LIMITS.witness_answer_bytes_max) throw new TooLargeError(`cannot take an answer of more than ${LIMITS.witness_answer_bytes_max} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** The code of the system's error, such as ECONNREFUSED: its text may quote what was sent. */
function reasonOf(error: unknown): string {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    if ('code' in at && typeof at.code === 'string') return ` (${at.code.slice(0, 40)})`;
  }
  return '';
}

/**
 * One POST to a host that the operator configured, which may still be slow, broken or hostile: no redirect is followed, time and size of the answer
 * are bounded, and nothing of it reaches a message.
 */
import { request as plainRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as tlsRequest, type Agent } from 'node:https';
import { LIMITS } from '#limits';

export interface Exchanged {
  readonly status: number;
  readonly body: Uint8Array;
}

export interface ExchangeOptions {
  readonly answer_ms: number;
  readonly stopped: AbortSignal;
  /** For https addresses. */
  readonly agent: Agent;
}

/** Throws when there is no whole answer in time and within the size. */
export async function post(url: string, body: string, { answer_ms, stopped, agent }: ExchangeOptions): Promise<Exchanged> {
  const late = AbortSignal.timeout(answer_ms);
  const signal = AbortSignal.any([late, stopped]);
  try {
    return await exchange(url, body, signal, agent, true);
  } catch (cause) {
    if (cause instanceof TooLargeError) throw cause;
    throw new Error(late.aborted ? `cannot get an answer within ${answer_ms / 1000} s` : reasonOf(cause), { cause });
  }
}

function exchange(url: string, body: string, signal: AbortSignal, agent: Agent, again: boolean): Promise<Exchanged> {
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', signal, maxHeaderSize: LIMITS.headers_bytes_max, headers: { 'content-type': 'text/plain; charset=utf-8', 'content-length': Buffer.byteLength(body), 'accept-encoding': 'identity' } };
    const answered = (response: IncomingMessage): void => void boundedBody(response).then((bytes) => resolve({ status: response.statusCode ?? 0, body: bytes }), reject);
    // In clear there is no handshake to save.
    const request: ClientRequest = url.startsWith('https:') ? tlsRequest(url, { ...options, agent }, answered) : plainRequest(url, { ...options, agent: false }, answered);
    // A kept connection may have been closed by the other side just now.
    request.on('error', (error) => (again && request.reusedSocket && !signal.aborted ? resolve(exchange(url, body, signal, agent, false)) : reject(error))).end(body);
  });
}

class TooLargeError extends Error {}

async function boundedBody(response: IncomingMessage): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response as AsyncIterable<Uint8Array>) {
    bytes += part.length;
    // Leaving the loop ends the connection.
    if (bytes > LIMITS.witness_answer_bytes_max) throw new TooLargeError(`cannot take an answer of more than ${LIMITS.witness_answer_bytes_max} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

const UNTRUSTED = /CERT|ISSUER|SELF_SIGNED|UNABLE_TO_VERIFY|HOSTNAME_MISMATCH/;

/** By the code of the system's error, such as ECONNREFUSED: its text may quote what was sent. */
function reasonOf(error: unknown): string {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    if (!('code' in at && typeof at.code === 'string')) continue;
    const code = at.code.slice(0, 40);
    return UNTRUSTED.test(code) && !code.startsWith('ERR_SSL') ? `cannot trust its certificate (${code}): the setting witness-ca names further authorities` : `cannot reach it (${code})`;
  }
  return 'cannot reach it';
}

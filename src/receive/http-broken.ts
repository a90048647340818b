/**
 * What to say when there is no request to answer: its headers or body came too slowly, were too large, or were not HTTP.
 * The answer is written to the socket by hand and the connection ends.
 */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { LIMITS } from '#limits';
import { statusAnswer } from '#otlp';
import { type Refusal, type RefusalCode, REFUSALS, refuse } from '#refusal';

/**
 * Ends a connection on which Node's parser gave up, with an answer if `answerable`. Returns what was wrong, or null when
 * the connection was lost.
 */
export function answerBroken(error: Error & { code?: string }, socket: Socket, answerable: boolean): RefusalCode | null {
  const refusal = refusalOf(error.code ?? '');
  if (refusal === null || !answerable || !socket.writable) {
    socket.destroy();
    return refusal?.refused ?? null;
  }
  const body = statusAnswer(refusal, 'json');
  const { http } = REFUSALS[refusal.refused];
  const head = `HTTP/1.1 ${http} ${STATUS_CODES[http] ?? ''}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
  socket.write(head, 'latin1');
  socket.end(body);
  // The other side may never close; unread bytes are left to the socket's end.
  setTimeout(() => socket.destroy(), LIMITS.refused_body_ms_max).unref();
  return refusal.refused;
}

function refusalOf(code: string): Refusal | null {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return refuse('sender_too_slow');
  if (code === 'HPE_HEADER_OVERFLOW') return refuse('headers_too_large');
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return refuse('body_too_large', 'chunk extensions');
  // The sender went away in the middle of a request.
  if (code === 'HPE_INVALID_EOF_STATE') return null;
  // The name of the parser's rule, from a closed list, not the bytes that broke it.
  if (code.startsWith('HPE_')) return refuse('body_undecodable', `not HTTP/1.1: ${code}`);
  return null;
}

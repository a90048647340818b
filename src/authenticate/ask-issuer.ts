/**
 * Questions to an issuer of tokens: its description, its keys, its token endpoint. The operator named it, and it may still be slow, broken or
 * taken over: only https is asked, plain http on loopback alone, no redirect is followed, time and size of the answer are bounded, and
 * nothing of it reaches a message.
 */
import { LIMITS } from '#limits';
import { readHttpsAddress } from '#tls/https-address';

/** The part of `fetch` that is used, so that tests can stand in for an issuer. */
export type Ask = (url: string, init: RequestInit) => Promise<Response>;

/** An answer whose body is here whole. Throws when there is none in time and within the size, or the address may not be asked. */
export async function askIssuer(url: string, init: RequestInit, ask: Ask = fetch): Promise<Response> {
  if (readHttpsAddress(url) === null) throw new Error('cannot ask an issuer at an address that is neither https nor on this machine');
  const late = AbortSignal.timeout(LIMITS.issuer_answer_ms_max);
  try {
    const response = await ask(url, { ...init, redirect: 'manual', signal: init.signal ? AbortSignal.any([late, init.signal]) : late });
    const body = await boundedBody(response);
    // A status that never has a body takes none (Fetch §6.4).
    return new Response(body.length === 0 ? null : body, { status: response.status, headers: response.headers });
  } catch (cause) {
    throw new Error(late.aborted ? `cannot get an answer of the issuer within ${LIMITS.issuer_answer_ms_max / 1_000} s` : 'cannot get an answer of the issuer', { cause });
  }
}

/** The JSON of an address. Throws for any status but 200: a redirect is one of those. */
export async function askForJson(url: string, ask: Ask = fetch): Promise<unknown> {
  const response = await askIssuer(url, { method: 'GET', headers: { accept: 'application/json' } }, ask);
  if (response.status !== 200) throw new Error(`cannot read the answer of the issuer: its status is ${response.status}`);
  return response.json();
}

async function boundedBody(response: Response): Promise<Buffer<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    // Leaving the loop cancels the rest.
    if (bytes > LIMITS.issuer_answer_bytes_max) throw new Error(`cannot take an answer of more than ${LIMITS.issuer_answer_bytes_max} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

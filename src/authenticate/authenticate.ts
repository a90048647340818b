/**
 * Who asks, from the Authorization header alone: nothing else of a request has been read when this runs, and nothing in its body can
 * change the answer. Ingest keys send, tokens read; neither does the other's work. No answer is kept: a revoked credential is
 * refused as soon as `#control` notices (see `revocation_ms_max`).
 */
import type { ControlStore } from '#control';
import type { Producer, Reader } from '#model';
import { isRefusal, refuse } from '#refusal';
import type { Refusal } from '#refusal';

export type { Producer, Reader } from '#model';

/** The field value, or all of them when the header was repeated; attacker-controlled. */
export type AuthorizationHeader = string | readonly string[] | undefined;

export interface Authenticator {
  /** The producer whose ingest key this is. Refusals: credential_missing, credential_unknown, credential_wrong_kind, store_unavailable. */
  producer(header: AuthorizationHeader): Producer | Refusal;
  /** The reader whose token this is. The same refusals. */
  reader(header: AuthorizationHeader): Reader | Refusal;
}

/** What a 401 answer says in WWW-Authenticate (RFC 9110 §11.6.1 requires one, RFC 6750 §3 gives its form). */
export const CHALLENGE = 'Bearer realm="tracekeep"';

/** `report` hears of failures of the control database, which callers see as a retryable refusal: on doubt nobody comes in. */
export function createAuthenticator(control: Pick<ControlStore, 'findCredential'>, report: (failure: unknown) => void = () => {}): Authenticator {
  const holder = (header: AuthorizationHeader) => {
    const credential = readBearer(header);
    if (isRefusal(credential)) return credential;
    try {
      return control.findCredential(credential);
    } catch (failure) {
      report(failure);
      return refuse('store_unavailable', 'credentials cannot be checked');
    }
  };
  return {
    producer(header) {
      const found = holder(header);
      if (isRefusal(found)) return found;
      return found.kind === 'producer' ? found.producer : refuse('credential_wrong_kind', 'a token, where an ingest key is needed');
    },
    reader(header) {
      const found = holder(header);
      if (isRefusal(found)) return found;
      return found.kind === 'token' ? found.reader : refuse('credential_wrong_kind', 'an ingest key, where a token is needed');
    },
  };
}

/** RFC 9110 §11.4: a scheme in any case, one or more spaces, then for Bearer a `token68` (RFC 6750 §2.1). Every quantifier is bounded. */
const BEARER = /^bearer {1,8}([A-Za-z0-9._~+/-]{1,256}={0,2})$/i;
const FIELD_CHARACTERS_MAX = 512;

function readBearer(header: AuthorizationHeader): string | Refusal {
  const values = header === undefined ? [] : typeof header === 'string' ? [header] : header;
  const first = values[0];
  if (first === undefined || first === '') return refuse('credential_missing');
  // Authorization takes one value (RFC 9110 §5.3). Choosing among several would let a proxy and us see different senders.
  if (values.length > 1) return refuse('credential_unknown', 'more than one Authorization header');
  if (first.length > FIELD_CHARACTERS_MAX) return refuse('credential_unknown', `the Authorization header has ${first.length} characters`);
  const value = trimOptionalWhitespace(first);
  const token = BEARER.exec(value)?.[1];
  if (token !== undefined) return token;
  if (/^bearer$/i.test(value)) return refuse('credential_missing', 'nothing follows "Bearer"');
  return refuse('credential_unknown', 'the Authorization header is not of the form "Bearer <credential>"');
}

/** RFC 9110 §5.5: spaces and tabs around a field value do not belong to it. HTTP/1 parsers remove them, HTTP/2 leaves them. */
function trimOptionalWhitespace(text: string): string {
  return text.replace(/^[ \t]{1,512}/, '').replace(/[ \t]{1,512}$/, '');
}

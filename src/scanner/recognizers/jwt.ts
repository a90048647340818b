/**
 * JSON Web Tokens and relatives: JWS and JWE in compact form (RFC 7515, RFC 7516), unsecured JWTs, JWE with an empty key,
 * PASETO, and tokens cut off in the middle.
 */
import { FEATURE } from '#scanner/features';
import type { Recognizer } from '#scanner/recognizer';

export const jwt: Recognizer = {
  id: 'jwt',
  kind: 'jwt',
  needs: FEATURE.knownPrefix | FEATURE.dot,
  find(text, _keyClass, mark) {
    for (const match of text.matchAll(JWT)) {
      const lead = (match[1] as string).length;
      mark(match.index + lead, match.index + match[0].length);
    }
  },
};

/** `{"` in base64url is `eyJ`, and `{ "`, `{\n"` are `eyA`, `ewo`; two to five parts. PASETO: version, purpose, payload, footer. */
const JWT =
  /(^|[^A-Za-z0-9_-])(?:(?:ey[A-Za-z0-9]|ewo)[A-Za-z0-9_-]{8,16384}=?\.(?:[A-Za-z0-9_-]{6,16384}={0,2}(?:\.[A-Za-z0-9_/+-]{0,16384}={0,2}){0,3}|\.[A-Za-z0-9_-]{6,1024}(?:\.[A-Za-z0-9_-]{1,16384}){1,2})|v[1-4]\.(?:local|public)\.[A-Za-z0-9_-]{20,16384}(?:\.[A-Za-z0-9_-]{1,4096})?)/g;

/**
 * Credentials of an authorization header, wherever they stand: `Bearer …`, `Basic …`, `Digest …`, `AWS4-HMAC-SHA256 …`
 * (RFC 9110 §11, RFC 6750, RFC 7617, RFC 7616). The scheme's name stays, since it is useful and secret to nobody.
 */
import { FEATURE } from '#scanner/features';
import type { Recognizer } from '#scanner/recognizer';
import { isPlaceholder, looksLikePassword, looksRandom } from '#scanner/values';

export const authorization: Recognizer = {
  id: 'authorization',
  kind: 'authorization',
  needs: FEATURE.schemeWord,
  find(text, _keyClass, mark) {
    for (const match of text.matchAll(SCHEME_AND_TOKEN)) {
      const token = match[2] as string;
      const start = match.index + match[0].length - token.length;
      if (isCredential(match[1] as string, token)) mark(start, start + token.length);
    }
    for (const match of text.matchAll(SCHEME_AND_PARAMETERS)) {
      const parameters = match[2] as string;
      const start = match.index + match[0].length - parameters.length;
      for (const parameter of parameters.matchAll(PARAMETER)) {
        const value = parameter[2] as string;
        const from = start + parameter.index + parameter[0].indexOf(value, (parameter[1] as string).length);
        if (!isPlaceholder(value)) mark(from, from + value.length);
      }
    }
  },
};

/** A scheme that is followed by one token (RFC 9110 token68), and a few that services made up. */
const SCHEME_AND_TOKEN = /\b(bearer|basic|token|apikey|api-key|negotiate|ntlm|gssapi|dpop|sharedkey|sharedkeylite|ssws|genie-?key|key|jwt|oauth)(?:[ \t]{1,4}|%20|\+|["']?: ?["']?)(?:token[= ]|key=)?["']?([A-Za-z0-9._~+/=:!@#$%^&*-]{6,16384})/gi;

/** A scheme that is followed by parameters; the ones that prove something are secret, realm and algorithm are not. */
const SCHEME_AND_PARAMETERS = /\b(digest|aws4-hmac-sha256|aws4-ecdsa-p256-sha256|hmac|hawk|oauth|mac|signature|apikey|credential|goog4-rsa-sha256)[ \t]{1,4}((?:[A-Za-z_-]{1,40}=(?:"[^"\n]{0,2048}"|[^\s,"]{1,2048})[ \t]{0,4}[,;]?[ \t\r\n]{0,8}){1,30})/gi;
const PARAMETER = /\b(response|cnonce|nonce|signature|credential|oauth_token|oauth_signature|oauth_consumer_key|oauth_nonce|mac|id|key|hash|token|opaque|username)="?([^",\s]{1,2048})/gi;

/** Schemes that are also words: what follows must look like a credential. */
function isCredential(scheme: string, token: string): boolean {
  if (isPlaceholder(token) || isPlaceholder(token.replace(/[.,;:]+$/, ''))) return false;
  switch (scheme.toLowerCase()) {
    case 'basic':
      return isBasic(token);
    case 'bearer':
      return !/^(?:auth(?:entication|orization)?|token|tokens|error|realm|scheme|format|prefix|scope|method|is|not|and|or)\b/i.test(token) && (looksLikePassword(token) || token.length >= 16);
    case 'token':
    case 'key':
    case 'oauth':
      return looksRandom(token.replace(/[.,;:]+$/, ''));
    default:
      return looksLikePassword(token) || looksRandom(token);
  }
}

/** Base64 of `user:password` (RFC 7617), or anything long that is no word. */
function isBasic(token: string): boolean {
  if (!/^[A-Za-z0-9+/_-]{4,}={0,2}/.test(token)) return false;
  const decoded = Buffer.from(token.slice(0, 512), 'base64').toString('latin1');
  const printable = /^[\x20-\x7e\x80-\xff]*$/.test(decoded);
  return (printable && decoded.includes(':') && decoded.length >= 3) || (token.length >= 16 && looksRandom(token));
}

/**
 * Marks the credential of a header's whole value `text[start, end)`: all after a scheme's name, or all. Several values of
 * one header separated by commas are one value here.
 */
export function markAuthorizationValue(text: string, start: number, end: number, mark: (start: number, end: number) => void): void {
  const value = text.slice(start, end);
  const scheme = /^\s{0,8}(?:(?:bearer|basic|digest|token|apikey|api-key|negotiate|ntlm|dpop|gnap|hoba|hawk|mac|mutual|oauth|privatetoken|scram-sha-\d+|vapid|sharedkey|sharedkeylite|sharedaccesssignature|aws4-hmac-sha256|aws4-ecdsa-p256-sha256|aws|goog4-rsa-sha256|signature|hmac|hmac-sha256|ssws|geniekey|key|jwt|credential|sso-key|concealed)[ \t:]{1,8})?/i.exec(value)?.[0].length ?? 0;
  const rest = value.slice(scheme);
  if (rest === '' || isPlaceholder(rest.trim())) return;
  mark(start + scheme, end);
}

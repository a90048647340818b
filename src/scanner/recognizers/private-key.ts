/**
 * Private keys: PEM (RFC 7468), OpenSSH, PGP, PuTTY, age, on many lines, on one line with `\n` written out, cut off before
 * their end, and the private members of a JSON Web Key (RFC 7518 §6.3.2).
 */
import { FEATURE } from '#scanner/features';
import type { Recognizer } from '#scanner/recognizer';

export const privateKey: Recognizer = {
  id: 'private-key.pem',
  kind: 'private-key',
  needs: FEATURE.knownPrefix | FEATURE.hyphen,
  find(text, _keyClass, mark) {
    BEGIN.lastIndex = 0;
    let hasFooter = true;
    for (let begin = BEGIN.exec(text); begin !== null; begin = BEGIN.exec(text)) {
      const bodyStart = begin.index + begin[0].length;
      const close: number = hasFooter ? text.indexOf('-----END', bodyStart) : -1;
      hasFooter = close >= 0;
      const bodyEnd = close < 0 ? endOfBody(text, bodyStart) : close;
      const end = close < 0 ? bodyEnd : endOfFooter(text, close);
      BEGIN.lastIndex = Math.max(end, bodyStart);
      if (/[A-Za-z0-9+/]{8}/.test(text.slice(bodyStart, Math.min(bodyEnd, bodyStart + 4096)))) mark(begin.index, end);
    }
  },
};

/** The body alone, as configurations hold it: PKCS #8 and PKCS #1 of RSA, PKCS #8 and SEC 1 of elliptic curves, Ed25519 (by the algorithm's identifier behind the version), OpenSSH (by its magic word). */
export const bareKey: Recognizer = {
  id: 'private-key.bare',
  kind: 'private-key',
  needs: FEATURE.knownPrefix | FEATURE.longToken,
  find(text, _keyClass, mark) {
    BARE.lastIndex = 0;
    for (let begin = BARE.exec(text); begin !== null; begin = BARE.exec(text)) {
      const end = endOfLines(text, begin.index);
      BARE.lastIndex = end;
      if (end - begin.index >= 60) mark(begin.index, end);
    }
  },
};

const BARE = /(?<![A-Za-z0-9+/])(?:MII[A-Za-z0-9+/]{3}IBA(?:DANBgkqhkiG9w0B|AK[BC])|MI[GH][A-Za-z0-9+/]AgEAM[A-Za-z0-9]{1,2}GByqGSM49Ag|MC4CAQAwBQYDK2V|MHcCAQEEI|b3BlbnNzaC1rZXktdj)/g;

/** Where the rows of base64 end, the last of which may be short. */
function endOfLines(text: string, start: number): number {
  const lines = /[A-Za-z0-9+/]{1,16384}(?:(?:\r?\n|\\r?\\n|\\n)[ \t]{0,8}[A-Za-z0-9+/]{16,100}){0,400}(?:(?:\r?\n|\\n)[ \t]{0,8}[A-Za-z0-9+/]{1,100}(?=[="'`]|\s*$))?={0,2}/y;
  lines.lastIndex = start;
  lines.exec(text);
  return Math.max(lines.lastIndex, start + 1);
}

export const puttyKey: Recognizer = {
  id: 'private-key.putty',
  kind: 'private-key',
  needs: FEATURE.knownPrefix | FEATURE.colon,
  find(text, _keyClass, mark) {
    for (const match of text.matchAll(/PuTTY-User-Key-File-\d:[^\n]{0,200}(?:\r?\n|\\n)[\s\S]{0,200}?Private-Lines: \d{1,3}(?:\r?\n|\\r?\\n|\\n)((?:[A-Za-z0-9+/=]{1,80}(?:\r?\n|\\r?\\n|\\n|$)){1,200})/g)) {
      const lines = match[1] as string;
      mark(match.index + match[0].length - lines.length, match.index + match[0].length);
    }
  },
};

export const jsonWebKey: Recognizer = {
  id: 'private-key.jwk',
  kind: 'private-key',
  needs: FEATURE.knownPrefix | FEATURE.quote,
  find(text, _keyClass, mark) {
    if (!/"kty\\*"\s{0,4}:/.test(text)) return;
    for (const match of text.matchAll(/\\{0,7}"(?:d|p|q|dp|dq|qi|k)\\{0,7}"\s{0,4}:\s{0,4}\\{0,7}"([A-Za-z0-9_-]{16,4096})/g)) {
      const value = match[1] as string;
      mark(match.index + match[0].length - value.length, match.index + match[0].length);
    }
  },
};

const BEGIN = /-----BEGIN[ +_][A-Z0-9 +_.-]{0,60}?(?:PRIVATE|SECRET)[ +_]KEY(?:[ +_]BLOCK)?-----/gi;

/** Base64 lines and armour headers, with real or written-out line breaks. */
function endOfBody(text: string, start: number): number {
  const body = /(?:[A-Za-z0-9+/=\s\\,]|[A-Za-z-]{1,30}: [^\n\\]{0,100}){0,16384}/y;
  body.lastIndex = start;
  body.exec(text);
  return Math.max(body.lastIndex, start);
}

function endOfFooter(text: string, close: number): number {
  const footer = /-----END[A-Za-z0-9 +_]{0,80}(?:-----)?/y;
  footer.lastIndex = close;
  footer.exec(text);
  return Math.max(footer.lastIndex, close + 8);
}

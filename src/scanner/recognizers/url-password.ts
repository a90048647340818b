/**
 * Credentials in URLs: `scheme://user:password@host` (RFC 3986 §3.2.1, deprecated for exactly this reason). The user stays,
 * the password goes; a lone user part that looks like a token (`https://ghp_…@github.com`, a Sentry DSN) goes as well.
 */
import { FEATURE } from '#scanner/features';
import type { Recognizer } from '#scanner/recognizer';
import { isPlaceholder, isReplaced, looksRandom } from '#scanner/values';

export const urlPassword: Recognizer = {
  id: 'password.url',
  kind: 'password',
  needs: FEATURE.at | FEATURE.slashSlash,
  find(text, _keyClass, mark) {
    let passed = 0;
    for (let at = text.indexOf(':'); at !== -1; at = text.indexOf(':', Math.max(passed, at + 1))) {
      const start = authorityBehind(text, at, passed);
      if (start < 0) continue;
      passed = start;
      const end = endOfUserinfo(text, start);
      if (end < 0) continue;
      passed = end;
      const userinfo = text.slice(start, end);
      const colon = userinfo.indexOf(':');
      if (colon < 0) {
        if (looksRandom(userinfo) && !isPlaceholder(userinfo)) mark(start, end);
        continue;
      }
      const password = userinfo.slice(colon + 1);
      if (password !== '' && password !== 'x-oauth-basic' && !isReplaced(password) && !isPlaceholder(password)) mark(start + colon + 1, end);
      const user = userinfo.slice(0, colon);
      if ((password === '' || password === 'x-oauth-basic') && user.length >= 12 && looksRandom(user, 12)) mark(start, start + colon);
    }
  },
};

/** `jdbc:oracle:thin:user/password@host`, and the same in `easy connect` strings. */
export const oracleUrl: Recognizer = {
  id: 'password.oracle',
  kind: 'password',
  needs: FEATURE.at | FEATURE.colon,
  find(text, _keyClass, mark) {
    if (!text.includes(':152') && !text.includes('jdbc:oracle:')) return;
    for (const match of text.matchAll(/(?:jdbc:oracle:\w{1,10}:[^\s/@"']{1,128}|(?<![\w/.:-])[A-Za-z][\w$#]{0,63})\/([^\s@"'/]{1,256})(?=@(?:\/\/)?[\w.-]{1,253}:152\d|(?<=jdbc:oracle:\w{1,10}:[^\s/@"']{1,128}\/[^\s@"'/]{1,256})@)/g)) {
      const password = match[1] as string;
      const start = match.index + match[0].length - password.length;
      if (!isReplaced(password) && !isPlaceholder(password)) mark(start, start + password.length);
    }
  },
};

/** `user:password@tcp(host:3306)/db`, `user:password@/db`: how drivers of Go name a MySQL, and what their errors repeat. The password goes to the last @ before the network. */
export const dataSource: Recognizer = {
  id: 'password.data-source',
  kind: 'password',
  needs: FEATURE.at | FEATURE.colon,
  find(text, _keyClass, mark) {
    if (!text.includes('(') && !text.includes('@/')) return;
    for (const { index } of text.matchAll(NETWORK)) {
      let start = index;
      while (start > 0 && index - start < USERINFO_MAX && !ENDS_BEFORE.test(text[start - 1]!)) start--;
      const userinfo = text.slice(start, index);
      const colon = userinfo.indexOf(':');
      const password = userinfo.slice(colon + 1);
      if (colon > 0 && !userinfo.includes('://') && (text[index + 1] !== '/' || /^[A-Za-z_][\w.-]{0,62}$/.test(userinfo.slice(0, colon))) && password !== '' && !isReplaced(password) && !isPlaceholder(password)) mark(start + colon + 1, index);
    }
  },
};

const NETWORK = /@(?:(?:tcp[46]?|udp[46]?|unix|cloudsql(?:-mysql)?|alloydb|pipe|ssh|mysql\+tcp)\(|\/(?=[\w$-]{0,64}(?:\?[\w.]{1,40}=|[\s"'`,;)]|$)))/g;
const ENDS_BEFORE = /[\s"'`<>]/;

const USERINFO_MAX = 1024;
const SCHEME_MAX = 41;

/** Where the authority begins whose scheme ends with the colon at `colon` and does not begin before `from`, slashes escaped or not; -1 = there is none. */
function authorityBehind(text: string, colon: number, from: number): number {
  let start = colon + 1;
  for (let slash = 0; slash < 2; slash++) {
    if (text.charCodeAt(start) === 0x5c) start++;
    if (text.charCodeAt(start++) !== 0x2f) return -1;
  }
  for (let at = colon - 1; at >= from && colon - at <= SCHEME_MAX; at--) {
    const unit = text.charCodeAt(at);
    if ((unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a)) return start;
    if (!(unit >= 0x30 && unit <= 0x39) && unit !== 0x2b && unit !== 0x2d && unit !== 0x2e) return -1;
  }
  return -1;
}

/** The last @ before the host ends: passwords are often pasted in unescaped, with @ and # in them. */
function endOfUserinfo(text: string, start: number): number {
  const limit = Math.min(text.length, start + USERINFO_MAX);
  let at = -1;
  let soft = -1;
  for (let i = start; i < limit; i++) {
    const unit = text.charCodeAt(i);
    if (unit <= 0x20 || unit === 0x22 || unit === 0x27 || unit === 0x60 || unit === 0x3c || unit === 0x3e || unit === 0x7c) break;
    if (unit === 0x5c) break;
    if (unit === 0x2f || unit === 0x3f || unit === 0x23) {
      if (at >= 0) break;
      if (soft < 0) soft = i;
    }
    // Behind a slash an @ belongs to the path (`https://medium.com/@name`) unless a colon came before the slash.
    if (unit === 0x40) {
      if (soft >= 0 && !isRawPassword(text, start, soft)) break;
      at = i;
    }
    if (unit === 0x2c && at >= 0) break;
  }
  return at;
}

/** `user:pa/ss@host`: a colon that no port follows, before the first slash. */
function isRawPassword(text: string, start: number, soft: number): boolean {
  const head = text.slice(start, soft);
  const colon = head.indexOf(':');
  return colon > 0 && !/^\d{1,5}$/.test(head.slice(colon + 1)) && !head.includes('[');
}

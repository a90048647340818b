/**
 * E-mail addresses, with the display name that stands before them (`Jane Doe <jane@example.com>`).
 *
 * An address needs a domain with a dot and a last label that could be a top-level domain. What only looks like one stays:
 * `pkg@1.2.3`, `image@sha256:…`, `@scope/pkg`, `Object@1a2b3c`, `logo@2x.png`, `git@github.com:org/repo`, systemd units,
 * and node names under `.svc`, `.cluster.local` and `.internal`. `user@host` after `://` is the account part of a URL,
 * not an address; `mailto:` and `sip:` are followed.
 *
 * Encoded at-signs (`%40`, `%2540`, `\u0040`, `&#64;`) are recognizers of their own, so that each runs only where its
 * characters occur. Work per at-sign is bounded, so the whole is linear.
 */
import { FEATURE } from '#scanner/features';
import type { Recognizer } from '#scanner/recognizer';
import { isDigitCode, isHexCode } from './surroundings.ts';

type MarkRange = Parameters<Recognizer['find']>[2];

export const email: Recognizer = {
  id: 'email',
  kind: 'email',
  needs: FEATURE.at,
  find(text, _keyClass, mark) {
    for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) markAddress(text, at, at + 1, mark);
  },
};

export const emailPercentEncoded: Recognizer = {
  id: 'email.percent-encoded',
  kind: 'email',
  needs: FEATURE.percent,
  find(text, _keyClass, mark) {
    for (const match of text.matchAll(/%(?:25){0,3}40/g)) markAddress(text, match.index, match.index + match[0].length, mark);
  },
};

export const emailEscaped: Recognizer = {
  id: 'email.escaped',
  kind: 'email',
  needs: FEATURE.backslash | FEATURE.digits4,
  find(text, _keyClass, mark) {
    for (const match of text.matchAll(/\\u0040/g)) markAddress(text, match.index, match.index + match[0].length, mark);
  },
};

export const emailEntity: Recognizer = {
  id: 'email.entity',
  kind: 'email',
  needs: FEATURE.ampersand | FEATURE.semicolon,
  find(text, _keyClass, mark) {
    for (const match of text.matchAll(/&(?:#64|#[xX]40|commat);/g)) markAddress(text, match.index, match.index + match[0].length, mark);
  },
};

/** Octets of a local part and of a domain (RFC 5321 §4.5.3.1); encoded text may be three times as long. */
const LOCAL_LENGTH_MAX = 64 * 3;
const DOMAIN_LENGTH_MAX = 255;
/** Characters of ASCII, besides letters and digits, that are taken into a local part; `% ` is looked at apart. */
const IS_LOCAL_PUNCTUATION = Uint8Array.from({ length: 128 }, (_none, code) => ("._+-!$*^~'".includes(String.fromCharCode(code)) ? 1 : 0));

/** Last labels that are file endings or systemd units and no top-level domain. */
const NOT_A_TOP_LEVEL_DOMAIN = new Set(
  ('png jpg jpeg gif svg webp avif ico bmp css scss less js mjs cjs jsx ts tsx vue map json jsonl xml html htm yaml yml toml txt log lock conf cfg ini env ' +
    'jar war class java kt scala go rb php cpp hpp cs dll exe so dylib whl gz tgz tar bz2 xz rar woff woff2 ttf eot pdf doc docx xls xlsx csv tsv sql bak tmp ' +
    'service socket timer target mount automount swap slice scope device').split(' '),
);
const ENDING_LENGTH_MAX = Math.max(...[...NOT_A_TOP_LEVEL_DOMAIN].map((ending) => ending.length));
const MACHINE_NAME = /\.(?:svc|cluster\.local|internal)$/i;

function markAddress(text: string, at: number, domainStart: number, mark: MarkRange): void {
  const domainEnd = endOfDomain(text, domainStart);
  if (domainEnd === -1) return;
  const start = startOfLocalPart(text, at);
  if (start === at || isNoPerson(text, start, at, domainStart, domainEnd)) return;
  const named = startOfDisplayName(text, start, domainEnd);
  if (named === -1) mark(start, domainEnd);
  else mark(named, domainEnd + 1);
}

/** The end of the longest run of labels that ends in a plausible top-level domain, or -1. */
function endOfDomain(text: string, start: number): number {
  const limit = Math.min(text.length, start + DOMAIN_LENGTH_MAX);
  let labels = 0;
  let end = -1;
  let versionLike = true; // the first two labels are numbers: `1.2.3-beta.rc`
  let i = start;
  while (i < limit) {
    const labelStart = i;
    let letters = 0;
    const first = text.charCodeAt(i);
    const ascii = first < 0x250;
    for (; i < limit && isLetterOf(text, i, ascii); i += 1) {
      const code = text.charCodeAt(i);
      if (code !== 45 && !isDigitCode(code)) letters += 1;
    }
    let labelEnd = i;
    while (labelEnd > labelStart && text.charCodeAt(labelEnd - 1) === 45) labelEnd -= 1;
    const length = labelEnd - labelStart;
    if (length === 0 || length > 63 * 3 || first === 45) break;
    labels += 1;
    if (labels <= 2 && versionLike && (letters > 1 || !/^v?\d+$/i.test(text.slice(labelStart, labelEnd)))) versionLike = false;
    if (labels >= 2 && length >= 2 && (letters === length ? !isFileEnding(text, labelStart, labelEnd) : isPunycode(text, labelStart))) end = labelEnd;
    else if (labels >= 2) end = -1;
    if (labelEnd < i) break;
    if (text.charCodeAt(i) === 46) i += 1;
    else if (text.charCodeAt(i) === 37 && /^%2[eE]/.test(text.slice(i, i + 3))) i += 3;
    else break;
    // A dot at the end of a sentence belongs to the sentence.
    if (i >= limit || !isLetterOf(text, i, true) && !isLetterOf(text, i, false)) break;
  }
  return labels >= 2 && !versionLike ? end : -1;
}

function isFileEnding(text: string, start: number, end: number): boolean {
  return end - start <= ENDING_LENGTH_MAX && NOT_A_TOP_LEVEL_DOMAIN.has(text.slice(start, end).toLowerCase());
}

/** `xn--…` (RFC 5890 §2.3.1). */
function isPunycode(text: string, start: number): boolean {
  return text.charCodeAt(start + 2) === 45 && text.slice(start, start + 4).toLowerCase() === 'xn--';
}

/**
 * The begin of the local part before `at`. Text of another script ends it (`邮箱jane@…`), an encoded delimiter
 * (`email%3Djane%40…`) ends it, and so does everything that RFC 5321 allows but URLs and logs use between values.
 */
function startOfLocalPart(text: string, at: number): number {
  const limit = Math.max(0, at - LOCAL_LENGTH_MAX);
  if (text[at - 1] === '"' || text[at - 1] === "'") {
    const open = text[at - 1] === '"' ? text.lastIndexOf('"', at - 2) : -1;
    return open >= limit && at - 2 > open && text.slice(open, at).indexOf('\n') === -1 ? open : at;
  }
  const ascii = text.charCodeAt(at - 1) < 0x250;
  let i = at;
  while (i > limit) {
    const code = text.charCodeAt(i - 1);
    if (code === 37) {
      if (!isHexCode(text.charCodeAt(i)) || !isHexCode(text.charCodeAt(i + 1))) break;
      const escape = /^(?:25){0,3}([0-9A-Fa-f]{2})/.exec(text.slice(i, i + 8))!;
      if (!isLocalCode(Number.parseInt(escape[1]!, 16))) {
        i += escape[0].length;
        break;
      }
      i -= 1;
    } else if (isLetterOf(text, i - 1, ascii) || (code < 128 && IS_LOCAL_PUNCTUATION[code] === 1)) i -= 1;
    else break;
  }
  i = Math.min(i, at);
  // `\njane@…` in JSON: the letter belongs to the escape.
  if (i > 0 && text.charCodeAt(i - 1) === 92 && 'nrtbfu'.includes(text[i]!)) i = Math.min(at, text[i] === 'u' ? i + 5 : i + 1);
  while (i < at && IS_LOCAL_PUNCTUATION[text.charCodeAt(i) & 127] === 1 && "'.!*$^~-".includes(text[i]!)) i += 1;
  return i;
}

/** A character that an escape in a local part may stand for: not a delimiter of URLs, headers or JSON. */
function isLocalCode(code: number): boolean {
  return code >= 128 || isDigitCode(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || "._+-!$*^~#".includes(String.fromCharCode(code));
}

/** A letter, digit or hyphen; beyond ASCII and Latin only if the word is in another script anyway. */
function isLetterOf(text: string, index: number, latin: boolean): boolean {
  const code = text.charCodeAt(index);
  if (code < 128) return isDigitCode(code) || code === 45 || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
  if (code < 0x250) return code >= 0xc0 && code !== 0xd7 && code !== 0xf7;
  if (latin) return false;
  return !((code >= 0x2000 && code <= 0x206f) || (code >= 0x3000 && code <= 0x303f) || (code >= 0xff00 && code <= 0xff0f) || (code >= 0xff1a && code <= 0xff20) || code >= 0xfff0);
}

function isNoPerson(text: string, start: number, at: number, domainStart: number, domainEnd: number): boolean {
  const domain = text.slice(domainStart, domainEnd);
  const last = text.charCodeAt(domainEnd - 1) | 32;
  if ((last === 0x63 || last === 0x6c) && MACHINE_NAME.test(domain)) return true;
  const local = text.slice(start, at);
  if (local.length <= 3 && /^(?:git|hg|svn)$/.test(local) && (text[domainEnd] === ':' || text[domainEnd] === '/' || text.startsWith('%3A', domainEnd))) return true;
  // Java's `Class@hash`, when a method name follows.
  if (isHexCode(domain.charCodeAt(0)) && /^[0-9a-f]{1,8}\./.test(domain) && /^[a-f]*\d/.test(domain) && /(?:^|\.)[A-Z][\w$]*$/.test(local)) return true;
  return isAccountOfUrl(text, start, at, domainStart);
}

/** Whether a literal `@` ends the account part of a URL: `ssh://deploy@host.example.com`, `https://user:pw@host.example.com`. */
function isAccountOfUrl(text: string, start: number, at: number, domainStart: number): boolean {
  if (domainStart !== at + 1) return false;
  if (start < 3) return false;
  const before = text.slice(Math.max(0, start - LOCAL_LENGTH_MAX), start);
  const scheme = before.lastIndexOf('://');
  return scheme !== -1 && !/[/?#\s"'<>@,;]/.test(before.slice(scheme + 3));
}

/**
 * Where a display name before `<local@domain>` begins, or -1. Quoted, or up to three capitalised words: what else stands
 * before the address (`failed to deliver to`) is the sentence.
 */
function startOfDisplayName(text: string, start: number, end: number): number {
  if (text[start - 1] !== '<' || text[end] !== '>') return -1;
  const before = text.slice(Math.max(0, start - 1 - LOCAL_LENGTH_MAX), start - 1);
  const quoted = /"[^"\n<>]{1,80}" ?$/.exec(before);
  if (quoted !== null) return start - 1 - quoted[0].length;
  const words = before.trimEnd().split(' ').slice(-3);
  let length = before.length - before.trimEnd().length;
  let found = 0;
  while (words.length > 0 && /^\p{Lu}[\p{L}\p{M}'’.-]*$/u.test(words.at(-1)!)) {
    length += words.pop()!.length + (found > 0 ? 1 : 0);
    found += 1;
  }
  return found === 0 ? -1 : start - 1 - length;
}

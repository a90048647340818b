/**
 * What a value looks like, judged without knowing its kind: stands in for a secret (`${TOKEN}`, `****`, `<password>`, `null`),
 * looks random, could be a password. Names decide how strict to be; these only look.
 */
import { KINDS } from './recognizer.ts';

const KIND_PLACEHOLDER = new RegExp(`^\\[(?:${KINDS.join('|')})\\]`);

/** Text that an earlier minimization left, `[email]`; everything that begins so is taken as already handled. */
export function isReplaced(value: string): boolean {
  return value.charCodeAt(0) === 0x5b && KIND_PLACEHOLDER.test(value);
}

/** The value is nothing but what an earlier minimization left. */
export function isReplacedWhole(value: string): boolean {
  return KIND_PLACEHOLDER.exec(value)?.[0].length === value.length;
}

/** True where the value is written instead of a secret: a template, a mask, a type, an absence. */
export function isPlaceholder(value: string): boolean {
  if (value === '' || (value.charCodeAt(0) === 0x5b && isReplacedWhole(value))) return true;
  if (value.length > 256 || isPlainDigest(value)) return false;
  if (value.length <= LONGEST_ABSENCE && ABSENCES.has(value.toLowerCase())) return true;
  const first = value.charCodeAt(0);
  if (first === value.charCodeAt(1) && /^(.)\1{3,}$/.test(value)) return true;
  if (isLetter(first)) {
    if ((first | 32) === 0x78 && /^[xX*•.#_\-?\s]{3,}$/.test(value)) return true;
    if (REFERENCES.some((reference) => reference.test(value))) return true;
  } else if (first < 0x30 || first > 0x39) {
    if (/^[*•.#_\-?█…·●\s]+$/.test(value) || /^[xX*•.#_\-?\s]{3,}$/.test(value) || TEMPLATES.some((template) => template.test(value))) return true;
  }
  return isMasked(value);
}

/** Sixteen hexadecimal digits or more, none five times in a row: what none of the placeholders below is. */
function isPlainDigest(value: string): boolean {
  if (value.length < 16) return false;
  let run = 0;
  let before = 0;
  for (let at = 0; at < value.length; at++) {
    const unit = value.charCodeAt(at);
    if (unit >= 128 || HEX_DIGIT[unit] === 0) return false;
    run = unit === before ? run + 1 : 1;
    if (run === 5) return false;
    before = unit;
  }
  return true;
}

const HEX_DIGIT = Uint8Array.from({ length: 128 }, (_none, unit) => (/[0-9a-fA-F]/.test(String.fromCharCode(unit)) ? 1 : 0));

function isLetter(unit: number): boolean {
  return (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a);
}

/** `ghp_xxxxxxxxxxxxxxxx`, `XXXX-PUT-YOUR-TOKEN-HERE`: a real form with its secret part blanked. */
export function isMasked(value: string): boolean {
  let run = 1;
  let masked = 0;
  for (let i = 1; i <= value.length; i++) {
    if (i < value.length && value.charCodeAt(i) === value.charCodeAt(i - 1)) {
      run++;
      continue;
    }
    if (run >= 5 && MASKS.includes(value[i - 1] as string)) masked += run;
    run = 1;
  }
  // What is left must not be a secret of its own: anybody can write a row of x behind one.
  if (masked >= 6 && (masked * 2 >= value.length || /[#*•]{12}/.test(value))) {
    const left = value.replaceAll(MASKED_RUNS, '');
    if (left.length < 16 || !looksRandom(left)) return true;
  }
  // Every word below has a letter that hexadecimal has not, or a sign.
  return /[^0-9a-fA-F]/.test(value) && /(?:your|my|insert|put|replace|enter|some)[-_ ]?(?:own[-_ ])?(?:api|access|secret|auth|token|key|password|client|here|github|openai)|[xX*]{4}[-_][xX*]{4}|change[-_]?me|placeholder|redacted|_here\b/i.test(value);
}

const MASKS = 'xX*#.01_-•?=~▒█';
const MASKED_RUNS = /([xX*#.01_\-•?=~▒█])\1{4,}/g;

const ABSENCES = new Set(
  ('null nil none undefined true false yes no on off n/a na nan empty blank missing invalid incorrect wrong expired required optional denied refused rejected failed failure error unknown unset notset ' +
    'redacted masked hidden removed filtered sanitized sanitised scrubbed obfuscated censored encrypted protected private public anonymous default disabled enabled string str text int integer long bool boolean bytes byte[] char ' +
    'object array list map varchar number float double any void basic bearer digest token_here todo tbd xxx yyy zzz ... [filtered] [redacted] [hidden] [masked] (redacted) <redacted> [object username:password user:password user:pass username:token is was not must for and or the a to in of with has ' +
    'cannot include omit same-origin should valid accepted granted ok success successful verified set reset changed updated sent created found mismatch provided option[string] &str self this').split(' '),
);

const LONGEST_ABSENCE = Math.max(...[...ABSENCES].map((absence) => absence.length));

/** Each is anchored and linear; none begins with a letter or digit. */
const TEMPLATES: readonly RegExp[] = [
  /^\$\{[^}]{0,200}\}?$/, // ${TOKEN}
  /^\$\([^)]{0,200}\)?$/, // $(cat token)
  /^\$\{\{/, // ${{ secrets.TOKEN }}
  /^\$(?:[A-Z_][A-Z0-9_]*|[a-z_]+[A-Za-z_]*|\d{1,2}|env:\w+)$/, // $TOKEN, $token, $1
  /^\{\{|^\{%|^#\{/, // {{ token }}
  /^\{[A-Za-z_][\w.\- ]{0,60}\}$/, // {token}
  /^<[^<>]{0,120}>?$/, // <your token>
  /^%[A-Za-z_]\w{0,60}%$|^%[-\d.]*[sdvqx]$|^%\(\w{1,60}\)s?$/, // %TOKEN%, %s, %(token)s
  /^\[[A-Za-z][A-Za-z _-]{0,60}\]$/, // [PASSWORD]
  /^:[a-z_]{1,40}$|^@[A-Za-z_]{1,40}$|^\?$/, // bound parameters
];

/** Those that begin with a letter. */
const REFERENCES: readonly RegExp[] = [
  /^(?:process\.env|os\.environ|os\.getenv|System\.getenv|ENV\[|env\.|secrets\.|vars\.|config\.|settings\.|self\.|this\.|request\.|req\.|props\.|var\.|local\.|data\.|module\.|params\.|options\.|opts\.|args\.)/,
  /^vault:|^arn:aws:(?:secretsmanager|ssm):|^ref\+|^op:\/\/|^keyvault:|^projects\/[\w-]+\/secrets\//, // references to a secret kept elsewhere
];

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const HEX = /^[0-9a-f]+$/i;
const DATE = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d)?/;

/** An ordinary id or digest by its form: UUID, hexadecimal, decimal, date. */
export function isOrdinaryId(value: string): boolean {
  return UUID.test(value) || HEX.test(value) || DATE.test(value) || /^(?:sha(?:1|256|384|512)|md5)[:-]/.test(value);
}

export function isUuid(value: string): boolean {
  return UUID.test(value);
}

/**
 * True when the characters look drawn at random: letters and digits (or cases) alternate far more often than in words,
 * paths, versions and camel case.
 */
export function looksRandom(value: string, lengthMin = 16): boolean {
  if (value.length < lengthMin || value.length > 4096) return false;
  let turns = 0;
  let cases = 0;
  let tokens = 0;
  let before = 0;
  for (let i = 0; i < value.length; i++) {
    const kind = kindOf(value.charCodeAt(i));
    if (kind === 0) {
      before = 0;
      continue;
    }
    tokens++;
    if (before !== 0 && before !== kind) {
      if (kind === 3 || before === 3) turns++;
      else cases++;
    }
    before = kind;
  }
  if (tokens * 10 < value.length * 7) return false;
  if (DATE.test(value)) return false;
  if (turns >= Math.max(3, value.length / 12)) return true;
  if (turns >= 2 && cases >= value.length / 6) return true;
  return value.length >= 20 && cases >= value.length * 0.42;
}

/** 1 lower, 2 upper, 3 digit, 0 other. */
function kindOf(unit: number): number {
  if (unit >= 0x61 && unit <= 0x7a) return 1;
  if (unit >= 0x41 && unit <= 0x5a) return 2;
  return unit >= 0x30 && unit <= 0x39 ? 3 : 0;
}

/** True when a word in running text is more likely a password than a word: digits, symbols or odd case in it. */
export function looksLikePassword(value: string): boolean {
  if (value.length < 4 || value.length > 200) return false;
  if (/^[\d.,]+(?:ms|s|m|h|d|%|kb|mb|gb|px)?$/i.test(value) || DATE.test(value) || ALGORITHMS.test(value)) return false;
  if (/^(?:https?|ftp|file):\/\//.test(value) || /^\.{0,2}\//.test(value) || /^[A-Za-z]:\\/.test(value)) return false;
  if (/\d/.test(value) && /[A-Za-z]/.test(value)) return !/^[A-Za-z]+[-_]?v?\d{1,2}(?:\.\d+)*$/.test(value) || value.length >= 6;
  if (/[!@#$%^&*+~?]/.test(value) && /[A-Za-z]/.test(value)) return !/^[A-Za-z']+[!?]$/.test(value);
  return /[a-z][A-Z]/.test(value) && /[A-Z]{2}|[A-Z][^A-Z]{0,2}[A-Z]/.test(value) && value.length >= 8;
}

const ALGORITHMS = /^(?:argon2(?:id?|d)?|bcrypt|scrypt|pbkdf2|sha-?\d{1,3}|md[45]|hs\d{3}|rs\d{3}|es\d{3}|ed25519|aes-?\d{0,3}|oauth-?2?|base64|utf-?8|v\d+|x509|http2?|ipv[46])$/i;

/** Code rather than a value: `getPassword()`, `user.password`, `request.headers`. Only asked where the surroundings are code. */
export function looksLikeCode(value: string): boolean {
  return /^[A-Za-z_$][\w$]*(?:(?:\.|->|::|\?\.)[A-Za-z_$][\w$]*)*(?:\(|\[|$)/.test(value) && (/[.([]|->|::/.test(value) ? !/\d/.test(value.split(/[([]/)[0] as string) || /[([]/.test(value) : false);
}

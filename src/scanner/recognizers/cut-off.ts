/**
 * What begins at the end of a long text and was cut there: SDKs and log libraries cut values at 128, 256, 1,024 or 4,096 characters, and what is left of
 * a secret has not the form by which the whole is known. Only the very end of a text counts, and only of one that is long enough to have
 * been cut; so these may be satisfied with less than the recognizers of whole secrets. What is cut and still known by its beginning
 * (a quoted literal, a private key, a token of three parts, what stands behind a name) is theirs.
 */
import { FEATURE, forEachWord } from '#scanner/features';
import { KNOWN_TOKENS } from '#scanner/known-tokens';
import { KEY, type Recognizer } from '#scanner/recognizer';
import { isMasked, isPlaceholder } from '#scanner/values';
import { couldBeCard } from './card.ts';
import { isFreeBefore, isNamed, naming } from './surroundings.ts';

/** Nobody cuts values shorter than this. */
const CUT_LENGTH_MIN = 64;
/** How much of the end is looked at: no recognizer needs more to know a secret for sure. */
const END = 200;
/** Characters behind a prefix that tell something; with a prefix of fewer than four characters, more of them. */
const REST_MIN = 6;
const REST_MIN_OF_SHORT = 12;

/** What is written where something was cut. */
const CUT_SIGN = / ?(?:\.{2,3}|…|\[truncated\]|\(truncated\)|<truncated>)$/i;

/** Where the end of a text that may have been cut is, without a sign that says so; -1 = it is too short. */
function cutAt(text: string): number {
  return text.length < CUT_LENGTH_MIN ? -1 : text.length - (CUT_SIGN.exec(text.slice(-12))?.[0].length ?? 0);
}

/** By the last character of their prefix, longest prefix first. */
const TOKENS = Map.groupBy([...KNOWN_TOKENS].sort((a, b) => b.prefix.length - a.prefix.length), ({ prefix }) => prefix.charCodeAt(prefix.length - 1));

/** What completes a token whose characters are of one sort; the longest known one has fewer than so many. */
const FILLS = ['0', 'a', 'A', 'f'];
const FILL_MAX = 200;
const completions = new Map<string, readonly { readonly fill: string; readonly length: number; readonly tail: RegExp }[]>();

/** Whether `rest` is shorter than what belongs behind the prefix, and could go on as that: what is long enough and yet no token is something else. */
function isBeginning(prefix: string, tail: string, rest: string): boolean {
  let ways = completions.get(prefix + tail);
  if (ways === undefined) {
    const expression = new RegExp(`^(?:${tail})`);
    ways = FILLS.flatMap((fill) => {
      const length = Array.from({ length: FILL_MAX }, (_none, index) => index + 1).find((count) => expression.test(fill.repeat(count)));
      return length === undefined ? [] : [{ fill, length, tail: expression }];
    });
    completions.set(prefix + tail, ways);
  }
  return ways.length === 0 ? rest.length < FILL_MAX : ways.some(({ fill, length, tail: expression }) => rest.length < length && expression.test(rest + fill.repeat(length - rest.length)));
}

export const tokenCutOff: Recognizer = {
  id: 'credential.cut-off',
  kind: 'credential',
  needs: FEATURE.knownPrefix,
  find(text, _keyClass, mark) {
    const end = cutAt(text);
    if (end < 0) return;
    const tail = text.slice(Math.max(0, end - END), end);
    forEachWord(tail, FEATURE.knownPrefix, (to) => {
      const rest = tail.slice(to);
      if (rest.length < REST_MIN || !/^[A-Za-z0-9_\-.=/+]+$/.test(rest) || !/\d/.test(rest)) return;
      const token = TOKENS.get(tail.charCodeAt(to - 1))?.find((one) => tail.endsWith(one.prefix, to) && isBeginning(one.prefix, one.tail, rest));
      if (token === undefined) return;
      const { prefix } = token;
      const start = to - prefix.length;
      if ((prefix.length < 4 && rest.length < REST_MIN_OF_SHORT) || !/[A-Za-z]/.test(prefix + rest)) return;
      if (!isFreeBefore(tail, start) || isMasked(rest) || isPlaceholder(rest)) return;
      mark(end - tail.length + start, end);
    });
  },
};

/** `jane.doe@exam`, `jane.doe@`: enough to know who it is. */
export const emailCutOff: Recognizer = {
  id: 'email.cut-off',
  kind: 'email',
  needs: FEATURE.at,
  find(text, _keyClass, mark) {
    const end = cutAt(text);
    if (end < 0 || !endsInDomain(text, end)) return;
    const match = /(?<![\w.%+@:/-])[\p{L}\d][\p{L}\d._%+-]{2,63}@(?:[A-Za-z][A-Za-z0-9-]{0,62}(?:\.[A-Za-z0-9-]{1,62}){0,3}\.?)?$/u.exec(text.slice(Math.max(0, end - END), end));
    if (match !== null && /\p{L}/u.test(match[0]) && !NO_ADDRESS.test(match[0])) mark(end - match[0].length, end);
  },
};

/** A quick answer for the text whose last @ has something else behind it than what is left of a domain. */
function endsInDomain(text: string, end: number): boolean {
  for (let at = end - 1; at >= 0 && end - at <= END; at--) {
    const unit = text.charCodeAt(at);
    if (unit === 0x40) return true;
    if (!((unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x30 && unit <= 0x39) || unit === 0x2d || unit === 0x2e)) return false;
  }
  return false;
}

/** Accounts of machines; `image@sha256`, whose other half has no dot. */
const NO_ADDRESS = /^(?:git|hg|svn|root)@|@[^.]*\d[^.]*$/;

const CARD_NAMES = naming(['(?:credit|debit|payment|bank)?.?cards?(?:.?(?:no|nr|num|number))?', 'pan', 'cc', 'visa', 'master.?card', 'amex', 'kreditkarte\\p{L}*', 'tarjeta', 'carte', 'karte\\p{L}*']);
const IBAN_NAMES = naming(['iban', 'account.?(?:no|nr|number)?', 'konto\\p{L}*', 'bank']);
/** Fewer digits of a card or an account say nothing about whose it is: the first six or eight are the issuer's. */
const NUMBER_MIN = 9;

/** Nine digits or more of a card, where a word before or the key names one. */
export const cardCutOff: Recognizer = {
  id: 'card.cut-off',
  kind: 'card',
  needs: FEATURE.number,
  find(text, keyClass, mark) {
    const end = cutAt(text);
    if (end < 0 || !endsInNumber(text, end)) return;
    const match = /(?:(?:\d{4}[ -]?){2,4}\d{1,4}|\d{4}[ -]\d{5,6}(?:[ -]\d{1,5})?)[ -]?$/.exec(text.slice(end - 24, end));
    if (match === null) return;
    const start = end - match[0].length;
    const digits = match[0].replaceAll(/[ -]/g, '');
    if (digits.length < NUMBER_MIN || !couldBeCard(digits) || !isFreeBefore(text, start)) return;
    if ((keyClass & KEY.personal) !== 0 || isNamed(text, start, end, CARD_NAMES)) mark(start, end);
  },
};

export const ibanCutOff: Recognizer = {
  id: 'iban.cut-off',
  kind: 'iban',
  needs: FEATURE.number,
  find(text, keyClass, mark) {
    const end = cutAt(text);
    if (end < 0 || !endsInNumber(text, end)) return;
    const match = /[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){1,6}[ -]?[A-Z0-9]{1,4}[ -]?$/.exec(text.slice(Math.max(0, end - 44), end));
    if (match === null || match[0].replaceAll(/[ -]/g, '').length < NUMBER_MIN) return;
    const start = end - match[0].length;
    if (isFreeBefore(text, start) && ((keyClass & KEY.personal) !== 0 || isNamed(text, start, end, IBAN_NAMES))) mark(start, end);
  },
};

/** A quick answer for the text that does not end in digits and capitals enough, and what may stand between groups of them. */
function endsInNumber(text: string, end: number): boolean {
  let count = 0;
  for (let at = end - 1; at >= 0 && count < NUMBER_MIN; at--) {
    const unit = text.charCodeAt(at);
    if ((unit >= 0x30 && unit <= 0x39) || (unit >= 0x41 && unit <= 0x5a)) count++;
    else if (unit !== 0x20 && unit !== 0x2d) return false;
  }
  return count === NUMBER_MIN;
}

/** The password of a URL whose @ is behind the end: what stands behind the colon is no port. */
export const urlPasswordCutOff: Recognizer = {
  id: 'password.url-cut-off',
  kind: 'password',
  needs: FEATURE.slashSlash | FEATURE.colon,
  find(text, _keyClass, mark) {
    const end = cutAt(text);
    if (end < 0) return;
    const slashes = text.lastIndexOf('//', end - 1);
    if (slashes < end - END || /[\s/@?#"'<>]/.test(text.slice(slashes + 2, end))) return;
    const match = /\b(?:https?|s?ftp|ssh|wss?|tcp|tls|postgres(?:ql)?|mysql|mariadb|mssql|sqlserver|oracle|clickhouse|cockroachdb|mongodb(?:\+srv)?|rediss?|valkey|memcached?|amqps?|mqtts?|nats|kafka|stomp|smtps?|imaps?|ldaps?|neo4j|bolt|elastic(?:search)?|influxdb|couchdb|git)(?:\+[a-z0-9]{1,16})?:\/\/[^\s/:@?#"'<>[\]]{1,64}:([^\s/@?#"'<>]{1,128})$/.exec(text.slice(Math.max(0, end - END), end));
    const password = match?.[1] ?? '';
    if (password !== '' && !/^\d{1,5}$/.test(password) && !isPlaceholder(password)) mark(end - password.length, end);
  },
};

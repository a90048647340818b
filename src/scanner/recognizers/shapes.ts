/**
 * Credentials that have a form of their own but no beginning that a word search could find, or one that is too short or too common
 * for it: Telegram and Discord bots, Mailchimp, Mailgun, Twilio, Facebook app tokens, Zoho, Sidekiq, Firebase and those of the table.
 */
import { FEATURE } from '#scanner/features';
import { KNOWN_TOKENS } from '#scanner/known-tokens';
import type { Recognizer } from '#scanner/recognizer';
import { isMasked, isPlaceholder, isReplaced, looksRandom } from '#scanner/values';
import { UNSOUGHT_PREFIXES } from '#scanner/words';

/** Rows of the table of known tokens whose prefixes no word search looks for. */
const UNSOUGHT = KNOWN_TOKENS.filter(({ prefix }) => UNSOUGHT_PREFIXES.has(prefix));

interface Group {
  /** Characters of which the gate needs at least one, as bits of `SIGNS`. */
  readonly signs: number;
  /** What none of its shapes is without: a quick answer for most texts. */
  readonly gate: RegExp;
  /** Any of its shapes; each alternative is bounded and begins behind a boundary. */
  readonly shapes: RegExp;
}

/** Most texts have few of the characters that the gates need, and one look at their characters is quicker than seven expressions. */
const SIGN = { colon: 1, dot: 2, bar: 4, hyphen: 8, underscore: 16, slash: 32, capital: 64, o: 128 } as const;
const SIGNS = new Uint8Array(128);
for (const [character, sign] of [[':', SIGN.colon], ['.', SIGN.dot], ['|', SIGN.bar], ['-', SIGN.hyphen], ['_', SIGN.underscore], ['/', SIGN.slash], ['o', SIGN.o]] as const) SIGNS[character.charCodeAt(0)] = sign;
SIGNS.fill(SIGN.capital, 0x41, 0x5b);

const GROUPS: readonly Group[] = [
  groupOf(SIGN.colon, /:(?:[\w-]{34}|[A-Za-z0-9+/]{22}==|[0-9a-fA-F]{16}:[0-9a-fA-F]{32}:|:[\w-]{1,30}:[A-Za-z0-9]{16})/, [
    '\\d{8,16}:A[A-Za-z0-9_-]{34}(?![A-Za-z0-9_-])', // Telegram bot
    'AAAA[A-Za-z0-9_-]{7}:[A-Za-z0-9_-]{140}', // Firebase Cloud Messaging
    '[0-9a-f]{24}:[0-9a-f]{64}(?![0-9A-Za-z])', // Ghost
    '0\\.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\\.[A-Za-z0-9]{30}:[A-Za-z0-9+/]{22}==', // Bitwarden
    '[A-Za-z0-9_-]{6}\\.[A-Za-z0-9_-]{6}:[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])', // Ably
    'K10[0-9a-f]{64}::[A-Za-z0-9_-]{1,30}:[A-Za-z0-9]{16,64}', // K3s
    '[A-Za-z0-9._-]{1,64}::[A-Za-z0-9._-]{0,64}:[0-9a-fA-F]{16}:[0-9a-fA-F]{32}:[0-9a-fA-F]{20,2000}', // NetNTLMv2
  ]),
  groupOf(SIGN.dot, /\.[\w=-]{22}|\.[\w-]{6}\.[\w-]{27}/, [
    '[MNO][A-Za-z0-9_-]{23,27}\\.[A-Za-z0-9_-]{6}\\.[A-Za-z0-9_-]{27,38}(?![A-Za-z0-9_-])', // Discord bot
    '1000\\.[0-9a-f]{32}\\.[0-9a-f]{32}', // Zoho
    ...rowsWith(/\.$|^pat$|^api_$|^(?:sc|ext)_$/),
  ]),
  groupOf(SIGN.bar, /\|/, [
    '\\d{13,17}\\|[A-Za-z0-9_-]{20,30}(?![A-Za-z0-9_-])', // Facebook app access token
    '\\d{1,9}\\|[A-Za-z0-9]{40,56}(?![A-Za-z0-9])', // Laravel Sanctum
  ]),
  groupOf(SIGN.hyphen, /-us\d|-[0-9a-f]{8}-[0-9a-f]{8}(?![0-9A-Za-z-])/, [
    '[0-9a-f]{32}-us\\d{1,2}(?![0-9A-Za-z])', // Mailchimp
    '[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}(?![0-9A-Za-z-])', // Mailgun
  ]),
  groupOf(SIGN.capital, /S[A-Z2-7]{20}|SK[0-9a-f]{20}|NRAL|R0[A-Z0-9]{20}|00D\w{12}!/, [
    'SK[0-9a-f]{32}(?![0-9A-Za-z])', // Twilio API key
    '(?:eu01xx)?[0-9a-f]{30,36}NRAL(?![0-9A-Za-z])', // New Relic licence
    '00D[A-Za-z0-9]{12}![A-Za-z0-9_.]{60,120}', // Salesforce session
    'R0[A-Z0-9]{30}(?![A-Za-z0-9])', // PagerDuty integration
    'S[ANOUCX][A-Z2-7]{56}(?![A-Z0-9a-z])', // NATS
    'S[A-Z2-7]{55}(?![A-Z0-9a-z])', // Stellar
  ]),
  groupOf(SIGN.underscore, /_\w{17}/, [
    '[123][A-Za-z0-9]{26}_[A-Za-z0-9]{18,24}(?![A-Za-z0-9_])', // ngrok
    ...rowsWith(/^(?!api_|sc_|ext_).*_$/),
  ]),
  groupOf(SIGN.o | SIGN.slash | SIGN.hyphen, /cio\w{20}|[12]\/\d{15}|(?<![A-Za-z0-9])(?:(?:md|[cn]k|m0|fc)-[\w-]{20}|token-[a-z0-9]{5})/, rowsWith(/-$|^cio$|\/$/)),
];

export const tokenShapes: Recognizer = {
  id: 'credential.shape',
  kind: 'credential',
  needs: FEATURE.longToken | FEATURE.digit,
  find(text, _keyClass, mark) {
    let present = 0;
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (unit < 128) present |= SIGNS[unit]!;
    }
    for (const { signs, gate, shapes } of GROUPS) {
      if ((present & signs) === 0 || !gate.test(text)) continue;
      for (const match of text.matchAll(shapes)) {
        const row = UNSOUGHT.find(({ prefix }) => match[0].startsWith(prefix));
        if (!isMasked(match[0]) && (looksRandom(match[0].slice(row?.prefix.length ?? 0), 12) || (match[0].length > 30 && row?.random !== true))) mark(match.index, match.index + match[0].length);
      }
    }
  },
};

function groupOf(signs: number, gate: RegExp, shapes: readonly string[]): Group {
  return { signs, gate, shapes: new RegExp(`(?<![A-Za-z0-9])(?:${shapes.join('|')})`, 'g') };
}

/** Those rows of the table whose prefix is such a one. */
function rowsWith(prefixes: RegExp): string[] {
  return UNSOUGHT.filter(({ prefix }) => prefixes.test(prefix)).map(({ prefix, tail }) => `${prefix.replaceAll(/[./]/g, '\\$&')}(?:${tail})`);
}

/** `BUNDLE_GEMS__CONTRIBSYS__COM=cafebabe:deadbeef` and `https://cafebabe:deadbeef@gems.contribsys.com`. */
export const sidekiq: Recognizer = {
  id: 'credential.sidekiq',
  kind: 'credential',
  needs: FEATURE.secretWord | FEATURE.colon,
  find(text, _keyClass, mark) {
    // Rarer than the name, and found without looking at each letter in either case.
    if (!text.includes('__')) return;
    for (const match of text.matchAll(/CONTRIBSYS__COM[\w-]{0,20}["']?[^\w\n]{1,16}([0-9a-f]{8}:[0-9a-f]{8})\b/gi)) {
      const value = match[1] as string;
      mark(match.index + match[0].length - value.length, match.index + match[0].length);
    }
  },
};

/** A line of `.pgpass` (PostgreSQL §34.16): `host:port:database:user:password`, by the ports it has. */
export const pgpass: Recognizer = {
  id: 'password.pgpass',
  kind: 'password',
  needs: FEATURE.schemeWord,
  find(text, _keyClass, mark) {
    if (!text.includes(':5432:') && !text.includes(':6432:') && !text.includes(':5433:')) return;
    for (const match of text.matchAll(/(?<![\w.*:-])[\w.*-]{1,253}:(?:5432|5433|6432):[\w.*-]{1,64}:[\w.*@-]{1,64}:((?:\\[:\\]|[^\s:"'\\]){4,200})/g)) {
      const value = match[1] as string;
      if (!isReplaced(value) && !isPlaceholder(value)) mark(match.index + match[0].length - value.length, match.index + match[0].length, undefined, 'password');
    }
  },
};

/** Secrets whose names have something between them and the value. */
export const oddlyNamed: Recognizer = {
  id: 'credential.oddly-named',
  kind: 'credential',
  needs: FEATURE.secretWord | FEATURE.longToken,
  find(text, _keyClass, mark) {
    if (!ANY_ODD_NAME.test(text)) return;
    for (const match of text.matchAll(ODDLY_NAMED)) {
      const value = match[1] as string;
      if (!isReplaced(value)) mark(match.index + match[0].length - value.length, match.index + match[0].length);
    }
  },
};

/** A part of each name: a quick answer for the text that has none. */
const ANY_ODD_NAME = /(?:unseal|recovery) key |client_|hash: |wordpress_/i;
const ODDLY_NAMED =
  /(?<![A-Za-z])(?:(?:unseal|recovery) key \d{1,2}: {1,3}(?=\S{20})|CLIENT_(?:RANDOM|HANDSHAKE_TRAFFIC_SECRET|TRAFFIC_SECRET_0) [0-9a-f]{64} (?=[0-9a-f]{32})|NT(?:LM)? hash: (?=[0-9a-f]{32})|wordpress_(?:logged_in|sec)_[0-9a-f]{32}=(?=\S{20}))([^\s"'`;,<>&\\]{16,512})/gi;

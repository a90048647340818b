/**
 * Credentials that have a form of their own but no beginning that a word search could find: Telegram and Discord bots,
 * Mailchimp, Mailgun, Twilio, Facebook app tokens, Airtable, Asana, Beamer, Resend, Zoho, Sidekiq, Firebase.
 */
import { FEATURE } from '#scanner/features';
import type { Recognizer } from '#scanner/recognizer';
import { isMasked, isPlaceholder, isReplaced, looksRandom } from '#scanner/values';

/** Any of these; each alternative is bounded and begins behind a boundary. */
const SHAPES = new RegExp(
  `(?<![A-Za-z0-9])(?:${[
    '\\d{8,16}:A[A-Za-z0-9_-]{34}(?![A-Za-z0-9_-])', // Telegram bot
    '[MNO][A-Za-z0-9_-]{23,27}\\.[A-Za-z0-9_-]{6}\\.[A-Za-z0-9_-]{27,38}(?![A-Za-z0-9_-])', // Discord bot
    '[0-9a-f]{32}-us\\d{1,2}(?![0-9A-Za-z])', // Mailchimp
    '[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}(?![0-9A-Za-z-])', // Mailgun
    'SK[0-9a-f]{32}(?![0-9A-Za-z])', // Twilio API key
    '\\d{13,17}\\|[A-Za-z0-9_-]{20,30}(?![A-Za-z0-9_-])', // Facebook app access token
    'pat[A-Za-z0-9]{14}\\.[0-9a-f]{64}', // Airtable
    '[12]/\\d{15,18}(?:/\\d{15,18})?:[0-9a-f]{32}', // Asana
    're_[A-Za-z0-9]{8}_[A-Za-z0-9]{20,30}', // Resend
    '1000\\.[0-9a-f]{32}\\.[0-9a-f]{32}', // Zoho
    'AAAA[A-Za-z0-9_-]{7}:[A-Za-z0-9_-]{140}', // Firebase Cloud Messaging
    'sl\\.[A-Za-z0-9_=-]{120,1500}', // Dropbox
    '(?:eu01xx)?[0-9a-f]{30,36}NRAL(?![0-9A-Za-z])', // New Relic licence
    'pi_[A-Za-z0-9]{14,60}_secret_[A-Za-z0-9]{14,60}', // Stripe
    'sk_[0-9a-f]{48}(?![0-9A-Za-z])', // ElevenLabs
    'md-[A-Za-z0-9_-]{22}(?![A-Za-z0-9_-])', // Mandrill
    '00D[A-Za-z0-9]{12}![A-Za-z0-9_.]{60,120}', // Salesforce session
    'R0[A-Z0-9]{30}(?![A-Za-z0-9])', // PagerDuty integration
    'K10[0-9a-f]{64}::[A-Za-z0-9_-]{1,30}:[A-Za-z0-9]{16,64}', // K3s
    '[A-Za-z0-9._-]{1,64}::[A-Za-z0-9._-]{0,64}:[0-9a-fA-F]{16}:[0-9a-fA-F]{32}:[0-9a-fA-F]{20,2000}', // NetNTLMv2
    'cio[A-Za-z0-9]{32}(?![A-Za-z0-9])', // crates.io
    '(?:sc|ext)_[A-Za-z0-9]{5,30}\\.[A-Za-z0-9]{4,6}\\.acc[_-][A-Za-z0-9-]{10,32}\\.[A-Za-z0-9+/_=-]{30,120}', // Authress
  ].join('|')})`,
  'g',
);

export const tokenShapes: Recognizer = {
  id: 'credential.shape',
  kind: 'credential',
  needs: FEATURE.longToken | FEATURE.digit,
  find(text, _keyClass, mark) {
    if (!/[:|.\/!]|-us\d|-[0-9a-f]{8}-[0-9a-f]{8}(?![0-9A-Za-z-])|SK|re_|NRAL|pi_|sk_|md-|R0|cio/.test(text)) return;
    for (const match of text.matchAll(SHAPES)) {
      if (!isMasked(match[0]) && (looksRandom(match[0], 12) || match[0].length > 30)) mark(match.index, match.index + match[0].length);
    }
  },
};

/** `BUNDLE_GEMS__CONTRIBSYS__COM=cafebabe:deadbeef` and `https://cafebabe:deadbeef@gems.contribsys.com`. */
export const sidekiq: Recognizer = {
  id: 'credential.sidekiq',
  kind: 'credential',
  needs: FEATURE.secretWord | FEATURE.colon,
  find(text, _keyClass, mark) {
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
  needs: FEATURE.colon | FEATURE.digits4,
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

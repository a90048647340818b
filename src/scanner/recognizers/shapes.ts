/**
 * Credentials that have a form of their own but no beginning that a word search could find: Telegram and Discord bots,
 * Mailchimp, Mailgun, Twilio, Facebook app tokens, Airtable, Asana, Beamer, Resend, Zoho, Sidekiq, Firebase.
 */
import { FEATURE } from '#scanner/features';
import type { Recognizer } from '#scanner/recognizer';
import { isMasked, looksRandom } from '#scanner/values';

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
    '(?:sc|ext)_[A-Za-z0-9]{5,30}\\.[A-Za-z0-9]{4,6}\\.acc[_-][A-Za-z0-9-]{10,32}\\.[A-Za-z0-9+/_=-]{30,120}', // Authress
  ].join('|')})`,
  'g',
);

export const tokenShapes: Recognizer = {
  id: 'credential.shape',
  kind: 'credential',
  needs: FEATURE.longToken | FEATURE.digit,
  find(text, _keyClass, mark) {
    if (!/[:|.\/]|-us\d|-[0-9a-f]{8}-|SK|re_/.test(text)) return;
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

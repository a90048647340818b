/**
 * Codes that are good once, in the sentences that carry them: `123456 is your verification code`, `Use 123456 as your
 * code`, `OTP 123456 sent`. Codes with their name and a sign before them are the business of `credential.assigned`.
 */
import { FEATURE } from '#scanner/features';
import type { Recognizer } from '#scanner/recognizer';

export const oneTimeCode: Recognizer = {
  id: 'password.one-time',
  kind: 'password',
  needs: FEATURE.secretWord | FEATURE.digit | FEATURE.space,
  find(text, _keyClass, mark) {
    if (!ANY_NAME.test(text)) return;
    for (const match of text.matchAll(BEFORE_NAME)) {
      const start = match.index + (match[0].startsWith('G-') ? 2 : 0);
      mark(start, start + (match[1] as string).length);
    }
    for (const match of text.matchAll(AFTER_NAME)) {
      const code = match[1] as string;
      mark(match.index + match[0].length - code.length, match.index + match[0].length);
    }
  },
};

/** Both expressions ask for one of these: a quick answer for the text that has none. */
const ANY_NAME = /code|otp|pin|password/i;
const BEFORE_NAME = /(?<![\w.-])(?:G-)?(\d{4,8}|\d{3}[ -]\d{3}) (?:is|as) (?:your|the|a) (?:[\w-]{1,20} ){0,3}(?:code|otp|pin|password|passcode)\b/gi;
const AFTER_NAME = /(?<![A-Za-z])(?:otp|one[- ]time (?:password|passcode|code|pin)|(?:2fa|mfa|sms|login|verification|security|confirmation|authentication|access|recovery) code|passcode)(?: (?:is|was|of))?["']?[:=]? {1,2}["']?(\d{4,8})(?![\w.]|-\w)/gi;

/**
 * Numbers that a state gave a person and that nothing but their name tells from other numbers: passports, driving licences,
 * health insurance, tax numbers of companies of one, and national ids whose check digits are not known here. Believed only
 * directly behind the name, or as a whole value under a key that is one (`user.passport_number`).
 */
import { FEATURE } from '#scanner/features';
import { KEY } from '#scanner/recognizer';
import type { Recognizer } from '#scanner/recognizer';
import { isReplaced } from '#scanner/values';

export const namedId: Recognizer = {
  id: 'national-id.named',
  kind: 'national-id',
  needs: FEATURE.secretWord | FEATURE.digit,
  find(text, keyClass, mark) {
    if ((keyClass & KEY.identifier) !== 0 || !ANY_NAME.test(text)) return;
    for (const match of text.matchAll(NAMED)) {
      const value = match[1] as string;
      if (!isLikely(value) || isReplaced(value)) continue;
      mark(match.index + match[0].length - value.length, match.index + match[0].length);
    }
  },
};

export const idOfKey: Recognizer = {
  id: 'national-id.key',
  kind: 'national-id',
  needs: FEATURE.digit,
  keys: KEY.idNumber,
  find(text, _keyClass, mark) {
    const value = text.trim();
    if (/^[\p{L}\d][\p{L}\d ./()-]{3,30}$/u.test(value) && (value.match(/\d/g)?.length ?? 0) >= 4) mark(text.indexOf(value), text.indexOf(value) + value.length);
  },
};

/** Six digits, or fewer among letters; no date. */
function isLikely(value: string): boolean {
  const digits = value.match(/\d/g)?.length ?? 0;
  if (/^(?:19|20)\d\d[-./]?[01]\d[-./]?[0-3]\d$/.test(value)) return false;
  return digits >= 6 || (digits >= 4 && value.length >= 8 && /[A-Za-z]/.test(value));
}

const NAMES =
  "passport|reisepass|passeport|pasaporte|driver'?s?[-_ ]?licen[cs]e|driving[-_ ]?licen[cs]e|f(?:ü|ue)hrerschein|nhs|medicare|pan[-_ ]?card|ein|vat|ust-?id(?:nr)?|national[-_ ]?(?:id|identity)|identity[-_ ]?card|id[-_ ]?card|personalausweis|citizen[-_ ]?id|tax[-_ ]?(?:id|payer|file|number|no)|tin|rfc|rut|ppsn?|nif|nie|oib|cnp|egn|rodn[ée][-_ ]č[íi]slo|amka|nric|hkid|cuit|cuil|cedula|cédula|curp|health[-_ ]?insurance|insurance[-_ ]?(?:policy)?|social[-_ ]?security|steuernummer|sozialversicherungsnummer|ssn";
/** A quick answer for the text without a name: nearly every one. */
const ANY_NAME = new RegExp(NAMES, 'iu');
/** Letters and digits with at least four digits in all, in groups or not. */
const VALUE = '(?=[A-Za-z0-9]*[ ./-]?[A-Za-z0-9]{0,8}\\d)[A-Z]{0,5}\\d[A-Z\\d]{0,14}(?:[ ./-](?=[A-Z]{0,8}\\d)[A-Z\\d]{1,9}){0,5}(?:\\([\\dA]\\))?';
const NAMED = new RegExp(`(?<![\\p{L}])(?:${NAMES})(?:[-_ ]?(?:no|nr|num|number|id|#|code))?(?:\\.|["'\\]])?\\s{0,2}(?:[:=]|=>|%3[AaDd]|is|was)?\\s{0,2}["']{0,2}(?<=[^\\p{L}\\d])(${VALUE})(?![\\p{L}\\d_]|[.:-]\\d)`, 'giu');

/**
 * International bank account numbers (ISO 13616): the country's length and MOD 97-10. Compact in capitals, or in groups of
 * four in any case. Compact in lower case it looks like a hash and is believed only with its name nearby.
 */
import { FEATURE } from '#scanner/features';
import { KEY } from '#scanner/recognizer';
import type { Recognizer } from '#scanner/recognizer';
import { mod97 } from './checksum.ts';
import { COUNTRY_AND_CHECK, shapesOf } from './number-shapes.ts';
import { isFreeBefore, isNamed, isWordCode, naming } from './surroundings.ts';

/** Length by country, from the IBAN registry and, for the last line, from countries that use it without being in it. */
const LENGTHS: ReadonlyMap<string, number> = new Map(
  ('AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 ' +
    'IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 ' +
    'SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30 ' +
    'AO25 BF28 BJ28 CF27 CG27 CI28 CM27 CV25 DZ26 GA27 GQ27 GW25 IR26 KM27 MA28 MG27 ML28 MZ25 NE28 SN28 TD27 TG28')
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

const NAMES = naming(['iban', 'kontonummer', 'bank.?account', 'account.?(?:no|number)', 'rekening\\p{L}*', 'compte', 'cuenta', 'konto']);

export const iban: Recognizer = {
  id: 'iban',
  kind: 'iban',
  needs: FEATURE.number,
  find(text, keyClass, mark) {
    if ((shapesOf(text) & COUNTRY_AND_CHECK) === 0) return;
    for (const match of text.matchAll(/[A-Za-z]{2}\d{2}(?=[ +\-%]?[A-Za-z0-9])/g)) {
      const start = match.index;
      const length = LENGTHS.get(match[0].slice(0, 2).toUpperCase());
      if (length === undefined || !startsHere(text, start)) continue;
      const found = read(text, start, length);
      if (found === undefined || !mod97(found.compact)) continue;
      const inLowerCase = found.groups === 1 && /[a-z]/.test(found.compact);
      if (inLowerCase && (keyClass & KEY.personal) === 0 && !isNamed(text, start, found.end, NAMES)) continue;
      mark(start, found.end);
    }
  },
};

/** A capital after an escape (`%3DDE89…`) begins a token though a letter stands before it. */
function startsHere(text: string, start: number): boolean {
  return isFreeBefore(text, start) && !(text[start - 1] === '-' && isWordCode(text.charCodeAt(start - 2)));
}

/** Takes `length` letters and digits from `start`, in one run or in groups of four with one separator throughout. */
function read(text: string, start: number, length: number): { compact: string; end: number; groups: number } | undefined {
  let compact = '';
  let groups = 1;
  let separator = '';
  let i = start;
  while (compact.length < length) {
    const code = text.charCodeAt(i);
    if (isWordCode(code) && code !== 95) {
      compact += text[i];
      i += 1;
      continue;
    }
    const found = text[i] === ' ' || text[i] === '-' || text[i] === '+' ? text[i]! : text.startsWith('%20', i) ? '%20' : '';
    if (found === '' || compact.length !== groups * 4 || (separator !== '' && found !== separator)) return undefined;
    separator = found;
    groups += 1;
    i += found.length;
  }
  if (groups !== 1 && groups !== Math.ceil(length / 4)) return undefined;
  return isWordCode(text.charCodeAt(i)) ? undefined : { compact, end: i, groups };
}

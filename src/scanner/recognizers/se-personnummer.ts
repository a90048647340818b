/**
 * Sweden: personnummer and samordningsnummer (day plus 60). Luhn over the last ten digits. `20240115-1034` is as often the
 * time of a build as a number, so recent dates followed by a time of day need a name.
 */
import { isDayOfYear, luhn } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { bare, group } from './number-shapes.ts';

export const sePersonnummer = nationalId({
  name: 'se-personnummer',
  shapes: bare(8) | group(6) | bare(10) | bare(12),
  written: '(?!(?:20)?(?:1[5-9]|[23]\\d|40)\\d{4}-(?:[01]\\d|2[0-3])[0-5]\\d(?!\\d))(?:18|19|20)?\\d{6}[-+]\\d{4}',
  plain: '(?:18|19|20)?\\d{6}[-+]?\\d{4}',
  words: ['person\\p{L}*', 'samordning\\p{L}*', 'pnr'],
  isValid(compact) {
    const digits = compact.slice(-10);
    return isDayOfYear(Number(digits.slice(2, 4)), Number(digits.slice(4, 6)) % 60) && luhn(digits);
  },
});

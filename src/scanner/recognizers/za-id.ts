/**
 * South Africa: identity number. Birth date, serial, citizenship, Luhn check digit. Thirteen digits are also milliseconds
 * since 1970, so it needs a name.
 */
import { isDayOfYear, luhn } from './checksum.ts';
import { SPACE, nationalId } from './national-id.ts';
import { bare, group } from './number-shapes.ts';

export const zaId = nationalId({
  name: 'za-id',
  shapes: group(6) | bare(13),
  plain: `\\d{6}${SPACE}\\d{4}${SPACE}[0-2]\\d{2}|\\d{10}[0-2]\\d{2}`,
  words: ['sa.?id', 'south.?african', 'rsa', 'identity'],
  isValid: (compact) => isDayOfYear(Number(compact.slice(2, 4)), Number(compact.slice(4, 6))) && luhn(compact),
});

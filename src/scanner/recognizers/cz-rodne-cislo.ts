/**
 * Czechia and Slovakia: birth number (rodné číslo). Birth date, 50 added to the month of women and 20 where serials ran out;
 * ten digits that eleven divides. Without check digit before 1954, so those need the slash as well as a name.
 */
import { isDayOfYear, remainder } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { bare, group } from './number-shapes.ts';

export const czRodneCislo = nationalId({
  name: 'cz-rodne-cislo',
  shapes: group(6) | bare(10),
  plain: '\\d{6}\\/?\\d{3,4}',
  words: ['rodn[ée]\\p{L}*', 'birth.?number', 'r\\.?č\\.?'],
  isValid(compact, as) {
    const month = Number(compact.slice(2, 4)) % 50;
    if (!isDayOfYear(month > 20 ? month - 20 : month, Number(compact.slice(4, 6)))) return false;
    if (compact.length === 9) return as.includes('/') && Number(compact.slice(0, 2)) < 54;
    // Some of before 1985 leave the remainder ten, which was written as zero.
    return remainder(compact, 11) === 0 || (remainder(compact.slice(0, 9), 11) === 10 && compact.endsWith('0'));
  },
});

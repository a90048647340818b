/**
 * France: registration number of INSEE (NIR, "numéro de sécurité sociale"). Fifteen digits, department 2A or 2B on Corsica;
 * the key is 97 less the number modulo 97.
 */
import { remainder } from './checksum.ts';
import { SPACE, nationalId } from './national-id.ts';
import { DOTTED, MIXED_15, bare, group } from './number-shapes.ts';

export const frNir = nationalId({
  name: 'fr-nir',
  shapes: DOTTED | group(1) | bare(15) | MIXED_15,
  written: `[1-478](?:${SPACE}|[.-])\\d{2}(?:${SPACE}|[.-])\\d{2}(?:${SPACE}|[.-])\\d[\\dAB](?:${SPACE}|[.-])\\d{3}(?:${SPACE}|[.-])\\d{3}(?:(?:${SPACE}|[.\\/-])\\d{2})|[1-478]\\d{4}2[AB]\\d{8}`,
  plain: '[1-478]\\d{14}',
  words: ['nir', 's[ée]cu\\p{L}*', 'insee', 'num[ée]ro.?de.?s\\p{L}*', 'ss', 'vitale'],
  isValid(compact) {
    const month = Number(compact.slice(3, 5));
    // Months above 12 stand for an unknown one.
    if (!((month >= 1 && month <= 12) || (month >= 20 && month <= 42) || month >= 50)) return false;
    const number = compact.slice(0, 13).replace('2A', '19').replace('2B', '18');
    return /^\d{13}$/.test(number) && 97 - remainder(number, 97) === Number(compact.slice(13));
  },
});

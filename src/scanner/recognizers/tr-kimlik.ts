/**
 * Türkiye: T.C. kimlik numarası. Eleven digits, two check digits modulo 10.
 */
import { weighted } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { bare } from './number-shapes.ts';

export const trKimlik = nationalId({
  name: 'tr-kimlik',
  shapes: bare(11),
  plain: '[1-9]\\d{10}',
  words: ['kimlik\\p{L}*', 'tckn', 'tc.?(?:no|kimlik)', 'tc', 'vatanda[sş]\\p{L}*'],
  isValid(compact) {
    const odd = weighted(compact, [1, 0, 1, 0, 1, 0, 1, 0, 1]);
    const even = weighted(compact, [0, 1, 0, 1, 0, 1, 0, 1]);
    const tenth = (odd * 7 - even + 10) % 10;
    return tenth === Number(compact[9]) && (odd + even + tenth) % 10 === Number(compact[10]);
  },
});

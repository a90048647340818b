/**
 * Taiwan: identity number. A letter for the place, sex or residence, serial; check digit modulo 10.
 */
import { weighted } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { MIXED_10 } from './number-shapes.ts';

export const twId = nationalId({
  name: 'tw-id',
  shapes: MIXED_10,
  mayBeginWithLetter: true,
  plain: '[A-Za-z][1289]\\d{8}',
  words: ['身[分份][證证]\\p{L}*', 'taiwan\\p{L}*', '統一證號'],
  isValid(compact) {
    const place = PLACES.indexOf(compact[0]!) + 10;
    return (Math.floor(place / 10) + (place % 10) * 9 + weighted(compact.slice(1), [8, 7, 6, 5, 4, 3, 2, 1, 1])) % 10 === 0;
  },
});

/** By the number that each letter stands for, from ten on. */
const PLACES = 'ABCDEFGHJKLMNPQRSTUVXYWZIO';

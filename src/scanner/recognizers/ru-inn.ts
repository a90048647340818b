/**
 * Russia: taxpayer number of a person (ИНН). Twelve digits, the last two check digits modulo 11.
 */
import { weighted } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { bare } from './number-shapes.ts';

export const ruInn = nationalId({
  name: 'ru-inn',
  shapes: bare(12),
  plain: '\\d{12}',
  words: ['инн', 'inn'],
  isValid(compact) {
    const first = (weighted(compact, [7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10;
    const second = (weighted(compact, [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10;
    return first === Number(compact[10]) && second === Number(compact[11]);
  },
});

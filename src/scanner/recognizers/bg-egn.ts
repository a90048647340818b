/**
 * Bulgaria: uniform civil number (ЕГН). Birth date, 20 added to the month before 1900 and 40 from 2000 on; check digit modulo 11.
 */
import { isDayOfYear, weighted } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { bare } from './number-shapes.ts';

export const bgEgn = nationalId({
  name: 'bg-egn',
  shapes: bare(10),
  plain: '\\d{10}',
  words: ['е\\.?г\\.?н\\.?', 'egn', 'единен\\p{L}*'],
  isValid(compact) {
    return isDayOfYear(Number(compact.slice(2, 4)) % 20, Number(compact.slice(4, 6))) && (weighted(compact, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11) % 10 === Number(compact[9]);
  },
});

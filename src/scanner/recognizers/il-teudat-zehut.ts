/**
 * Israel: identity number (teudat zehut). Nine digits, the last one a Luhn digit.
 */
import { luhn } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { bare } from './number-shapes.ts';

export const ilTeudatZehut = nationalId({
  name: 'il-teudat-zehut',
  shapes: bare(9) | bare(8),
  plain: '\\d{9}|\\d{8}-\\d',
  words: ['teudat.?zehut', 'mispar.?zehut', 'תעודת.?זהות', 'ת\\.?ז\\.?', 'מספר.?זהות', 'israeli?.?id'],
  isValid: (compact) => luhn(compact),
});

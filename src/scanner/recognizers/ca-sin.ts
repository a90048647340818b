/**
 * Canada: social insurance number. Nine digits with a Luhn check digit; never begins with 8.
 */
import { luhn } from './checksum.ts';
import { SPACE, nationalId } from './national-id.ts';
import { bare, group } from './number-shapes.ts';

export const caSin = nationalId({
  name: 'ca-sin',
  shapes: group(3) | bare(9),
  written: '[0-79]\\d{2}-\\d{3}-\\d{3}',
  plain: `[0-79]\\d{2}${SPACE}\\d{3}${SPACE}\\d{3}|[0-79]\\d{8}`,
  words: ['sin', 'nas', 'social', 'insurance'],
  isValid: (compact) => Number(compact) !== 0 && luhn(compact),
});

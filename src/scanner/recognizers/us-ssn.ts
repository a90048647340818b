/**
 * United States: social security number and taxpayer number (SSN, ITIN). No check digit, so the rules of the Social Security
 * Administration on area, group and serial decide, and only the dashed form stands on its own.
 */
import { SPACE, nationalId } from './national-id.ts';
import { bare, group } from './number-shapes.ts';

export const usSsn = nationalId({
  name: 'us-ssn',
  shapes: group(3) | bare(9),
  written: '\\d{3}-\\d{2}-\\d{4}',
  plain: `\\d{3}${SPACE}\\d{2}${SPACE}\\d{4}|\\d{9}`,
  words: ['ssn', 'social', 'itin', 'taxpayer'],
  isValid(compact) {
    const area = Number(compact.slice(0, 3));
    const group = Number(compact.slice(3, 5));
    if (area === 0 || area === 666 || group === 0 || compact.endsWith('0000')) return false;
    // From 900 on: taxpayer numbers, which use some groups only.
    return area < 900 || (group >= 50 && group <= 65) || (group >= 70 && group <= 88) || (group >= 90 && group !== 93);
  },
});

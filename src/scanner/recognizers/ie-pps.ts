/**
 * Ireland: personal public service number (PPS) as given since 2013: seven digits, a check letter modulo 23, a second letter. The
 * older ones with one letter are believed behind their name (`named-id.ts`).
 */
import { weighted } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { MIXED_9 } from './number-shapes.ts';

export const iePps = nationalId({
  name: 'ie-pps',
  shapes: MIXED_9,
  plain: '\\d{7}[A-Wa-w][A-IWa-iw]',
  words: ['pps\\p{L}?', 'pps.?(?:no|number)', 'personal.?public.?service'],
  isValid(compact) {
    const second = compact[8] === 'W' ? 0 : compact.charCodeAt(8) - 64;
    return 'WABCDEFGHIJKLMNOPQRSTUV'[(weighted(compact, [8, 7, 6, 5, 4, 3, 2]) + 9 * second) % 23] === compact[7];
  },
});

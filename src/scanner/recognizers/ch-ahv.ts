/**
 * Switzerland: AHV number (AVS). Country prefix 756 and an EAN-13 check digit.
 */
import { weighted } from './checksum.ts';
import { SPACE, nationalId } from './national-id.ts';
import { DOTTED, bare, group } from './number-shapes.ts';

export const chAhv = nationalId({
  name: 'ch-ahv',
  shapes: DOTTED | group(3) | bare(13),
  written: `756\\.\\d{4}\\.\\d{4}\\.\\d{2}|756(?:${SPACE}|-)\\d{4}(?:${SPACE}|-)\\d{4}(?:${SPACE}|-)\\d{2}`,
  plain: '756\\d{10}',
  words: ['ahv\\p{L}*', 'avs', 'oasi', 'sozialversicherung\\p{L}*'],
  isValid: (compact) => (10 - (weighted(compact, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]) % 10)) % 10 === Number(compact[12]),
});

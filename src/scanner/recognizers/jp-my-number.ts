/**
 * Japan: individual number ("My Number"). Twelve digits, one check digit; needs a name.
 */
import { weighted } from './checksum.ts';
import { SPACE, nationalId } from './national-id.ts';
import { bare, group } from './number-shapes.ts';

export const jpMyNumber = nationalId({
  name: 'jp-my-number',
  shapes: group(4) | bare(12),
  plain: `\\d{12}|\\d{4}(?:(?:${SPACE}|-)\\d{4}){2}(?!(?:${SPACE}|-)\\d)`,
  words: ['my.?number', 'mynumber', 'kojin.?bango', 'マイナンバー', '個人番号'],
  isValid(compact) {
    const rest = weighted(compact, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    return (rest <= 1 ? 0 : 11 - rest) === Number(compact[11]);
  },
});

/**
 * Colombia: tax number (NIT), which for people is that of their identity card with a check digit modulo 11.
 */
import { weighted } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { bare, group } from './number-shapes.ts';

export const coNit = nationalId({
  name: 'co-nit',
  shapes: group(3) | bare(9) | bare(10),
  plain: '\\d{9}-?\\d|\\d{3}\\.\\d{3}\\.\\d{3}-\\d',
  words: ['nit', 'rut', 'c[ée]dula'],
  isValid(compact) {
    const rest = weighted(compact, [41, 37, 29, 23, 19, 17, 13, 7, 3]) % 11;
    return (rest < 2 ? rest : 11 - rest) === Number(compact[9]);
  },
});

/**
 * Finland: personal identity code. Birth date, a sign for the century (eleven more since 2023), serial, check character
 * modulo 31.
 */
import { isDayOfYear } from './checksum.ts';
import { nationalId } from './national-id.ts';
import { MIXED_11, group } from './number-shapes.ts';

export const fiHetu = nationalId({
  name: 'fi-hetu',
  shapes: group(6) | MIXED_11,
  written: '[0-3]\\d[01]\\d{3}[-+A-FYXWVU]\\d{3}[0-9A-FHJ-NPR-Y]',
  plain: '[0-3]\\d[01]\\d{3}[-+A-FYXWVUa-fyxwvu]\\d{3}[0-9A-FHJ-NPR-Ya-fhj-npr-y]',
  words: ['hetu', 'henkil[öo]\\p{L}*', 'personbeteckning'],
  isValid(compact) {
    const serial = /(\d{3})(.)$/.exec(compact);
    if (serial === null || !isDayOfYear(Number(compact.slice(2, 4)), Number(compact.slice(0, 2)))) return false;
    return '0123456789ABCDEFHJKLMNPRSTUVWXY'[Number(compact.slice(0, 6) + serial[1]!) % 31] === serial[2];
  },
});

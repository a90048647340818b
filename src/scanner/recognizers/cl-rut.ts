/**
 * Chile: RUT and RUN. Seven or eight digits and a check digit modulo 11, which is K for ten.
 */
import { nationalId } from './national-id.ts';
import { CAPITALS_IN_CHAIN, CHAIN_7, bare, group } from './number-shapes.ts';

export const clRut = nationalId({
  name: 'cl-rut',
  shapes: group(3) | bare(8) | CAPITALS_IN_CHAIN | CHAIN_7,
  written: '\\d{2}\\.\\d{3}\\.\\d{3}-[\\dKk]',
  plain: '\\d{1,2}\\.?\\d{3}\\.?\\d{3}-[\\dKk]',
  words: ['rut', 'run', 'rol.?[úu]nico\\p{L}*'],
  isValid: (compact) => checkOf(compact.slice(0, -1)) === compact.at(-1),
});

/** Weights 2 to 7 from the right, again and again. */
function checkOf(digits: string): string {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) sum += Number(digits[digits.length - 1 - i]) * (2 + (i % 6));
  return '0K987654321'[sum % 11]!;
}

/**
 * Brazil: numbers of people (CPF) and of companies (CNPJ, which since 2026 may hold letters). Two check digits modulo 11.
 */
import { nationalId } from './national-id.ts';
import { CAPITALS_IN_CHAIN, bare, group } from './number-shapes.ts';

export const brCpf = nationalId({
  name: 'br-cpf',
  shapes: bare(9) | bare(11) | bare(14) | group(2) | group(3) | CAPITALS_IN_CHAIN,
  mayBeginWithLetter: true,
  written: '\\d{3}\\.\\d{3}\\.\\d{3}-\\d{2}|[\\dA-Z]{2}\\.[\\dA-Z]{3}\\.[\\dA-Z]{3}\\/[\\dA-Z]{4}-\\d{2}|\\d{2}\\.\\d{3}\\.\\d{3}%2[Ff]\\d{4}-\\d{2}',
  plain: '\\d{11}|\\d{14}|\\d{3}[ .]\\d{3}[ .]\\d{3}[ -]\\d{2}|\\d{9}-\\d{2}',
  words: ['cpf', 'cnpj', 'cadastro', 'contribuinte'],
  isValid(compact) {
    const number = compact.replace('%2F', '');
    if (/^(.)\1*$/.test(number)) return false;
    const body = number.length - 2;
    const first = checkDigit(number, body, number.length === 14 ? 9 : 11);
    return first === Number(number[body]) && checkDigit(number, body + 1, number.length === 14 ? 9 : 11) === Number(number[body + 1]);
  },
});

/** Weights 2, 3, … from the right, starting over after `highest`; a letter counts as its ASCII code less 48. */
function checkDigit(number: string, length: number, highest: number): number {
  let sum = 0;
  for (let i = 0; i < length; i += 1) sum += (number.charCodeAt(i) - 48) * (2 + ((length - 1 - i) % (highest - 1)));
  const rest = sum % 11;
  return rest < 2 ? 0 : 11 - rest;
}

/**
 * Made-up customers. Addresses are under `example`, telephone numbers and IP addresses from the ranges kept for fiction and
 * documentation, cards and IBANs random with right check digits, so that they look real to anything that looks for them.
 */
import { randomBytes } from 'node:crypto';

export interface Person {
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly password: string;
  readonly card: string;
  readonly iban: string;
  readonly ip: string;
}

/** Uniform in [0, 1). */
export type Random = () => number;

const FIRST = ['Ada', 'Noor', 'Mateo', 'Ingrid', 'Kwame', 'Yuki', 'Zofia', 'Amara', 'Luca', 'Priya', 'Sean', 'Leila'];
const LAST = ["O'Hara", 'Lindgren', 'Okafor', 'Tanaka', 'Moreau', 'Kowalska', 'Haddad', 'Rossi', 'Menon', 'Vogel', 'Castro', 'Byrne'];
/** One in twelve cards is declined by the payment service. */
const DECLINED_ONE_IN = 12;

export function makePerson(random: Random): Person {
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] as string;
  const digits = (count: number): string => Array.from({ length: count }, () => Math.floor(random() * 10)).join('');
  const [first, last] = [pick(FIRST), pick(LAST)];
  const plain = `${first}.${last}`.toLowerCase().replaceAll("'", '');
  return {
    name: `${first} ${last}`,
    email: `${plain}${digits(3)}@${pick(['mail.example', 'example.com', 'post.example.org'])}`,
    phone: pick([`+44 7700 900${digits(3)}`, `+1 202-555-01${digits(2)}`, `+49 30 23125 ${digits(3)}`]),
    password: `${pick(['Winter', 'Teapot', 'Garden'])}-${digits(4)}!`,
    card: random() * DECLINED_ONE_IN < 1 ? declinedCard(digits) : withLuhn(`${pick(['4000', '5200', '5500'])}${digits(11)}`),
    iban: germanIban(digits(18)),
    ip: `${pick(['203.0.113', '198.51.100', '192.0.2'])}.${1 + Math.floor(random() * 254)}`,
  };
}

/** A credential in the shape that payment providers use. Random at run time: none is written in this repository. */
export function makeApiKey(): string {
  return ['sk', 'live', randomBytes(18).toString('hex')].join('_');
}

export function makePassword(): string {
  return randomBytes(9).toString('base64url');
}

/** ISO/IEC 7812-1, annex B. */
export function withLuhn(digits: string): string {
  let sum = 0;
  for (let i = digits.length - 1, double = true; i >= 0; i--, double = !double) {
    const digit = Number(digits[i]) * (double ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return digits + String((10 - (sum % 10)) % 10);
}

/** ISO 13616: the check digits make the rearranged number 1 modulo 97. */
export function germanIban(account: string): string {
  const check = 98n - (BigInt(`${account}131400`) % 97n);
  return `DE${String(check).padStart(2, '0')}${account}`;
}

function declinedCard(digits: (count: number) => string): string {
  for (;;) {
    const card = withLuhn(`4000${digits(8)}000`);
    if (card.endsWith('0002')) return card;
  }
}

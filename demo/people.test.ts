import assert from 'node:assert/strict';
import { test } from 'node:test';
import { germanIban, makePerson, withLuhn } from './people.ts';

test('withLuhn() gives the check digit of the example of ISO/IEC 7812-1', () => assert.equal(withLuhn('7992739871'), '79927398713'));

test('germanIban() gives the check digits of the registry example of SWIFT', () => assert.equal(germanIban('370400440532013000'), 'DE89370400440532013000'));

test('makePerson() makes people who do not exist, some of whose cards are declined', () => {
  let state = 42;
  const random = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
  const people = Array.from({ length: 500 }, () => makePerson(random));
  for (const { email, phone, card, ip } of people) {
    assert.match(email, /^[a-z]+\.[a-z]+\d{3}@(mail\.example|example\.com|post\.example\.org)$/);
    assert.match(phone, /^(\+44 7700 900\d{3}|\+1 202-555-01\d{2}|\+49 30 23125 \d{3})$/);
    assert.match(ip, /^(203\.0\.113|198\.51\.100|192\.0\.2)\.\d{1,3}$/);
    assert.equal(withLuhn(card.slice(0, -1)), card);
  }
  const declined = people.filter(({ card }) => card.endsWith('0002')).length;
  assert.ok(declined > 10 && declined < 100, `${declined} of 500`);
});

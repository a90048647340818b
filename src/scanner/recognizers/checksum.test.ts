import assert from 'node:assert/strict';
import test from 'node:test';
import { isDayOfYear, luhn, mod11And10, mod97, remainder, verhoeff, weighted } from './checksum.ts';

/** Every single wrong digit must break the check; that is what all these formulas promise. */
function breaksOnOneDigit(check: (digits: string) => boolean, good: string): void {
  assert.ok(check(good), good);
  for (let i = 0; i < good.length; i += 1) {
    for (let d = 0; d < 10; d += 1) {
      if (good[i] === String(d) || good.charCodeAt(i) > 57) continue;
      const bad = good.slice(0, i) + d + good.slice(i + 1);
      assert.ok(!check(bad), bad);
    }
  }
}

test('luhn() notices each wrong digit', () => {
  breaksOnOneDigit(luhn, '79927398713');
  breaksOnOneDigit(luhn, '4111111111111111');
});

test('verhoeff() notices each wrong digit and each swap of neighbours', () => {
  breaksOnOneDigit(verhoeff, '2363');
  breaksOnOneDigit(verhoeff, '234123412346');
  assert.ok(!verhoeff('234124312346'));
});

test('mod97() notices each wrong digit of an IBAN', () => {
  breaksOnOneDigit(mod97, 'GB29NWBK60161331926819');
  breaksOnOneDigit(mod97, 'DE89370400440532013000');
});

test('mod11And10() notices each wrong digit', () => {
  breaksOnOneDigit(mod11And10, '86095742719');
});

test('remainder() works beyond the integers that a double holds', () => {
  assert.equal(remainder('123456789012345678901234567890', 97), Number(123456789012345678901234567890n % 97n));
});

test('weighted() reads as many digits as there are weights', () => {
  assert.equal(weighted('1234', [1, 10, 100]), 321);
});

test('isDayOfYear() knows the lengths of months', () => {
  assert.ok(isDayOfYear(2, 29));
  assert.ok(!isDayOfYear(2, 30));
  assert.ok(!isDayOfYear(4, 31));
  assert.ok(!isDayOfYear(13, 1));
  assert.ok(!isDayOfYear(1, 0));
});

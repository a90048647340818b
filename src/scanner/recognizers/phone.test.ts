import assert from 'node:assert/strict';
import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { isInternational, phone, phoneNational, phonePercentEncoded } from './phone.ts';

test('isInternational() knows country codes and lengths', () => {
  for (const digits of ['12025550123', '4915112345678', '442079460958', '33123456789', '8613812345678', '358401234567', '77012345678', '6591234567', '35312345678']) assert.ok(isInternational(digits), digits);
  for (const digits of ['1202555012', '11025550123', '0123456789', '2105551234567', '1234567', '4912345', '1234567890123456', '99912345678']) assert.ok(!isInternational(digits), digits);
});

test('phone marks international numbers', () => {
  for (const text of [
    '«+12025550123»', 'call «+49 151 12345678» now', 'to=«+4915112345678»&x=1', '{"to":"«+44 20 7946 0958»"}', '«+49 (0)151 1234567»', '«+1 (202) 555-0123».', '«+1-202-555-0123», «+33 1 23 45 67 89»',
    'tel:«+12025550123»', '/users/«+12025550123»/sms', '«+86 138 1234 5678»', '"\\n«+12025550123»"', 'sip:«+12025550123»@example.com',
  ])
    expectMarks(phone, text, 'phone');
});

test('phone leaves offsets, sums, base64 and encoded text alone', () => {
  for (const text of [
    '2024-01-15T10:30:00+01:00', 'GMT+0100', '+0100', '+1', '+12345', 'x+12025550123', '1+12025550123', 'a=b+12025550123', 'c3VtbWVy+4915112345678abc', '+1705312345678', '+9223372036854775807', 'v1.2.3+20240115', '+12025550123456', '++12025550123', '+4915112345678x', '+1.5', '+49.151.1',
  ])
    expectMarks(phone, text, 'phone');
});

test('phonePercentEncoded marks encoded international numbers', () => {
  expectMarks(phonePercentEncoded, '?tel=«%2B12025550123»&x', 'phone');
  expectMarks(phonePercentEncoded, 'q=tel%3D«%2B4915112345678»%26', 'phone');
  expectMarks(phonePercentEncoded, 'a%2B1 c3Vt%2B4915112345678', 'phone');
});

test('phoneNational needs a form or a name', () => {
  for (const text of [
    '«(202) 555-0123»', 'phone «202-555-0123»', 'Tel. «030 1234567»', '{"phone":"«2025550123»"}', 'mobile=«0151/12345678»', 'msisdn=«4915112345678»', 'tel:«2025550123»', 'customerPhone: «(030) 123 45-67»', 'sms to «07700 900123»', 'whatsapp «0049 151 12345678»', 'phone_number=«2025550123»',
  ])
    expectMarks(phoneNational, text, 'phone');
  for (const text of ['202-555-0123', '2025550123', '2024-01-15 10:30:00', 'phone call at 2024-01-15', '10.0.0.1:8080', 'order 1234-5678', '1705312345678', 'took 1234567890 ns', 'call took 12.345678 ms', 'phone service 10.20.30.40', 'telemetry 20240115103000', 'port 55680-55690', 'cells 1234567', 'hotel 2025550123'])
    expectMarks(phoneNational, text, 'phone');
  expectMarks(phoneNational, '«2025550123»', 'phone', KEY.personal);
  expectMarks(phoneNational, '«202-555-0123»', 'phone', KEY.personal);
  expectMarks(phoneNational, '2025550123', 'phone', KEY.identifier);
});

test('phoneNational knows North American numbers with their 1', () => {
  expectMarks(phoneNational, 'call «1-800-555-0199» now', 'phone');
  expectMarks(phoneNational, 'build 1-800-555-0199', 'phone');
});

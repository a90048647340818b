/**
 * Some recognizers ask a cheap question before their expressions run. Here texts are made of what the expressions ask for, so that each
 * name is found through its gate: a gate that is too narrow loses a mark.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { marksOf } from '#scanner/testing';
import { namedId } from './named-id.ts';
import { oneTimeCode } from './one-time-code.ts';
import { oddlyNamed } from './shapes.ts';
import { oracleUrl } from './url-password.ts';

const TOKEN = '8f3kd93kd02kd83kd93k';

test('every sentence with a code that is good once passes', () => {
  for (const name of ['code', 'OTP', 'pin', 'Password', 'passcode']) assert.equal(marksOf(oneTimeCode, `123456 is your ${name} (token)`).length, 1, name);
  for (const name of ['otp', 'One-time password', 'one time passcode', 'one-time code', 'one time PIN', '2FA code', 'sms code', 'verification code', 'Passcode']) assert.equal(marksOf(oneTimeCode, `${name} 123456, token`).length, 1, name);
});

test('every oddly named secret passes', () => {
  for (const name of ['Unseal Key 1: ', 'recovery key 12: ', `CLIENT_RANDOM ${'0a'.repeat(32)} `, `client_handshake_traffic_secret ${'0a'.repeat(32)} `, 'NT hash: ', 'NTLM Hash: ', `wordpress_logged_in_${'0a'.repeat(16)}=`, `wordpress_sec_${'0a'.repeat(16)}=`]) {
    assert.equal(marksOf(oddlyNamed, `${name}${'0a1b2c3d'.repeat(4)} key`).length, 1, name);
  }
});

test('every name of a number passes', () => {
  for (const name of ['passport', 'Reisepass', 'passeport', 'pasaporte', "driver's license", 'driving licence', 'führerschein', 'FUEHRERSCHEIN', 'NHS', 'medicare', 'PAN card', 'ein', 'VAT', 'ust-idnr', 'national id', 'identity card', 'id_card', 'personalausweis', 'citizen id', 'tax number', 'TIN', 'rfc', 'RUT', 'pps', 'nif', 'NIE', 'oib', 'cnp', 'egn', 'rodné číslo', 'amka', 'nric', 'hkid', 'cuit', 'cuil', 'cédula', 'curp', 'health insurance', 'insurance policy', 'social security', 'steuernummer', 'sozialversicherungsnummer', 'SSN', 'pa\u017f\u017fport', 'nh\u017f']) {
    assert.equal(marksOf(namedId, `token ${name}: AB1234567`).length, 1, name);
  }
});

test('every form of a connection string of Oracle passes', () => {
  for (const text of [`scott/${TOKEN}@db.example:1521/x`, `scott/${TOKEN}@//db.example:1525/x`, `jdbc:oracle:thin:scott/${TOKEN}@db`, `jdbc:oracle:oci:scott/${TOKEN}@tns`]) assert.equal(marksOf(oracleUrl, `${text} :`).length, 1, text);
});

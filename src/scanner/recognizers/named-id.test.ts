import { test } from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { idOfKey, namedId } from './named-id.ts';

test('namedId marks what stands behind its name', () => {
  for (const text of [
    'passport number «C02558481»', 'passport: «AO7769772»', "driver's license «D3297287»", 'driver_license=«N427239484721»', 'NHS number «943 476 5919»', 'nhs_number: «9434765919»', 'medicare «1EG4-TE5-MK73»', 'PAN card «ABCPE1234F»', 'EIN «12-3456752»', 'VAT number «DE547666935»',
    'national id: «5665745292»', '"national_id":"«566574529»"', 'RFC «GODE561231GR8»', 'RUT «12.345.678-5»', 'PPSN: «1234567FA»', 'NIF «501964843»', 'OIB «94577403194»', 'rodné číslo «780123/3540»', 'NRIC «S1234567D»', 'HKID «A123456(3)»', 'CUIT «20-12345678-6»', 'tax_id=«12-2283762»',
  ]) expectMarks(namedId, text, 'national-id');
});

test('namedId leaves other numbers alone', () => {
  for (const text of ['RFC 9110', 'see RFC 2616 and RFC 7231 section 5', 'tax 19.00', 'vat rate 20', 'tax: 12.50 EUR', 'insurance quote 17', 'passport.js v0.7.0', 'license key', 'nit: rename', 'fin 1', 'run 20240517 started', 'passport [national-id]', 'tax year 2024', 'tax 2024', 'social 4711 likes', 'VAT 2024-05-17']) expectMarks(namedId, text, 'national-id');
});

test('idOfKey marks the whole value', () => {
  expectMarks(idOfKey, '«C02558481»', 'national-id', KEY.idNumber);
  expectMarks(idOfKey, '«12 AB 3456»', 'national-id', KEY.idNumber);
  for (const text of ['none', 'verified 3', 'https://x.example/1234', '']) expectMarks(idOfKey, text, 'national-id', KEY.idNumber);
});

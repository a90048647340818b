import test from 'node:test';
import { KEY } from '#scanner/recognizer';
import { expectMarks } from '#scanner/testing';
import { iban } from './iban.ts';

test('iban marks examples of the registry', () => {
  for (const text of [
    '«GB29NWBK60161331926819»', 'IBAN «GB29 NWBK 6016 1331 9268 19» please', '«DE89 3704 0044 0532 0130 00»', '«FR1420041010050500013M02606»', '«NO9386011117947»', '«MT84MALT011000012345MTLCAST001S»',
    'to «ch93 0076 2011 6238 5295 7»', 'iban=«de89370400440532013000»', '«NL91ABNA0417164300»,«BE68539007547034»', 'iban%3D«DE89370400440532013000»', 'q=«DE89+3704+0044+0532+0130+00»', '/accounts/«SE4550000000058398257466»/tx', '«DE89-3704-0044-0532-0130-00»',
  ])
    expectMarks(iban, text, 'iban');
  expectMarks(iban, '«de89370400440532013000»', 'iban', KEY.personal);
});

test('iban leaves hashes and wrong numbers alone', () => {
  for (const text of [
    'GB29NWBK60161331926818', 'DE89370400440532013001', 'de89370400440532013000', 'DE8937040044053201300', 'XDE89370400440532013000', 'DE89370400440532013000X', 'ZZ89370400440532013000', 'DE89 37040044 0532013000',
    '4bf92f3577b34da6a3ce929d0e0e4736', 'DE89', 'GB29 NWBK', 'a1-DE89370400440532013000',
  ])
    expectMarks(iban, text, 'iban');
});

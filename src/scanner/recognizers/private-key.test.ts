import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { expectMarks } from '#scanner/testing';
import { bareKey, jsonWebKey, privateKey, puttyKey } from './private-key.ts';

const BODY = 'MIIEpAIBAAKCAQEA04up8hoqzS1abcdefgh';

test('privateKey marks every armour', () => {
  for (const text of [
    `«-----BEGIN RSA PRIVATE KEY-----\n${BODY}\n${BODY}\n-----END RSA PRIVATE KEY-----»`,
    `key: «-----BEGIN PRIVATE KEY-----\\n${BODY}\\n-----END PRIVATE KEY-----»\\n"`,
    `«-----BEGIN OPENSSH PRIVATE KEY-----\r\n${BODY}\r\n-----END OPENSSH PRIVATE KEY-----» x`,
    `«-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v2\n\n${BODY}\n-----END PGP PRIVATE KEY BLOCK-----»`,
    `«-----BEGIN EC PRIVATE KEY-----\n${BODY}»`,
    `«-----BEGIN ENCRYPTED PRIVATE KEY-----\n${BODY}\n-----END ENCRYPTED PRIVATE KEY-----» and «-----BEGIN DSA PRIVATE KEY-----\n${BODY}\n-----END DSA PRIVATE KEY-----»`,
  ]) expectMarks(privateKey, text, 'private-key');
});

test('privateKey leaves public keys, certificates and empty armour alone', () => {
  for (const text of [`-----BEGIN PUBLIC KEY-----\n${BODY}\n-----END PUBLIC KEY-----`, `-----BEGIN CERTIFICATE-----\n${BODY}\n-----END CERTIFICATE-----`, '-----BEGIN OPENSSH PRIVATE KEY----------END OPENSSH PRIVATE KEY-----', 'expected -----BEGIN PRIVATE KEY-----']) expectMarks(privateKey, text, 'private-key');
});

test('puttyKey marks the private lines', () => {
  expectMarks(puttyKey, 'PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\nComment: x\nPublic-Lines: 1\nAAAAB3\nPrivate-Lines: 1\n«AAABAQC0abcd\n»', 'private-key');
});

test('jsonWebKey marks private members only', () => {
  expectMarks(jsonWebKey, '{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","d":"«jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI»"}', 'private-key');
  expectMarks(jsonWebKey, '{"kty":"oct","k":"«AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ»"}', 'private-key');
  expectMarks(jsonWebKey, '{"kty":"EC","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"}', 'private-key');
});

test('bareKey marks keys without their armour, on one line and on many', () => {
  const keys = [generateKeyPairSync('rsa', { modulusLength: 1024 }), generateKeyPairSync('rsa', { modulusLength: 2048 }), generateKeyPairSync('ec', { namedCurve: 'P-256' }), generateKeyPairSync('ec', { namedCurve: 'P-384' }), generateKeyPairSync('ed25519')];
  for (const { privateKey: key, publicKey } of keys) {
    const body = key.export({ type: 'pkcs8', format: 'der' }).toString('base64');
    for (const text of [`SIGNING=«${body}»`, `{"k":"«${body}»"}`, `k:\n  «${body.match(/.{1,64}/g)!.join('\n  ')}»\n`, `"«${body.match(/.{1,64}/g)!.join('\\n')}»"`]) expectMarks(bareKey, text, 'private-key');
    expectMarks(bareKey, publicKey.export({ type: 'spki', format: 'der' }).toString('base64'), 'private-key');
  }
  expectMarks(bareKey, `x «b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZWQyNTUxOQ» y`, 'private-key');
  for (const text of ['MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJRTESMBAGA1UEChMJQmFsdGltb3Jl', 'MIIEvQIBADANBgkqhkiG9w0BAQ', 'b3BlbnNzaC1rZXktdjE']) expectMarks(bareKey, text, 'private-key');
});

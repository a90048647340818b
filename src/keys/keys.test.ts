import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { inspect } from 'node:util';
import { deriveKey, openRootKey, Sealer, SEAL_OVERHEAD_BYTES } from './keys.ts';

let home = '';
let dataDir = '';
let file = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tracekeep-keys-'));
  dataDir = join(home, 'data');
  file = join(home, 'data.key');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const hex = (key: { reveal(): Uint8Array }): string => Buffer.from(key.reveal()).toString('hex');

describe('openRootKey()', () => {
  test('makes the key once, 0600, and the data directory 0700', () => {
    const first = openRootKey({ file, dataDir });
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(statSync(dataDir).mode & 0o777, 0o700);
    assert.equal(hex(openRootKey({ file, dataDir })), hex(first));
    assert.equal(readFileSync(file, 'utf8'), `${hex(first)}\n`);
    assert.equal(first.reveal().length, 32);
  });

  test('does not keep the key in the data directory, nor print it', () => {
    const root = openRootKey({ file, dataDir });
    assert.equal(readFileSync(join(dataDir, 'key.check'), 'utf8').includes(hex(root)), false);
    assert.equal(`${root} ${JSON.stringify(root)} ${inspect(root)}`.includes(hex(root)), false);
  });

  test('refuses another key than the data directory was made with', () => {
    openRootKey({ file, dataDir });
    const other = join(home, 'other.key');
    writeFileSync(other, 'ab'.repeat(32), { mode: 0o600 });
    assert.throws(() => openRootKey({ file: other, dataDir }), /is not the one it was made with/);
  });

  test('refuses to make a new key for a data directory that had one', () => {
    openRootKey({ file, dataDir });
    rmSync(file);
    assert.throws(() => openRootKey({ file, dataDir }), /does not exist/);
    assert.equal(existsSync(file), false);
  });

  test('refuses data whose check value is gone', () => {
    openRootKey({ file, dataDir });
    mkdirSync(join(dataDir, 'journal'));
    rmSync(join(dataDir, 'key.check'));
    assert.throws(() => openRootKey({ file, dataDir }), /holds data but no key.check/);
  });

  const unsafe: Record<string, [() => void, RegExp]> = {
    'others may read': [() => chmodSync(file, 0o640), /others may read or write/],
    'is a symbolic link': [
      () => {
        writeFileSync(join(home, 'real'), readFileSync(file), { mode: 0o600 });
        rmSync(file);
        symlinkSync(join(home, 'real'), file);
      },
      /symbolic link/,
    ],
    'is too short': [() => writeFileSync(file, 'ab'.repeat(31)), /64 hexadecimal digits/],
    'is too long': [() => writeFileSync(file, 'ab'.repeat(33)), /64 hexadecimal digits/],
    'is not hexadecimal': [() => writeFileSync(file, 'zz'.repeat(32)), /64 hexadecimal digits/],
    'is a directory': [
      () => {
        rmSync(file);
        mkdirSync(file);
      },
      /not a regular file/,
    ],
  };
  for (const [name, [spoil, message]] of Object.entries(unsafe)) {
    test(`refuses a key file that ${name}`, () => {
      openRootKey({ file, dataDir });
      spoil();
      assert.throws(() => openRootKey({ file, dataDir }), message);
    });
  }

  test('refuses a key inside the data directory, through a symbolic link too', () => {
    assert.throws(() => openRootKey({ file: join(dataDir, 'root.key'), dataDir }), /inside the data directory/);
    symlinkSync(dataDir, join(home, 'alias'));
    assert.throws(() => openRootKey({ file: join(home, 'alias', 'root.key'), dataDir }), /inside the data directory/);
  });
});

describe('deriveKey()', () => {
  const root = () => openRootKey({ file, dataDir, random: (bytes) => new Uint8Array(bytes).fill(7) });
  test('gives each purpose and salt a key of its own, the same each time', () => {
    const keys = [deriveKey(root(), 'disk'), deriveKey(root(), 'journal'), deriveKey(root(), 'segment', Uint8Array.of(1)), deriveKey(root(), 'segment', Uint8Array.of(2))].map(hex);
    assert.equal(new Set(keys).size, 4);
    assert.equal(hex(deriveKey(root(), 'disk')), keys[0]);
    assert.equal(keys.includes(hex(root())), false);
  });
  test('follows RFC 5869', () => {
    // HKDF-SHA256, IKM = 32 × 07, no salt, info = "tracekeep/1/disk", computed with Python's hmac.
    assert.equal(hex(deriveKey(root(), 'disk')), 'c961b64cf36c0099c1333536d47b21375cb8c6af210766255edf88f240462d29');
  });
});

describe('Sealer', () => {
  const key = () => deriveKey(openRootKey({ file, dataDir }), 'journal');
  const text = Buffer.from('who reads this has the key');
  test('opens what it sealed, given in parts', () => {
    const sealer = new Sealer(key(), 'journal');
    const sealed = Buffer.concat(sealer.seal(Uint8Array.of(1), [text.subarray(0, 5), new Uint8Array(0), text.subarray(5)]));
    assert.equal(sealed.length, text.length + SEAL_OVERHEAD_BYTES);
    assert.equal(sealed.includes('reads'), false);
    assert.deepEqual(Buffer.from(sealer.open(Uint8Array.of(1), sealed) ?? []), text);
  });
  test('never seals twice alike', () => {
    const sealer = new Sealer(key(), 'journal');
    const nonces = new Set(Array.from({ length: 600 }, () => Buffer.from(sealer.seal(Uint8Array.of(1), [text])[0] ?? []).toString('hex')));
    assert.equal(nonces.size, 600);
  });
  test('does not open with another place, purpose, key or a flipped bit', () => {
    const sealer = new Sealer(key(), 'journal');
    const sealed = Buffer.concat(sealer.seal(Uint8Array.of(1), [text]));
    assert.equal(sealer.open(Uint8Array.of(2), sealed), null);
    assert.equal(new Sealer(key(), 'control').open(Uint8Array.of(1), sealed), null);
    assert.equal(new Sealer(deriveKey(key(), 'segment'), 'journal').open(Uint8Array.of(1), sealed), null);
    for (let at = 0; at < sealed.length; at += 1) {
      const flipped = Buffer.from(sealed);
      flipped[at] = (flipped[at] ?? 0) ^ 0x10;
      assert.equal(sealer.open(Uint8Array.of(1), flipped), null, `byte ${at}`);
    }
    assert.equal(sealer.open(Uint8Array.of(1), sealed.subarray(0, 20)), null);
  });
});

import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isFlaw, openNote, parseNote, parseVkey, printNote, type KeyTypeByte } from '#merkle';
import { openSigners, readSigners, sha256, signerName, verifyNatively } from './signing.ts';

const home = mkdtempSync(join(tmpdir(), 'tracekeep-signing-'));
after(() => rmSync(home, { recursive: true, force: true }));

const TYPES: readonly KeyTypeByte[] = [0x01, 0x06];
const TEXT = 'log.example/a\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n';
const wanted = (file: string, more: object = {}) => ({ file: join(home, file), what: 'key of the log', name: 'log.example/a', types: TYPES, ...more });

test('openSigners() makes the keys once, 0600, and what they sign is opened with their vkeys', () => {
  const signers = openSigners(wanted('new/keys'));
  assert.equal(statSync(join(home, 'new/keys')).mode & 0o777, 0o600);
  assert.deepEqual(openSigners(wanted('new/keys')).map(({ vkey }) => vkey), signers.map(({ vkey }) => vkey));
  assert.equal(signerName(join(home, 'new/keys'), 'key'), 'log.example/a');
  assert.equal(signerName(join(home, 'nothing'), 'key'), null);
  const note = parseNote(Buffer.from(String(printNote(TEXT, signers.map((signer) => signer.sign(TEXT, 7))))));
  assert.ok(!isFlaw(note));
  const verifiers = signers.flatMap(({ vkey, verifier }) => (isFlaw(parseVkey(sha256, vkey)) ? [] : [verifier]));
  const opened = openNote(note, verifiers, verifyNatively);
  assert.ok(!isFlaw(opened));
  assert.deepEqual(opened.claims.map(({ time_s }) => time_s), [undefined, 7]);
});

test('openSigners() says what is in the way of its folder', () => {
  writeFileSync(join(home, 'in-the-way'), '');
  assert.throws(() => openSigners(wanted('in-the-way/keys')), /cannot make the folder .*in-the-way for the key of the log: a file of that name is there/);
  assert.throws(() => openSigners(wanted('in-the-way/below/keys')), /the folder above it cannot be made/);
});

test('verifyNatively() says no to keys and signatures that are none', () => {
  assert.equal(verifyNatively('ed25519', new Uint8Array(31), new Uint8Array(1), new Uint8Array(64)), false);
  assert.equal(verifyNatively('ml-dsa-44', new Uint8Array(1312), new Uint8Array(1), new Uint8Array(3)), false);
});

test('keys under another name, of other types, changed or open to others are refused', () => {
  openSigners(wanted('keys'));
  const file = join(home, 'keys');
  const text = readFileSync(file, 'latin1');
  assert.throws(() => openSigners(wanted('keys', { name: 'log.example/b' })), /signs as log\.example\/a, not as log\.example\/b/);
  assert.throws(() => openSigners(wanted('keys', { types: [0x04, 0x06] })), /not one that Tracekeep wrote/);
  assert.throws(() => readSigners(wanted('nothing')), /does not exist/);
  for (const broken of ['', text.slice(0, -30), text.replace('log.example/a', 'log.example/b'), `${text}${text}`, text.repeat(99)]) {
    writeFileSync(file, broken);
    assert.throws(() => openSigners(wanted('keys')), /not one that Tracekeep wrote/, broken.slice(0, 30));
  }
  writeFileSync(file, text);
  chmodSync(file, 0o644);
  assert.throws(() => openSigners(wanted('keys')), /others may read or write/);
});

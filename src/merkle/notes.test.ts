/** Notes, keys, checkpoints and cosignatures: vectors that two implementations agreed on, and those who want to be believed. */
import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import { fromBase64, toBase64 } from './base64.ts';
import { parseCheckpoint, printCheckpoint } from './checkpoint.ts';
import { CompactRange } from './compact-range.ts';
import { cosignatureMessage, subtreeMessage } from './cosignature.ts';
import { flawText, isFlaw, type Flaw } from './flaw.ts';
import { leafHash } from './hashes.ts';
import { checkEntry } from './merkle.ts';
import { NOTE_BYTES_MAX, parseNote, parseSignatures, printNote, printSignature, SIGNATURES_MAX } from './note.ts';
import { cosigners, judge, openedCheckpoint, openNote, signNote, type OpenedNote } from './signed-note.ts';
import { hex, randomOf, sha256, utf8, verifyNatively } from './testing.ts';
import { parseVkey, printVkey, verifierOf } from './vkey.ts';

const LOG_KEY = 'log.example/audit+5de26740+ASa0C4+T//PYlxEvfrxYKyMtvXJRfQgv6Dz7MN3OQ9G7';
const WITNESS_KEY = 'witness.example/w1+4278d8bf+BCa0C4+T//PYlxEvfrxYKyMtvXJRfQgv6Dz7MN3OQ9G7';
const TEXT = 'log.example/audit\n3\nOF2jDzkXKCyJOd/4UZV+UZqxhGsTUaFMCts7EWMnQqo=\n';
const LOG_LINE = '\u2014 log.example/audit XeJnQFTZJVkwk7UMHJIFliiZK6pZTq6nxU/7BG3i5IlsEbmAIGok2kpFGmMSA9D1mY5aML46qnlu2jJMAEjswaWjhQo=\n';
const WITNESS_LINE = '\u2014 witness.example/w1 QnjYvwAAAABpVbkAriuyERFxR8ZyFFXCVzsl4+JnJRQ6KnVHbPhzOE+qrdYRJNGVzh8ISzdgb2ksN/C9apllVa5AKFFxmxrUHuEnDw==\n';
const CHECKPOINT = `${TEXT}\n${LOG_LINE}${WITNESS_LINE}`;
const TIME_S = 1_767_225_600;
const log = ok(parseVkey(sha256, LOG_KEY));
const witness = ok(parseVkey(sha256, WITNESS_KEY));
// The published key of RFC 9421 §B.1.4, which is secret to nobody.
const rfc9421 = createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', d: 'n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU', x: toUrl(log.publicKey) }, format: 'jwk' });
const signer = (message: Uint8Array): Uint8Array => sign(null, message, rfc9421);

test('the worked checkpoint is printed, signed and cosigned byte for byte', () => {
  const tree = new CompactRange(sha256);
  for (const entry of ['alpha', 'beta', 'gamma']) tree.append(leafHash(sha256, utf8(entry)));
  const text = ok(printCheckpoint({ origin: 'log.example/audit', size: tree.size, root: tree.root(), extensions: [] }));
  assert.equal(text, TEXT);
  const signatures = [ok(signNote(text, log, signer, 0)), ok(signNote(text, witness, signer, TIME_S))];
  assert.equal(printNote(text, signatures), CHECKPOINT);
});

test('the worked checkpoint opens with either key, and says when it was cosigned', () => {
  const note = ok(parseNote(utf8(CHECKPOINT)));
  const opened = ok(openNote(note, [log, witness], verifyNatively));
  assert.deepEqual(opened.claims.map(({ time_s }) => time_s), [undefined, TIME_S]);
  assert.equal(ok(openedCheckpoint(opened)).size, 3);
  assert.equal(cosigners(opened, [log, witness]), 1);
  assert.equal(cosigners(opened, [log]), 0);
  assert.equal(ok(openNote(note, [witness], verifyNatively)).claims.length, 1);
  assert.equal(ok(openNote(ok(parseNote(utf8(CHECKPOINT + WITNESS_LINE))), [witness], verifyNatively)).claims.length, 1);
});

test('the worked message of an ML-DSA-44 cosignature, its key id, and a cosignature over it', () => {
  const key = createPrivateKey({ key: Buffer.from(Array.from({ length: 32 }, (_, at) => at)), format: 'raw-seed', asymmetricKeyType: 'ml-dsa-44' });
  const publicKey = createPublicKey(key).export({ format: 'raw-public' });
  const cosigner = ok(verifierOf(sha256, 'witness.example/w1', 0x06, publicKey));
  assert.equal(cosigner.keyId.toString(16), 'dcccf9ec');
  assert.deepEqual(parseVkey(sha256, printVkey(cosigner)), { ...cosigner, publicKey: new Uint8Array(publicKey) });
  const { origin, size, root } = ok(parseCheckpoint(TEXT));
  const message = ok(subtreeMessage({ cosigner: cosigner.name, time_s: TIME_S, origin, range: { start: 0, end: size }, hash: root }));
  assert.equal(message.length, 105);
  assert.equal(hex(sha256(message)), '9210aaff5a71276c0cce766d6d24f2fa6bed317981bdd165769445acebd7b8ce');

  const signature = ok(signNote(TEXT, cosigner, (bytes) => sign(null, bytes, key), TIME_S));
  assert.equal(signature.signature.length, 2428);
  const opened = ok(openNote(ok(parseNote(utf8(`${TEXT}\n${printSignature(signature)}`))), [cosigner], verifyNatively));
  assert.equal(opened.claims[0]!.time_s, TIME_S);
  assert.equal(cosigners(opened, [cosigner]), 1);
  const later = utf8(`${TEXT}\n${printSignature({ ...signature, signature: signature.signature.with(7, signature.signature[7]! ^ 1) })}`);
  assert.equal((openNote(ok(parseNote(later)), [cosigner], verifyNatively) as Flaw).flaw, 'signature_false');
});

test('extension lines that only ML-DSA-44 cosigned are not handed out', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ml-dsa-44');
  const cosigner = ok(verifierOf(sha256, 'w', 0x06, publicKey.export({ format: 'raw-public' })));
  const line = printSignature(ok(signNote(TEXT, cosigner, (bytes) => sign(null, bytes, privateKey), 0)));
  const changed = ok(parseNote(utf8(`${TEXT}extra\n\n${line}`)));
  assert.deepEqual(ok(openedCheckpoint(ok(openNote(changed, [cosigner], verifyNatively)))).extensions, []);
  const signed = printSignature(ok(signNote(`${TEXT}extra\n`, log, signer, 0)));
  const both = ok(parseNote(utf8(`${TEXT}extra\n\n${line}${signed}`)));
  assert.deepEqual(ok(openedCheckpoint(ok(openNote(both, [cosigner, log], verifyNatively)))).extensions, ['extra']);
});

test('no key that is known, no note', () => {
  const note = ok(parseNote(utf8(CHECKPOINT)));
  const other = ok(verifierOf(sha256, log.name, 0x01, generateKeyPairSync('ed25519').publicKey.export({ format: 'raw-public' })));
  assert.deepEqual(openNote(note, [], verifyNatively), { flaw: 'signature_missing' });
  assert.deepEqual(openNote(note, [other], verifyNatively), { flaw: 'signature_missing' });
  assert.deepEqual(openNote(note, [log, log], verifyNatively), { flaw: 'key_ambiguous' });
  // Somebody who found a key with the same id gets a false signature.
  assert.equal((openNote(note, [{ ...other, keyId: log.keyId }], verifyNatively) as Flaw).flaw, 'signature_false');
  assert.deepEqual(judge(note, [], []), { flaw: 'signature_missing' });
  const claims = (openNote(note, [log, witness], verifyNatively) as OpenedNote).claims;
  assert.equal(isFlaw(judge(note, claims, [true])), true, 'an answer is missing');
});

test('one false signature of a known key closes the whole note', () => {
  const broken = LOG_LINE.replace('XeJnQFTZ', 'XeJnQFTa');
  const note = ok(parseNote(utf8(`${TEXT}\n${broken}${WITNESS_LINE}`)));
  assert.equal((openNote(note, [log, witness], verifyNatively) as Flaw).flaw, 'signature_false');
  assert.equal(ok(openNote(note, [witness], verifyNatively)).claims.length, 1);
  const short = printSignature({ name: log.name, keyId: log.keyId, signature: new Uint8Array(63) });
  assert.equal((openNote(ok(parseNote(utf8(`${TEXT}\n${short}`))), [log], verifyNatively) as Flaw).flaw, 'signature_malformed');
  for (const length of [1, 7, 8, 71, 73]) {
    const odd = printSignature({ name: witness.name, keyId: witness.keyId, signature: new Uint8Array(length) });
    assert.deepEqual(openNote(ok(parseNote(utf8(`${TEXT}\n${odd}`))), [witness], verifyNatively), { flaw: 'signature_malformed', detail: `${length} bytes` });
  }
  const far = printSignature({ name: witness.name, keyId: witness.keyId, signature: new Uint8Array(72).fill(255) });
  assert.deepEqual(openNote(ok(parseNote(utf8(`${TEXT}\n${far}`))), [witness], verifyNatively), { flaw: 'signature_malformed', detail: 'time' });
  const noCheckpoint = printSignature({ name: witness.name, keyId: witness.keyId, signature: new Uint8Array(72) });
  assert.equal((openNote(ok(parseNote(utf8(`hello\n\n${noCheckpoint}`))), [witness], verifyNatively) as Flaw).flaw, 'checkpoint_malformed');
});

test('every byte of a signed checkpoint counts', () => {
  const bytes = utf8(CHECKPOINT);
  for (let at = 0; at < bytes.length; at++) {
    const note = parseNote(bytes.with(at, bytes[at]! ^ 1));
    const opened = isFlaw(note) ? note : openNote(note, [log, witness], verifyNatively);
    // Changing a name or an id makes a signature one of a stranger; the text stands as the others signed it.
    assert.ok(isFlaw(opened) || (opened.text === TEXT && opened.claims.length === 1), `byte ${at}`);
  }
});

test('checkEntry() follows from the signature to the entry', () => {
  const opened = ok(openNote(ok(parseNote(utf8(CHECKPOINT))), [log], verifyNatively));
  const [alpha, beta] = ['alpha', 'beta'].map((entry) => leafHash(sha256, utf8(entry)));
  const proof = [sha256(Uint8Array.of(1, ...alpha!, ...beta!))];
  assert.equal(ok(checkEntry(sha256, opened, 'log.example/audit', utf8('gamma'), 2, proof)).size, 3);
  assert.equal(isFlaw(checkEntry(sha256, opened, 'log.example/audit', utf8('delta'), 2, proof)), true);
  assert.equal(isFlaw(checkEntry(sha256, opened, 'log.example/audit', utf8('gamma'), 1, proof)), true);
  assert.equal(isFlaw(checkEntry(sha256, opened, 'log.example/other', utf8('gamma'), 2, proof)), true);
});

test('notes: what is not one is refused', () => {
  const line = '\u2014 a AAAAAAA=\n';
  assert.equal(ok(parseNote(utf8(`a\n\nb\n\n${line}`))).text, 'a\n\nb\n');
  assert.equal(ok(parseNote(utf8(`a\n\n\n${line}`))).text, 'a\n\n');
  const wrong = ['', '\n', '\n\n', 'a\n', 'a\n\n', `a\n${line}`, `\n${line}`, `a\n\n${line.trimEnd()}`, `a\n\n${line}x\n`, `a\n\n${line}${line.trimEnd()}`, `a\n\n- a AAAAAAA=\n`, `a\n\n\u2014 a  AAAAAAA=\n`, `a\n\n\u2014 a AAAAAAA= \n`, `a\n\n\u2014  AAAAAAA=\n`,
    `a\n\n\u2014 a\u00a0b AAAAAAA=\n`, `a\n\n\u2014 a\u0085 AAAAAAA=\n`, `a\n\n\u2014 a+b AAAAAAA=\n`, `a\n\n\u2014 a AAAAAA==\n`, `a\n\n\u2014 a AAAAAAB=\n`, `a\n\n\u2014 a AAAAAAA\n`, `a\n\n\u2014 ${'n'.repeat(256)} AAAAAAA=\n`, `a\r\n\n${line}`, `a\u0000\n\n${line}`, `a\t\n\n${line}`];
  for (const text of wrong) assert.equal((parseNote(utf8(text)) as Flaw).flaw, 'note_malformed', JSON.stringify(text.slice(0, 40)));
  assert.deepEqual(parseNote(Uint8Array.of(0xff, 0x0a)), { flaw: 'note_malformed', detail: 'not UTF-8' });
  assert.equal(ok(parseNote(utf8(`a\n\n${line.repeat(SIGNATURES_MAX)}`))).signatures.length, SIGNATURES_MAX);
  assert.equal((parseNote(utf8(`a\n\n${line.repeat(SIGNATURES_MAX + 1)}`)) as Flaw).flaw, 'note_too_large');
  assert.equal((parseNote(new Uint8Array(NOTE_BYTES_MAX + 1)) as Flaw).flaw, 'note_too_large');
  assert.deepEqual(parseSignatures(''), []);
  // A mark of byte order is a character of the text, as it was signed.
  assert.equal(ok(parseNote(utf8(`\ufeffa\n\n${line}`))).text, '\ufeffa\n');
});

test('notes: what could not be read back is not printed', () => {
  const signature = { name: 'a', keyId: 1, signature: new Uint8Array(64) };
  for (const text of ['', 'a', 'a\u0000\n', '\ud800\n']) assert.equal(isFlaw(printNote(text, [signature])), true);
  assert.equal(isFlaw(printNote('a\n', [])), true);
  for (const name of ['', 'a b', 'a+b', 'a\n', '\ud800', 'é'.repeat(128)]) assert.equal((printNote('a\n', [{ ...signature, name }]) as Flaw).flaw, 'name_invalid');
  assert.equal(isFlaw(printNote('a\n', Array.from({ length: SIGNATURES_MAX + 1 }, () => signature))), true);
  assert.equal(isFlaw(printNote(`${'a'.repeat(NOTE_BYTES_MAX)}\n`, [signature])), true);
});

test('keys: the published one is read and printed, and one that is not whole is refused', () => {
  const text = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
  assert.equal(printVkey(ok(parseVkey(sha256, text))), text);
  assert.equal(printVkey(witness), WITNESS_KEY);
  const wrong = ['', '+', '++', 'a+530d903a', text.slice(0, -1), `${text}\n`, text.replace('foo', 'fop'), text.replace('530d903a', '530D903A'), text.replace('530d903a', '530d903b'), text.replace('+530', '++530'), text.replace('AeKy', 'AeKz').replace('AekyeR', 'AekyeS'), `${text}${'A'.repeat(4000)}`];
  for (const one of wrong) assert.ok(isFlaw(parseVkey(sha256, one)), one.slice(0, 80));
  assert.deepEqual(parseVkey(sha256, `${text}${'A'.repeat(4000)}`), { flaw: 'key_malformed', detail: 'too long' });
  assert.deepEqual(parseVkey(sha256, 'a+00000000+AgAA'), { flaw: 'key_type_unknown', detail: 'type 2' });
  assert.equal(isFlaw(verifierOf(sha256, 'a b', 0x01, new Uint8Array(32))), true);
  assert.equal(isFlaw(verifierOf(sha256, 'a', 0x06, new Uint8Array(32))), true);
});

test('checkpoints: sizes, roots and lines that are not as they are written are refused', () => {
  const root = 'OF2jDzkXKCyJOd/4UZV+UZqxhGsTUaFMCts7EWMnQqo=';
  assert.equal(ok(parseCheckpoint(`o\n0\n${root}\n`)).size, 0);
  assert.equal(ok(parseCheckpoint(`o\n9007199254740991\n${root}\nx\n`)).extensions.length, 1);
  for (const size of ['', '-1', '+1', '01', '1.0', '1e3', ' 1', '٣', '9007199254740992', '9'.repeat(400)]) assert.equal(isFlaw(parseCheckpoint(`o\n${size}\n${root}\n`)), true, size);
  for (const hash of ['', root.slice(4), root.slice(0, -1), `${root}=`, root.replace('qo=', 'qp='), root.replace('O', ' O')]) assert.equal(isFlaw(parseCheckpoint(`o\n1\n${hash}\n`)), true, hash);
  for (const text of ['', '\n', `\n1\n${root}\n`, `o\n1\n${root}`, `o\n1\n${root}\n\n`, `o\n1\n${root}\nx`, `o\n1\n${root}\n${'x'.repeat(1025)}\n`, `o\n1\n${root}\nx\n\ny\n`, `o\n1\n${root}\n${'x\n'.repeat(17)}`, `o\n1\n${root}\n${'x\n'.repeat(1000)}`, `${'o'.repeat(256)}\n1\n${root}\n`]) assert.equal(isFlaw(parseCheckpoint(text)), true, text.slice(0, 60));
  const checkpoint = { origin: 'o', size: 1, root: new Uint8Array(32), extensions: [] };
  for (const wrong of [{ origin: 'o\n7' }, { size: 2 ** 53 }, { size: -1 }, { root: new Uint8Array(31) }, { extensions: ['a\nb'] }, { extensions: [''] }]) assert.equal(isFlaw(printCheckpoint({ ...checkpoint, ...wrong })), true);
});

test('cosigned messages: what the form cannot say is not said', () => {
  const statement = { cosigner: 'w', time_s: 5, origin: 'o', range: { start: 0, end: 4 }, hash: new Uint8Array(32) };
  assert.equal(ok(subtreeMessage(statement)).length, 12 + 2 + 8 + 2 + 8 + 8 + 32);
  assert.equal(ok(subtreeMessage({ ...statement, time_s: 0, range: { start: 4, end: 6 } })).at(-33), 6);
  for (const wrong of [{ cosigner: 'w'.repeat(256) }, { origin: 'o'.repeat(256) }, { time_s: -1 }, { time_s: 1.5 }, { range: { start: 4, end: 6 } }, { time_s: 0, range: { start: 3, end: 6 } }, { hash: new Uint8Array(31) }]) {
    assert.equal(isFlaw(subtreeMessage({ ...statement, ...wrong })), true, JSON.stringify(wrong));
  }
  assert.equal(isFlaw(cosignatureMessage(TEXT, 2 ** 53)), true);
  assert.equal(isFlaw(signNote(TEXT, witness, signer, -1)), true);
  assert.equal(isFlaw(signNote('hello\n', witness, signer, 1)), true);
  assert.equal(isFlaw(signNote(TEXT, log, () => new Uint8Array(63), 0)), true);
});

test('base64: each array of bytes has one text', () => {
  const random = randomOf(1);
  for (let length = 0; length < 70; length++) {
    const bytes = Uint8Array.from({ length }, () => random(256));
    assert.equal(toBase64(bytes), Buffer.from(bytes).toString('base64'));
    assert.deepEqual(fromBase64(toBase64(bytes)), bytes);
  }
  for (const text of ['A', 'AA', 'AAA', 'A===', '====', '=AAA', 'AA=A', 'AB==', 'AAB=', 'AA==AAAA', 'AA-_', 'AAA\n', ' AAA', 'AAAé', 'AA==\n']) assert.equal(fromBase64(text), undefined, text);
});

test('hostile bytes are answered with flaws, never with exceptions', () => {
  const random = randomOf(99);
  const start = utf8(CHECKPOINT);
  let opened = 0;
  for (let round = 0; round < 3_000; round++) {
    const bytes = start.slice();
    for (let changes = 1 + random(4); changes > 0; changes--) bytes[random(bytes.length)] = random(256);
    const note = parseNote(bytes.subarray(random(3) === 0 ? random(bytes.length) : 0));
    if (isFlaw(note)) assert.match(flawText(note), /^[a-z_]+: [A-Z]/u);
    else if (!isFlaw(openNote(note, [log, witness], verifyNatively))) opened++;
    parseVkey(sha256, new TextDecoder('latin1').decode(bytes.subarray(0, 80)));
  }
  assert.ok(opened < 3_000);
});

function ok<T>(value: T | Flaw): T {
  assert.ok(!isFlaw(value), isFlaw(value) ? flawText(value) : '');
  return value;
}

function toUrl(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

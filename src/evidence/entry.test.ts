/** Entries against the bytes of the format, worked out by hand. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { commitmentOf, ENTRY_BYTES, entryBytes, parseEntry, printEntry, textHash } from './entry.ts';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const BODY = { type: 1, time_ms: 1_764_450_000_123, statement: '{"tenant":"default"}', closed: '{"salt":"ü"}' };

test('an entry is type, time and the commitment to both texts', () => {
  const commitment = sha256(Buffer.concat([Buffer.from('tracekeep entry v1\n'), sha256(Buffer.from(BODY.statement)), sha256(Buffer.from(BODY.closed))]));
  const bytes = entryBytes(BODY, sha256);
  assert.equal(bytes.length, ENTRY_BYTES);
  assert.equal(Buffer.from(bytes).toString('hex'), `01${BODY.time_ms.toString(16).padStart(16, '0')}${Buffer.from(commitment).toString('hex')}`);
  assert.equal(Buffer.from(bytes).toString('hex'), '010000019ad16a5cfbab48a99dea249a2f442103ee3eb44c4aefa1845179df46d0ffc7a8cd0fbd1b40');
  assert.deepEqual(parseEntry(bytes), { type: 1, time_ms: BODY.time_ms, commitment: new Uint8Array(commitment) });
  assert.deepEqual(commitmentOf(sha256, BODY.statement, textHash(sha256, BODY.closed)), commitment);
});

test('what is moved from one text to the other, or changed, is another commitment', () => {
  const others = [{ statement: BODY.statement + BODY.closed, closed: '' }, { statement: BODY.closed, closed: BODY.statement }, { closed: '{"salt":"u"}' }, { statement: '{"tenant":"default" }' }];
  for (const other of others) assert.notDeepEqual(entryBytes({ ...BODY, ...other }, sha256), entryBytes(BODY, sha256));
});

test('what is no entry is not read, and what is out of range is not written', () => {
  const bytes = entryBytes(BODY, sha256);
  for (const wrong of [bytes.subarray(1), new Uint8Array(42), bytes.with(0, 0), bytes.with(1, 255)]) assert.equal(parseEntry(wrong), undefined);
  assert.deepEqual(parseEntry(Buffer.concat([Buffer.from('x'), bytes]).subarray(1)), parseEntry(bytes));
  const entry = parseEntry(bytes)!;
  assert.deepEqual(printEntry(entry), bytes);
  for (const wrong of [{ type: 0 }, { type: 256 }, { type: 1.5 }, { time_ms: -1 }, { time_ms: 2 ** 53 }, { time_ms: 0.5 }, { commitment: new Uint8Array(31) }]) {
    assert.throws(() => printEntry({ ...entry, ...wrong }), /cannot write an entry/u);
  }
  assert.throws(() => entryBytes({ ...BODY, statement: '\ud800' }, sha256), /half a character/u);
  assert.throws(() => commitmentOf(sha256, '', new Uint8Array(31)), /32 bytes/u);
});

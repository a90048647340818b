import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { appendFileSync, chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Authority, isDue, type Wanted } from './authority.ts';

const root = mkdtempSync(join(tmpdir(), 'tracekeep-authority-'));
const DAY_MS = 86_400_000;
const dataDir = join(root, 'data');
const made = { dataDir, trustDomain: 'example.org', name: 'Test', valid_ms: 100 * DAY_MS };
const shop: Wanted = { kind: 'producer', name: 'shop', id: 'spiffe://example.org/shop', dns: ['shop.example.org'], ips: ['::1'], valid_ms: 9 * DAY_MS };

after(() => rmSync(root, { recursive: true, force: true }));

test('an authority issues what SPIFFE asks of a leaf, verifiable with its certificate', () => {
  const authority = Authority.create({ ...made, folder: join(root, 'a') });
  const { files, record } = authority.issue(shop);
  const leaf = new X509Certificate(readFileSync(files.certificate));
  assert.equal(leaf.subjectAltName, 'URI:spiffe://example.org/shop, DNS:shop.example.org, IP Address:0:0:0:0:0:0:0:1');
  assert.ok(!leaf.ca && authority.certificate.ca);
  assert.deepEqual(leaf.keyUsage, ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
  assert.ok(leaf.verify(authority.certificate.publicKey) && leaf.checkIssued(authority.certificate));
  assert.equal(authority.certificate.subjectAltName, 'URI:spiffe://example.org');
  assert.match(leaf.serialNumber, /^[4-7][0-9A-F]{31}$/);
  assert.equal(record.expires, leaf.validToDate.getTime());
  for (const file of [files.key, authority.files.key]) assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(statSync(authority.folder).mode & 0o777, 0o700);
});

test('a renewal has another key and serial number, and the list knows both', () => {
  const authority = Authority.open(join(root, 'a'));
  const [first] = authority.current();
  const key = readFileSync(authority.filesOf(shop).key, 'utf8');
  const { record } = authority.renew(first ?? assert.fail());
  assert.notEqual(readFileSync(authority.filesOf(shop).key, 'utf8'), key);
  assert.notEqual(record.serial, first.serial);
  assert.deepEqual(authority.issued().map(({ serial }) => serial), [first.serial, record.serial]);
  assert.deepEqual(authority.current(), [record]);
  assert.deepEqual({ ...record, serial: '', fingerprint: '', created: 0, expires: 0 }, { ...shop, serial: '', fingerprint: '', created: 0, expires: 0 });
});

test('no certificate outlives the authority, and one that has ended issues nothing', () => {
  const authority = Authority.open(join(root, 'a'));
  const end = authority.certificate.validToDate.getTime();
  assert.equal(authority.issue({ ...shop, valid_ms: 1_000 * DAY_MS }).record.expires, end);
  assert.throws(() => authority.issue(shop, end - 1_000), /cannot issue/);
});

test('what a crash left of the list does not spoil it', () => {
  const authority = Authority.open(join(root, 'a'));
  const before = authority.issued();
  appendFileSync(join(authority.folder, 'issued.jsonl'), '{"serial":"cut o');
  assert.deepEqual(authority.issued(), before);
  authority.issue({ ...shop, name: 'cart' });
  assert.equal(authority.issued().length, before.length + 1);
});

test('an authority is made once, outside the data directory, and not used with a key that others can read', () => {
  assert.throws(() => Authority.create({ ...made, folder: join(root, 'a') }), /there is one/);
  assert.throws(() => Authority.create({ ...made, folder: join(dataDir, 'ca') }), /inside the data directory/);
  const other = Authority.create({ ...made, folder: join(root, 'b') });
  chmodSync(other.files.key, 0o640);
  assert.throws(() => Authority.open(other.folder), /chmod 600/);
});

test('isDue() is true in the last third of a certificate', () => {
  const certificate = { created: 0, expires: 90 };
  assert.deepEqual([59, 60, 61, 90].map((now) => isDue(certificate, now)), [false, false, true, true]);
});

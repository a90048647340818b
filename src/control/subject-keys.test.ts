import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';

import { WRAPPED_KEY_BYTES } from '#keys';
import { DEFAULT_TENANT, Secret, tenantId, type SubjectKeyRow, type TenantId } from '#model';

import { ControlStore } from './control.ts';

const OTHER = tenantId('other') as TenantId;
const TOKEN = randomBytes(16);

let dataDir = '';
let store: ControlStore;
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'tracekeep-subject-keys-'));
  store = await open();
});
afterEach(() => {
  store.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const open = (): Promise<ControlStore> => ControlStore.open({ dataDir, key: new Secret(new Uint8Array(32).fill(7)) });
const keyRow = (more: Partial<SubjectKeyRow> = {}): SubjectKeyRow => ({ keyId: randomBytes(8), tenant: DEFAULT_TENANT, window: 1, token: randomBytes(16), wrapped: randomBytes(WRAPPED_KEY_BYTES), ...more });
const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');

/** Every byte of every file of the database. */
function stored(): Buffer {
  const folder = join(dataDir, 'control');
  return Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))));
}

test('keys are found by their ids, in their tenant alone', async () => {
  const rows = [keyRow(), keyRow(), keyRow({ tenant: OTHER })];
  await store.addSubjectKeys(rows);
  const found = store.findSubjectKeys(DEFAULT_TENANT, [...rows.map(({ keyId }) => keyId), randomBytes(8)]);
  assert.deepEqual(found.map(({ keyId, window, wrapped, destroyed }) => [hex(keyId), window, hex(wrapped), destroyed]).sort(), rows.slice(0, 2).map(({ keyId, wrapped }) => [hex(keyId), 1, hex(wrapped), false]).sort());
});

test('many keys are added at once, or none', async () => {
  const rows = Array.from({ length: 3_000 }, () => keyRow());
  await store.addSubjectKeys(rows);
  assert.equal(store.findSubjectKeys(DEFAULT_TENANT, rows.map(({ keyId }) => keyId)).length, 3_000);
  const more = [...Array.from({ length: 600 }, () => keyRow()), keyRow({ keyId: rows[5]?.keyId as Uint8Array })];
  await assert.rejects(store.addSubjectKeys(more), /cannot change the control database/);
  assert.equal(store.findSubjectKeys(DEFAULT_TENANT, more.slice(0, 600).map(({ keyId }) => keyId)).length, 0);
  await assert.rejects(store.addSubjectKeys([keyRow({ token: new Uint8Array(15) })]));
  await assert.rejects(store.addSubjectKeys([keyRow({ wrapped: new Uint8Array(WRAPPED_KEY_BYTES) })]));
});

test('destroyed keys are in no file of the database, and others are as they were', async () => {
  const kept: SubjectKeyRow[] = [];
  const gone: SubjectKeyRow[] = [];
  const tokens = [TOKEN, randomBytes(16), randomBytes(16)];
  // Commit after commit, as they come, with the subjects' rows between those of others, and destroyed in the midst of it.
  for (let commit = 0; commit < 30; commit++) {
    const rows = Array.from({ length: 100 }, (_, at) => keyRow(at % 10 === 0 ? { token: tokens[at % 3] ?? TOKEN } : {}));
    await store.addSubjectKeys(rows);
    for (const row of rows) (tokens.some((token) => token === row.token) ? gone : kept).push(row);
    if (commit % 10 === 9) for (const token of tokens) await store.destroySubjectKeys(DEFAULT_TENANT, token);
  }
  assert.equal(gone.length, 300);
  assert.equal(statSync(join(dataDir, 'control/control.sqlite-wal')).size, 0);
  const all = stored();
  assert.deepEqual(gone.filter(({ wrapped }) => all.includes(wrapped)).length, 0);
  assert.equal(kept.filter(({ wrapped }) => all.includes(wrapped)).length, kept.length);
  assert.ok(store.findSubjectKeys(DEFAULT_TENANT, gone.map(({ keyId }) => keyId)).every(({ destroyed }) => destroyed));
  assert.equal(store.countSubjectKeys(DEFAULT_TENANT, TOKEN), 0);
});

test('a token destroys in its own tenant; what comes later for it has a key again', async () => {
  const [own, foreign, later] = [keyRow({ token: TOKEN }), keyRow({ token: TOKEN, tenant: OTHER }), keyRow({ token: TOKEN })];
  await store.addSubjectKeys([own, foreign]);
  const told: string[] = [];
  const keyIds = await store.destroySubjectKeys(DEFAULT_TENANT, TOKEN, undefined, async (_, ids) => void told.push(...ids.map(hex)));
  assert.deepEqual(keyIds.map(hex), [hex(own.keyId)]);
  assert.deepEqual(told, [hex(own.keyId)]);
  assert.equal(store.countSubjectKeys(OTHER, TOKEN), 1);
  await store.addSubjectKeys([later]);
  assert.equal(store.countSubjectKeys(DEFAULT_TENANT, TOKEN), 1);
  assert.equal(store.findSubjectKeys(DEFAULT_TENANT, [later.keyId])[0]?.destroyed, false);
});

test('a destruction that cannot be told destroys nothing', async () => {
  const row = keyRow({ token: TOKEN });
  await store.addSubjectKeys([row]);
  await assert.rejects(store.destroySubjectKeys(DEFAULT_TENANT, TOKEN, undefined, () => Promise.reject(new Error('no'))));
  assert.equal(hex(store.findSubjectKeys(DEFAULT_TENANT, [row.keyId])[0]?.wrapped), hex(row.wrapped));
});

test('what another process has open does not keep destroyed keys in the write-ahead log', async () => {
  const other = await open();
  try {
    const row = keyRow({ token: TOKEN });
    await store.addSubjectKeys([row]);
    assert.equal(other.countSubjectKeys(DEFAULT_TENANT, TOKEN), 1);
    await store.destroySubjectKeys(DEFAULT_TENANT, TOKEN);
    assert.ok(!stored().includes(row.wrapped));
    assert.equal(other.findSubjectKeys(DEFAULT_TENANT, [row.keyId])[0]?.destroyed, true);
  } finally {
    other.close();
  }
});

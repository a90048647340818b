import assert from 'node:assert/strict';
import { chmodSync, closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, mock, test } from 'node:test';

import { startTransitEngine } from '#keys/transit-double';

import { runCommandLine } from './commands.ts';

let home = '';
let printed = '';
let noted = '';

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'tracekeep-keys-verbs-'));
  assert.equal(await run('tenant', 'set', 'default', '--class', 'default'), 0, noted);
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** The exit code of a verb on a data directory that no server has open. */
async function run(...words: readonly string[]): Promise<number> {
  [printed, noted] = ['', ''];
  const out = process.stdout.write.bind(process.stdout);
  // The test runner talks to its parent over standard output too, in bytes.
  mock.method(process.stdout, 'write', (text: string | Uint8Array) => (typeof text === 'string' ? ((printed += text), true) : out(text)));
  mock.method(process.stderr, 'write', (text: string) => ((noted += text), true));
  try {
    return await runCommandLine([...words, '--data', join(home, 'data')]);
  } finally {
    mock.restoreAll();
  }
}
const keys = (...words: readonly string[]): Promise<number> => run('keys', ...words);
const status = async (...words: readonly string[]) => {
  assert.equal(await keys('status', '--json', ...words), 0, noted);
  return JSON.parse(printed) as { sealingRoot: object; tenants: { tenant: string; versions: { version: number; state: string }[]; toRewrap: number }[] };
};

test('keys are made, followed by another version, retired and shown', async () => {
  assert.deepEqual(await status(), { sealingRoot: { kind: 'file', made: false, here: false, usable: false }, tenants: [] });
  for (const verb of ['status', 'rotate', 'rewrap']) {
    assert.equal(await keys(verb, '--tenant', 'defualt'), 1);
    assert.match(noted, /cannot find the tenant defualt/);
  }
  assert.equal(await keys('export-public'), 1);
  assert.match(noted, /there is none/);
  assert.equal(await keys('rotate'), 0);
  assert.equal(await keys('rotate', '--json'), 0);
  assert.equal((JSON.parse(printed) as { version: number }).version, 2);
  assert.equal(await keys('retire', '2'), 1);
  assert.match(noted, /key_needed/);
  assert.equal(await keys('rewrap', '--json'), 0);
  assert.deepEqual(JSON.parse(printed), { tenant: 'default', version: 2, windows: 0, left: 0 });
  assert.equal(await keys('retire', '1'), 0);
  assert.equal(await keys('retire', '1'), 1);
  assert.match(noted, /retired already/);
  const { sealingRoot, tenants } = await status();
  assert.deepEqual(sealingRoot, { kind: 'file', made: true, here: true, usable: true });
  assert.deepEqual(Object.keys(tenants[0] ?? {}), ['tenant', 'versions', 'toRewrap', 'rewrapping', 'rewrapFailed', 'windows', 'subjectKeys', 'destroyed', 'fields']);
  chmodSync(join(home, 'data.sealing.key'), 0o644);
  assert.deepEqual((await status()).sealingRoot, { kind: 'file', made: true, here: true, usable: false });
  assert.equal(await keys('status'), 0);
  assert.match(printed, /is not used: .*data\.sealing\.key: others may read or write it; run chmod 600/);
  assert.equal(await keys('rotate'), 1);
  assert.match(noted, /sealing_root_unusable: .*data\.sealing\.key: others/);
  assert.deepEqual(tenants.map(({ tenant, versions, toRewrap }) => [tenant, versions.map(({ version, state }) => [version, state]), toRewrap]), [['default', [[2, 'current'], [1, 'retired']], 0]]);
  assert.equal(await keys('export-public'), 0);
  assert.match(printed, /^-----BEGIN PUBLIC KEY-----\nMIIE1DANBgsrBgEEAYPmLYHIegOCBMEA/);
  rmSync(join(home, 'data.sealing.key'));
  assert.equal(await keys('rotate'), 1);
  assert.match(noted, /sealing_root_absent/);
  assert.equal(await keys('status'), 0);
  assert.match(printed, /which is not here/);
});

test('a passphrase comes from an open file, has to be long at first, and a wrong one is refused', { timeout: 60_000 }, async () => {
  const withPassphrase = async (text: string): Promise<number> => {
    writeFileSync(join(home, 'passphrase'), text);
    const descriptor = openSync(join(home, 'passphrase'), 'r');
    try {
      return await keys('rotate', '--sealing-root', 'passphrase', '--passphrase-fd', String(descriptor));
    } finally {
      closeSync(descriptor);
    }
  };
  assert.equal(await withPassphrase('short\n'), 2);
  assert.match(noted, /less than 20 characters/);
  assert.equal(await withPassphrase('x'.repeat(2_000)), 2);
  assert.equal(await withPassphrase('correct horse battery staple\nnext line'), 0, noted);
  assert.equal(await withPassphrase('correct horse battery stable\n'), 1);
  assert.match(noted, /sealing_root_wrong/);
  assert.ok(!/correct|staple|stable/.test(noted));
  assert.equal(await keys('rotate'), 1);
  assert.match(noted, /sealing_root_wrong.*it is a passphrase/);
});

test('a transit engine is asked with the token of a file', async () => {
  const engine = await startTransitEngine({ token: 'hvs.token', key: 'traces' });
  try {
    writeFileSync(join(home, 'token'), 'hvs.token\n', { mode: 0o600 });
    assert.equal(await keys('rotate', '--sealing-root', 'transit'), 2);
    const transit = ['--sealing-root', 'transit', '--sealing-transit-url', engine.url, '--sealing-transit-key', 'traces', '--sealing-transit-token-file', join(home, 'token')];
    assert.equal(await keys('rotate', ...transit), 0, noted);
    assert.deepEqual(engine.asked, ['encrypt', 'encrypt']);
    assert.equal(await keys('rotate', ...transit, '--sealing-transit-url', 'http://vault.example/v1/transit'), 2);
  } finally {
    await engine.close();
  }
});

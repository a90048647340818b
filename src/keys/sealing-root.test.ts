import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { Secret } from '#model';
import { isRefusal } from '#refusal';
import { randomKey, withSealingRoot, type SealingRoot, type SealingRootRecord, type SealingSource } from './keys.ts';
import { startTransitEngine } from './transit-double.ts';

const CHEAP = { memory_kib: 64, passes: 1, lanes: 1 };
const hex = (key: Secret<Uint8Array> | null): string => Buffer.from(key?.reveal() ?? []).toString('hex');
const phrase = (text: string): SealingSource => ({ kind: 'passphrase', passphrase: new Secret(new Uint8Array(Buffer.from(text))) });

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tracekeep-sealing-'));
  mkdirSync(join(home, 'data'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));
const file = (name = 'sealing.key'): SealingSource => ({ kind: 'file', file: join(home, name), dataDir: join(home, 'data') });

/** Wraps a key with a new root; what was kept of it, and what was wrapped. */
async function wrapped(source: SealingSource): Promise<{ readonly record: SealingRootRecord; readonly key: Secret<Uint8Array>; readonly text: string }> {
  const key = randomKey();
  const made = await withSealingRoot(source, null, async (root) => ({ record: root.record, key, text: await root.wrap(key, ['tenant', 'a', 1]) }), CHEAP);
  assert.ok(!isRefusal(made));
  return made;
}

const unwrapping = (text: string, binding: readonly (string | number)[] = ['tenant', 'a', 1]) => async (root: SealingRoot) => hex(await root.unwrap(text, binding));

async function opensItsOwn(source: SealingSource): Promise<SealingRootRecord> {
  const { record, key, text } = await wrapped(source);
  assert.equal(await withSealingRoot(source, record, unwrapping(text), CHEAP), hex(key));
  assert.equal(await withSealingRoot(source, record, unwrapping(text, ['tenant', 'a', 2]), CHEAP), '');
  assert.equal(await withSealingRoot(source, record, unwrapping(text, ['tenant', 'b', 1]), CHEAP), '');
  assert.ok(!JSON.stringify(record).includes(hex(key)));
  return record;
}

async function refusal(source: SealingSource, record: SealingRootRecord | null): Promise<string> {
  const answer = await withSealingRoot(source, record, async () => 'opened', CHEAP);
  return isRefusal(answer) ? answer.refused : answer;
}

/** With the reason, for those who may know. */
async function refusalWithReason(source: SealingSource, record: SealingRootRecord | null): Promise<string> {
  const answer = await withSealingRoot(source, record, async () => 'opened', CHEAP);
  return isRefusal(answer) ? `${answer.refused}: ${answer.detail}` : answer;
}

test('a file is made once, 0600, outside the data directory, and opens what it wrapped', async () => {
  const record = await opensItsOwn(file());
  assert.equal(statSync(join(home, 'sealing.key')).mode & 0o777, 0o600);
  assert.match(readFileSync(join(home, 'sealing.key'), 'latin1'), /^[0-9a-f]{64}\n$/);
  assert.equal(await refusal(file('other.key'), record), 'sealing_root_absent');
  writeFileSync(join(home, 'other.key'), 'AB'.repeat(32), { mode: 0o600 });
  assert.equal(await refusal(file('other.key'), record), 'sealing_root_wrong');
  assert.equal(await refusal(phrase('x'), record), 'sealing_root_wrong');
  assert.match(await refusalWithReason(file('data/sealing.key'), null), /^sealing_root_unusable: .*inside the data directory/);
});

test('a file that is open to others, or is no key, is not used', async () => {
  const { record } = await wrapped(file());
  for (const text of ['ab'.repeat(31), `${'ab'.repeat(32)}c`, 'zz'.repeat(32), '', 'ab'.repeat(40)]) {
    writeFileSync(join(home, 'sealing.key'), text);
    assert.match(await refusalWithReason(file(), record), /^sealing_root_unusable: .*64 hexadecimal digits/, text);
  }
  chmodSync(join(home, 'sealing.key'), 0o640);
  assert.match(await refusalWithReason(file(), record), /^sealing_root_unusable: .*sealing\.key: others may read or write it; run chmod 600/);
});

test('a passphrase opens what it wrapped, and a wrong one is told from changed data', async () => {
  const record = await opensItsOwn(phrase('correct horse battery staple'));
  assert.ok(record.kind === 'passphrase' && record.cost.memory_kib === CHEAP.memory_kib);
  assert.equal(await refusal(phrase('correct horse battery stable'), record), 'sealing_root_wrong');
  assert.equal(await refusal({ kind: 'passphrase', passphrase: null }, record), 'sealing_root_absent');
});

test('the key of a root is zeros when the work is over, and when it failed', async () => {
  const source = file();
  const { record, text } = await wrapped(source);
  let kept: SealingRoot | null = null;
  await withSealingRoot(source, record, async (root) => void (kept = root));
  assert.equal(await (kept as unknown as SealingRoot).unwrap(text, ['tenant', 'a', 1]), null);
  await assert.rejects(withSealingRoot(source, record, (root) => Promise.reject(Object.assign(new Error('no'), { kept: (kept = root) }))), /no/);
  assert.equal(await (kept as unknown as SealingRoot).unwrap(text, ['tenant', 'a', 1]), null);
});

test('a transit engine wraps, also after its key was rotated, and is told from another', async () => {
  const [engine, other] = await Promise.all([startTransitEngine({ token: 'hvs.token', key: 'tracekeep' }), startTransitEngine({ token: 'hvs.token', key: 'tracekeep' })]);
  try {
    writeFileSync(join(home, 'token'), 'hvs.token\n', { mode: 0o600 });
    const transit = (more: object = {}): SealingSource => ({ kind: 'transit', url: engine.url, key: 'tracekeep', tokenFile: join(home, 'token'), ...more });
    const record = await opensItsOwn(transit());
    const { text, key } = await wrapped(transit());
    assert.match(text, /^vault:v1:/);
    engine.rotate();
    assert.equal(await withSealingRoot(transit(), record, unwrapping(text)), hex(key));
    assert.equal(await refusal(transit({ url: other.url }), record), 'sealing_root_wrong');
    assert.equal(await refusal(transit({ tokenFile: join(home, 'none') }), record), 'sealing_root_absent');
    assert.match(await refusalWithReason(transit({ url: engine.url.replace('transit', 'elsewhere') }), record), /^sealing_root_unreachable: .*the answer was 404/);
    writeFileSync(join(home, 'token'), 'hvs.other\n');
    assert.match(await refusalWithReason(transit(), record), /^sealing_root_unreachable: (?!.*hvs).*the answer was 403/);
    chmodSync(join(home, 'token'), 0o644);
    assert.match(await refusalWithReason(transit(), record), /^sealing_root_unusable: .*others may read/);
    await engine.close();
    chmodSync(join(home, 'token'), 0o600);
    assert.match(await refusalWithReason(transit(), record), /^sealing_root_unreachable: .*cannot reach the transit engine/);
  } finally {
    await Promise.all([engine.close(), other.close()]);
  }
});

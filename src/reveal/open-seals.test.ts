import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { ControlStore } from '#control';
import { Custody } from '#custody';
import { ProcessWindows } from '#custody/process-windows';
import { bindingOf, newSubjectKey, SEAL_SALT_BYTES, SealingKey, WINDOW_MS, wrapSubjectKey } from '#keys';
import { LIMITS } from '#limits';
import { DEFAULT_TENANT, Secret, tenantId, type TenantId } from '#model';
import { isRefusal, refuse } from '#refusal';
import { SealOpener, type ClosedSeal, type OpenedSeal } from './open-seals.ts';

const OTHER = tenantId('other') as TenantId;

let home = '';
let now = 0;
let control: ControlStore;
let opener: SealOpener;
let windows: ProcessWindows;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'tracekeep-reveal-'));
  now = Date.UTC(2026, 0, 1, 10, 30);
  control = await ControlStore.open({ dataDir: join(home, 'data'), key: new Secret(new Uint8Array(32).fill(7)), clock: () => now });
  const custody = new Custody({ control, source: { kind: 'file', file: join(home, 'sealing.key'), dataDir: join(home, 'data') } });
  windows = new ProcessWindows({ control, custody, now_ms: () => now });
  opener = new SealOpener({ control, custody });
});
afterEach(() => {
  windows.stop();
  control.close();
  rmSync(home, { recursive: true, force: true });
});

/** Seals of one person in the window of this hour: spans with one value each. */
async function seal(texts: readonly string[], token = randomBytes(16), tenant = DEFAULT_TENANT): Promise<ClosedSeal[]> {
  const window = await windows.ensure(tenant);
  assert.ok(!isRefusal(window));
  const [keyId, key] = [randomBytes(8), newSubjectKey()];
  await control.addSubjectKeys([{ keyId, tenant, window: window.id, token, wrapped: wrapSubjectKey(window, key, { tenant, window: window.id, keyId }) }]);
  const sealing = new SealingKey(keyId, key);
  return texts.map((value) => {
    const [traceId, spanId] = [randomBytes(16), randomBytes(8)];
    const text = Buffer.concat([randomBytes(SEAL_SALT_BYTES), Uint8Array.of(13), Buffer.from('attributes[3]'), Uint8Array.of(4), Buffer.from('notes'), Uint8Array.of(value.length), Buffer.from(value)]);
    const out = new Uint8Array(200);
    return { traceId, spanId, keyId, text: out.slice(0, sealing.close(text, bindingOf(tenant, traceId, spanId, keyId), out, 0)) };
  });
}

async function opened(seals: readonly ClosedSeal[], tenant = DEFAULT_TENANT): Promise<readonly OpenedSeal[]> {
  const answers = await opener.open(tenant, seals);
  assert.ok(!isRefusal(answers), JSON.stringify(answers));
  return answers;
}
const said = (answers: readonly OpenedSeal[]): string[] => answers.map((one) => (one.is === 'opened' ? one.fields.map(({ field, type, text }) => `${field} ${type} ${text}`).join() : one.is));

test('seals of past hours and of several people open, each where it was asked for', async () => {
  const first = await seal(['ann', 'ann again']);
  now += 3 * WINDOW_MS;
  windows.expire();
  const second = await seal(['bob']);
  assert.deepEqual(said(await opened([first[1]!, second[0]!, first[0]!])), ['attributes[3] s ann again', 'attributes[3] s bob', 'attributes[3] s ann']);
  assert.deepEqual(await opened([]), []);
});

test('what was erased, was never there, is of another tenant or was changed says which, and the others open', async () => {
  const token = randomBytes(16);
  const [gone] = await seal(['ann'], token);
  const [kept, moved] = await seal(['bob', 'bob again']);
  await control.destroySubjectKeys(DEFAULT_TENANT, token);
  const flipped = { ...kept!, text: Uint8Array.from(kept!.text, (byte, at) => (at === 50 ? byte ^ 1 : byte)) };
  const seals = [gone!, { ...kept!, keyId: randomBytes(8) }, flipped, { ...moved!, spanId: kept!.spanId }, { ...kept!, text: kept!.text.subarray(0, 20) }, kept!];
  assert.deepEqual(said(await opened(seals)), ['erased', 'erased', 'changed', 'changed', 'changed', 'attributes[3] s bob']);
  assert.deepEqual(said(await opened([kept!], OTHER)), ['erased']);
});

test('without the sealing root nothing opens, and what was erased needs none', async () => {
  const token = randomBytes(16);
  const [gone] = await seal(['ann'], token);
  const [kept] = await seal(['bob']);
  await control.destroySubjectKeys(DEFAULT_TENANT, token);
  renameSync(join(home, 'sealing.key'), join(home, 'elsewhere'));
  const refused = await opener.open(DEFAULT_TENANT, [gone!, kept!]);
  // Readers of the API are not told where keys lie.
  assert.deepEqual(refused, refuse('sealing_root_absent'));
  assert.deepEqual(said(await opened([gone!])), ['erased']);
});

test('the number opened at once is bounded', async () => {
  const [one] = await seal(['ann']);
  await assert.rejects(opener.open(DEFAULT_TENANT, Array.from({ length: LIMITS.seals_opened_at_once_max + 1 }, () => one!)), /cannot open seals/);
  assert.equal((await opened(Array.from({ length: 1_500 }, () => one!))).filter(({ is }) => is === 'opened').length, 1_500);
});

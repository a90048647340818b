import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Secret, type LogBody } from '#model';
import { BackgroundVerification, reported, type BackgroundOptions } from './background.ts';
import { finding, type Finding } from './finding.ts';
import { Pace, Stopped } from './pace.ts';
import { PlaceFile, type Known } from './place-file.ts';
import type { Progress, Report } from './outcome.ts';

const home = mkdtempSync(join(tmpdir(), 'tracekeep-background-'));
after(() => rmSync(home, { recursive: true }));

const REPORT: Report = {
  full: true, findings: [], more: 0, entries: 9, blocks: 4, spans: 400, seals: 0, expired: { blocks: 1, spans: 7 }, inFlight: { blocks: 0, spans: 0, entries: 0 }, beforeLog: { blocks: 0, spans: 0 }, records: 0, setAside: 0, checkpoints: [],
  accountChecked: true, clock: { future: 0, farthest_ms: 0, backward: 0, firstBackward: null }, took_ms: 1,
};
const progress = (through: number, spans: number): Progress => ({ phase: 'blocks', spans, spansTotal: 1_000, blocks: through, expired: { blocks: 0, spans: 0 }, checkedThrough: through, entries: 9 });
const WRONG = finding('block-changed', 'block 3', 'Block 3 is wrong.', { tenant: 'default', places: [{ block: 3, trace_id: 'a'.repeat(32) }] });

interface Started {
  readonly background: BackgroundVerification;
  readonly begins: number[];
  readonly found: Finding[];
  readonly entries: LogBody[];
  readonly failures: unknown[];
  known: Known | null;
}

async function started(verify: (controls: Parameters<BackgroundOptions['verify']>[0], times: number) => Promise<Report>, known: Known | null = null, times: Partial<BackgroundOptions['times']> = {}): Promise<Started> {
  const begins: number[] = [];
  const [found, entries, failures]: [Finding[], LogBody[], unknown[]] = [[], [], []];
  const one: { known: Known | null } = { known };
  const background = new BackgroundVerification({
    verify: (controls) => verify(controls, begins.push(controls.begin)),
    file: { read: async () => one.known, write: async (written) => void (one.known = written) },
    found: (wrong) => found.push(wrong), log: async (entry) => void entries.push(entry), isBusy: () => false, failed: (failure) => failures.push(failure),
    shares: { idle: 1, busy: 1, asked: 1 }, times: { first_ms: 1, pause_ms: 1e9, retry_ms: 1e9, saved_ms: 0, ...times },
  });
  await background.start();
  return Object.assign(one, { background, begins, found, entries, failures });
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    assert.ok(tries < 2_000, 'waited in vain');
    await wait(2);
  }
}

test('a pass reports what it finds at once, becomes an entry of the log, and is known after a restart', async () => {
  const one = await started(async ({ found, hear }) => {
    hear(progress(2, 100));
    found(WRONG);
    return { ...REPORT, findings: [WRONG] };
  });
  await until(() => one.entries.length === 1);
  assert.deepEqual(one.found, [WRONG]);
  assert.equal(one.entries[0]?.type, 'integrity');
  const { entries, blocks, spans, expired, findings } = JSON.parse(one.entries[0]?.statement ?? '') as Record<string, unknown>;
  assert.deepEqual({ entries, blocks, spans, expired, findings }, { entries: 9, blocks: 4, spans: 400, expired: { blocks: 1, spans: 7 }, findings: 1 });
  assert.equal((JSON.parse(one.entries[0]?.closed ?? '') as { salt: string }).salt.length, 44);
  assert.deepEqual([one.background.state().running, one.background.state().full?.findings], [null, 1]);
  await one.background.stop();
  const again = await started(async () => REPORT, one.known, { first_ms: 1e9 });
  assert.deepEqual(again.background.state().full, one.background.state().full);
  await again.background.stop();
});

test('a pass that a stop cuts off goes on where it was, and counts both parts', async () => {
  const one = await started(async ({ hear, pause }) => {
    for (let step = 1; ; step++) {
      hear(progress(step, step * 100));
      await pause(1);
      await wait(5);
    }
  });
  await until(() => (one.background.state().running?.spans ?? 0) >= 300);
  await one.background.stop();
  const { place } = one.known ?? {};
  assert.ok(place !== undefined && place !== null && place.entry >= 2 && one.failures.length === 0);
  const again = await started(async () => REPORT, one.known);
  await until(() => again.entries.length === 1);
  assert.deepEqual(again.begins, [place.entry]);
  assert.deepEqual([again.background.state().full?.spans, again.background.state().full?.startedAt, again.known?.place], [place.counted.spans + 400, place.startedAt, null]);
  await again.background.stop();
});

test('who asks gets a pass from the beginning, after the running one; one that fails is told and tried again', async () => {
  let go = (): void => undefined;
  const one = await started(async (_, times) => {
    if (times === 1) await new Promise<void>((resolve) => (go = resolve));
    if (times === 2) throw new Error('cannot read the store');
    return REPORT;
  }, { full: null, place: { entry: 5, startedAt: '2026-11-29T00:00:00.000Z', counted: { blocks: 1, spans: 1, findings: 0, expired: { blocks: 0, spans: 0 } } } }, { retry_ms: 20 });
  await until(() => one.begins.length === 1);
  one.background.verifyNow();
  go();
  await until(() => one.failures.length === 1);
  assert.equal(one.background.state().failed?.why, 'cannot read the store');
  await until(() => one.entries.length === 2);
  assert.deepEqual([one.begins, one.background.state().failed], [[5, 0, 0], null]);
  await one.background.stop();
});

test('the pace keeps to its share, and a stop ends a rest', async () => {
  let now_ms = 0;
  const pace = new Pace(() => 0.5, () => now_ms);
  assert.equal(pace.rest(), undefined);
  now_ms = 20;
  const before = performance.now();
  await pace.rest();
  assert.ok(performance.now() - before >= 19, 'as long as it had worked');
  now_ms = 60_000;
  const resting = pace.rest();
  pace.stop();
  await assert.rejects(async () => resting, Stopped);
  assert.throws(() => pace.rest(), Stopped);
});

test('the file opens for nobody else, and what is not believed is as if it were not there', async () => {
  const path = join(home, 'verified');
  const known: Known = { full: null, place: { entry: 7, startedAt: 'then', counted: { blocks: 1, spans: 2, findings: 3, expired: { blocks: 0, spans: 0 } } } };
  const file = new PlaceFile(path, new Secret(new Uint8Array(32).fill(1)));
  assert.equal(await file.read(), null);
  await file.write(known);
  assert.deepEqual(await file.read(), known);
  assert.equal(await new PlaceFile(path, new Secret(new Uint8Array(32).fill(2))).read(), null);
  writeFileSync(path, 'short');
  assert.equal(await file.read(), null);
});

test('a finding of the whole deployment names no span of a tenant', () => {
  assert.equal(reported(WRONG).evidences?.[0]?.trace_id, 'a'.repeat(32));
  const all = reported({ ...WRONG, tenant: null });
  assert.deepEqual([all.tenant, all.evidences], [null, [{ block: 3 }]]);
});

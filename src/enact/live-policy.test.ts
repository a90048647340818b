import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { ControlStore, type NewPolicy } from '#control';
import { Secret } from '#model';
import { compilePolicy, type CompiledPolicy, type Rule } from '#policy';
import { isRefusal, refuse } from '#refusal';
import { ensureFirstPolicy, LivePolicy, type PolicyUser } from './live-policy.ts';

const KEY = new Secret(new Uint8Array(32).fill(7));
const OTHER = compiled([{ id: 'all', recognized: 'any', action: 'drop' }]);
let dataDir = '';
let control: ControlStore;
let live: LivePolicy | null = null;
const failures: unknown[] = [];
/** What happened, in order. */
const events: string[] = [];
let logFails = false;

class FakeUser implements PolicyUser {
  digest = '';
  unusable = false;
  async usePolicy(policy: CompiledPolicy, lasting: () => Promise<boolean>) {
    if (this.unusable) return 'unusable' as const;
    events.push('held');
    try {
      if (!(await lasting())) return 'kept' as const;
      this.digest = policy.digest;
      return { boundary: 7 };
    } finally {
      events.push('released');
    }
  }
}
const user = new FakeUser();

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'tracekeep-live-'));
  control = await ControlStore.open({ dataDir, key: KEY });
  await ensureFirstPolicy(control);
  [logFails, user.unusable] = [false, false];
  failures.length = events.length = 0;
});
afterEach(async () => {
  await live?.stop();
  control.close();
  rmSync(dataDir, { recursive: true, force: true });
});

function compiled(rules: readonly Rule[]): CompiledPolicy {
  return compilePolicy({ version: 2, rules });
}
function policyOf({ text, digest }: CompiledPolicy): NewPolicy {
  return { text: `# as JSON\n${text}`, canonical: text, digest, rules: 1, weakenings: [], note: '' };
}
async function start(): Promise<LivePolicy> {
  const log = async (): Promise<void> => {
    events.push(`log told of ${control.readOutbox().length}`);
    if (logFails) throw new Error('cannot write the journal');
    await control.forgetOutbox(control.readOutbox().at(-1)?.id ?? 0);
  };
  live = LivePolicy.open({ control, log, onFailure: (failure) => failures.push(failure) });
  user.digest = live.current.digest;
  await live.start(user);
  return live;
}
const put = (policy: CompiledPolicy, base = control.findPolicy()!.digest) => async () => (events.push('written'), control.addPolicy(policyOf(policy), base));

test('the first version is the default policy, once', async () => {
  await ensureFirstPolicy(control);
  const { version, by, text } = control.findPolicy()!;
  assert.deepEqual([version, by], [1, { is: 'server' }]);
  assert.match(text, /^# The policy that is in force/);
});

test('a version is written and the log told of it while nothing is handed to workers', async () => {
  const policy = await start();
  events.length = 0;
  const taken = await policy.change(OTHER, put(OTHER));
  assert.ok(!isRefusal(taken));
  assert.deepEqual([taken.version.version, taken.boundary, taken.pending], [2, 7, false]);
  assert.deepEqual(events, ['held', 'written', 'log told of 1', 'released']);
  assert.deepEqual([policy.current.digest, user.digest], [OTHER.digest, OTHER.digest]);
});

test('a change that is refused, and a policy that workers cannot take, change nothing', async () => {
  const policy = await start();
  const before = policy.current.digest;
  assert.deepEqual(await policy.change(OTHER, async () => refuse('policy_changed')), refuse('policy_changed'));
  user.unusable = true;
  assert.deepEqual(await policy.change(OTHER, put(OTHER)), refuse('policy_unusable'));
  assert.deepEqual([policy.current.digest, user.digest, control.newestPolicy()], [before, before, 1]);
});

test('new comments are a version, and stop nobody', async () => {
  const policy = await start();
  events.length = 0;
  const taken = await policy.change(policy.current, put(policy.current));
  assert.ok(!isRefusal(taken) && taken.version.version === 2 && taken.boundary === null && !taken.pending);
  assert.deepEqual(events, ['written', 'log told of 1']);
});

test('a version that the log cannot be told of is not acted by, and is when it can', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const policy = await start();
  const before = user.digest;
  logFails = true;
  const taken = await policy.change(OTHER, put(OTHER));
  assert.ok(!isRefusal(taken) && taken.pending);
  assert.deepEqual([user.digest, policy.current.digest, failures.length], [before, before, 1]);
  logFails = false;
  t.mock.timers.tick(250);
  await policy.stop();
  assert.deepEqual([user.digest, policy.current.digest], [OTHER.digest, OTHER.digest]);
});

test('nothing is taken before the log knows the policy of the start', async () => {
  logFails = true;
  const policy = await start();
  assert.deepEqual([isRefusal(policy.admit()), failures.length], [true, 1]);
  await policy.stop();
  logFails = false;
  assert.equal((await start()).admit(), null);
});

test('what is put in force beside the server is acted by within a second', async () => {
  const policy = await start();
  const beside = await ControlStore.open({ dataDir, key: KEY });
  await beside.addPolicy(policyOf(OTHER), policy.current.digest);
  beside.close();
  const began = performance.now();
  while (user.digest !== OTHER.digest) {
    assert.ok(performance.now() - began < 5_000, 'seconds passed');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.equal(policy.admit(), null);
});

test('a version that this program cannot use keeps a server from starting, and says what to do', async () => {
  await control.addPolicy({ ...policyOf(OTHER), digest: 'another' }, control.findPolicy()!.digest);
  assert.throws(() => LivePolicy.open({ control, log: async () => undefined, onFailure: () => undefined }), /cannot use version 2 of the policy: .*policy revert/);
});

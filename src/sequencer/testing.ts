/** What the tests of this folder share: a store in memory whose commits can be held back and made to fail, producers, a start, and gates to wait at. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { type Commit, type Producer, type ProducerId, type RequestAccount, Secret, type TakenRequest, type TenantId } from '#model';
import { compilePolicy, DEFAULT_POLICY, type PolicyDocument } from '#policy';
import { isRefusal, type RefusalCode } from '#refusal';
import type { IngestAnswer } from './request.ts';
import { type CommitStore, Sequencer, type SequencerOptions } from './sequencer.ts';

export const ACME: Producer = { id: 'p_000000000000000a' as ProducerId, name: 'acme', tenant: 'acme' as TenantId, retention: 'default', services: ['*'], backfill: false, version: 1 };

/** Under which what names a person is sealed. */
export const SEALING: PolicyDocument = { ...DEFAULT_POLICY, rules: [{ id: 'person', keys: ['user.id'], action: { seal: { subject: true } } }, ...DEFAULT_POLICY.rules] };

export class FakeStore implements CommitStore {
  lastBlockId = 41;
  pendingRows = 0;
  unavailable: RefusalCode | null = null;
  rememberedSince_ms = 0;
  remembered: { digest: string; request: TakenRequest; at_ms: number }[] = [];
  readonly commits: Commit[] = [];
  /** Called in each commit before it is durable. */
  before: (commit: Commit) => Promise<void> | void = () => {};

  async commit(commit: Commit): Promise<void> {
    await this.before(commit);
    this.commits.push(commit);
  }

  rememberedRequests() {
    return this.remembered;
  }

  get accounts(): RequestAccount[] {
    return this.commits.flatMap(({ requests }) => requests);
  }

  get rows(): number {
    return sum(this.commits.flatMap(({ blocks }) => blocks.map(({ rows }) => rows)));
  }

  /** `[stored, refused, dropped]` of everything that was accounted, which must add up. */
  get sums(): [number, number, number] {
    const { accounts } = this;
    for (const { received, stored, refused, dropped } of accounts) assert.equal(received, stored + dropped + sum(Object.values(refused)), 'received = stored + Σ refused + dropped');
    assert.equal(sum(accounts.map(({ stored }) => stored)), this.rows, 'rows of the blocks');
    return [sum(accounts.map(({ stored }) => stored)), sum(accounts.flatMap(({ refused }) => Object.values(refused))), sum(accounts.map(({ dropped }) => dropped))];
  }
}

/** Under the default policy, with one worker unless `options` say otherwise; ends with the test. */
export function startSequencer(t: TestContext, store: CommitStore, options: Partial<SequencerOptions> = {}): Sequencer {
  const sequencer = new Sequencer(store, { workers: 1, digestKey: new Secret(new Uint8Array(32).fill(7)), pseudonymKey: null, policy: compilePolicy(DEFAULT_POLICY), sealing: null, takenSpansBytes: 1 << 20, ...options });
  t.after(() => sequencer.drain());
  return sequencer;
}

export function gate() {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

/** Whether it settles while a few turns go by. */
export async function settled(promise: Promise<unknown>, turns = 20): Promise<boolean> {
  let done = false;
  void promise.then(() => (done = true));
  for (let turn = 0; turn < turns && !done; turn++) await setTimeout(2);
  return done;
}

export const code = (answer: IngestAnswer) => (isRefusal(answer) ? answer.refused : null);
const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

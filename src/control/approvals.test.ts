import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';

import { LIMITS } from '#limits';
import { DEFAULT_TENANT, Secret, tenantId, type TenantId } from '#model';
import { done, refusedAs } from '#refusal/testing';

import { ControlStore, actorOf, type NewApproval, type NewOpening } from './control.ts';
import type { AccountRecord } from './records.ts';

const OTHER = tenantId('other') as TenantId;
const TRACE = 'ab'.repeat(16);
const HOUR = 3_600_000;

let dataDir = '';
let now = 0;
let store: ControlStore;
let [ana, bob]: AccountRecord[] = [];
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'tracekeep-approvals-'));
  now = Date.UTC(2026, 0, 1, 10);
  store = await ControlStore.open({ dataDir, key: new Secret(new Uint8Array(32).fill(7)), clock: () => now });
  [ana, bob] = [await person('ana'), await person('bob')];
  now += 1;
});
afterEach(() => {
  store.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const person = async (name: string): Promise<AccountRecord> => done(await store.addAccount({ tenant: DEFAULT_TENANT, name, password: 'x', roles: ['investigator'] }));
const asked = (more: Partial<NewApproval> = {}): NewApproval => ({ kind: 'reveal', tenant: DEFAULT_TENANT, person: ana!.id, reason: 'incident 42', trace: TRACE, fields: ['user.email', 'user.id'], subject: null, ...more });
const opening = (more: Partial<NewOpening> = {}): NewOpening => ({ tenant: DEFAULT_TENANT, reader: ana!.id, person: ana!.id, trace: TRACE, spans: ['0000000000000001'], fields: ['user.email'], values: 3, erased: 0, changed: 0, reason: 'incident 42', approval: null, ...more });
const told = (): unknown[] => store.readOutbox().filter(({ type }) => type === 'opening').map(({ statement }) => (statement as Record<string, unknown>)['what']);
const ask = (more: Partial<NewApproval> = {}) => store.askApproval(asked(more), actorOf(ana!));
const decide = (id: string, verdict: 'approved' | 'declined', by: AccountRecord | undefined = bob) => store.decideApproval(DEFAULT_TENANT, id, verdict, by!.id, actorOf(by!));
const open = (more: Partial<NewOpening> = {}) => store.recordOpening(opening(more), actorOf(ana!));

test('what was asked is approved by somebody else and is good once, and the log is told of each step', async () => {
  const { id } = done(await ask());
  assert.equal(done(await ask()).id, id, 'the same is not asked twice');
  assert.equal(refusedAs(await open({ approval: id })), 'approval_unusable', 'it waits');
  assert.equal(refusedAs(await decide(id, 'approved', ana)), 'approval_own');
  assert.equal(done(await decide(id, 'approved')).state, 'approved');
  assert.equal(refusedAs(await decide(id, 'declined')), 'approval_over');
  done(await open({ approval: id }));
  assert.equal(refusedAs(await open({ approval: id })), 'approval_unusable', 'replayed');
  assert.equal(store.listApprovals(DEFAULT_TENANT)[0]?.state, 'used');
  assert.deepEqual(told(), ['asked', 'approved', 'opened']);
  const { statement, closed } = store.readOutbox().findLast(({ type }) => type === 'opening')!;
  assert.ok(!JSON.stringify(statement).includes(TRACE) && !JSON.stringify(statement).includes('incident'), 'whose trace it was is in the closed part');
  assert.deepEqual((closed as { approvedBy: unknown }).approvedBy, actorOf(bob!));
});

test('an approval is good for nobody else, no other trace, no more fields, no other tenant, and not when it is over', async () => {
  const { id } = done(await ask());
  done(await decide(id, 'approved'));
  for (const wrong of [{ reader: bob!.id, person: bob!.id }, { person: null }, { trace: 'cd'.repeat(16) }, { fields: ['user.email', 'user.name'] }, { tenant: OTHER }] as const) assert.equal(refusedAs(await open({ approval: id, ...wrong })), 'approval_unusable', JSON.stringify(wrong));
  assert.equal(refusedAs(await store.decideApproval(OTHER, done(await ask({ trace: 'cd'.repeat(16) })).id, 'approved', bob!.id, actorOf(bob!))), 'name_unknown');
  now += LIMITS.approval_use_ms_max;
  assert.equal(refusedAs(await open({ approval: id })), 'approval_unusable');
  assert.equal(refusedAs(await open({ approval: 'v_0000000000000000' })), 'approval_unusable');
  const late = done(await ask({ reason: 'another day' }));
  now += LIMITS.approval_waiting_ms_max;
  assert.equal(refusedAs(await decide(late.id, 'approved')), 'approval_over');
});

test('nobody approves what may be their own: tokens that act for nobody, and accounts that are younger than the question', async () => {
  assert.equal(refusedAs(await ask({ person: null })), 'approval_needs_person');
  const { id } = done(await ask());
  assert.equal(refusedAs(await store.decideApproval(DEFAULT_TENANT, id, 'approved', null, actorOf({ id: 't_1', name: 'grafana' }))), 'approval_needs_person');
  now += 1;
  const young = await person('young');
  assert.equal(refusedAs(await decide(id, 'approved', young)), 'approval_needs_person');
  assert.equal(done(await decide(id, 'declined', ana)).state, 'declined');
  assert.equal(refusedAs(await open({ approval: id })), 'approval_unusable');
  assert.deepEqual(told(), ['asked', 'taken back']);
});

test('of two acts at the same moment one has the approval', async () => {
  const { id } = done(await ask());
  done(await decide(id, 'approved'));
  const answers = await Promise.all([open({ approval: id }), open({ approval: id }), open({ approval: id })]);
  assert.equal(answers.filter((answer) => 'at' in answer).length, 1);
});

test('one person has so many questions waiting, and what is over for long is gone', async () => {
  for (let at = 0; at < LIMITS.approvals_waiting_max; at++) done(await ask({ reason: `incident ${at}` }));
  assert.equal(refusedAs(await ask()), 'control_limit');
  done(await store.askApproval(asked({ person: bob!.id }), actorOf(bob!)));
  now += LIMITS.approval_waiting_ms_max + LIMITS.approval_kept_ms;
  done(await ask());
  assert.equal(store.listApprovals(DEFAULT_TENANT).length, 1);
});

test('nobody fills the list by asking and taking back, so that others are not seen in it', async () => {
  const waiting = done(await store.askApproval(asked({ person: bob!.id }), actorOf(bob!)));
  for (let at = 0; at < LIMITS.approvals_kept_max + 5; at++) {
    now += 1;
    done(await decide(done(await ask({ reason: `incident ${at}` })).id, 'declined', ana));
  }
  const listed = store.listApprovals(DEFAULT_TENANT);
  assert.deepEqual([listed[0]?.id, listed[1]?.reason, listed.length], [waiting.id, `incident ${LIMITS.approvals_kept_max + 4}`, LIMITS.approvals_kept_max + 1]);
});

test('a reader opens so many values and traces in an hour, however they come, and then may again', async () => {
  done(await open({ values: LIMITS.reveal_values_per_hour_max - 1 }));
  assert.equal(store.openingRefused(ana!.id, 1), null);
  assert.equal(store.openingRefused(ana!.id, 2)?.refused, 'reveal_limit');
  assert.equal(refusedAs(await open({ values: 2 })), 'reveal_limit');
  done(await open({ reader: bob!.id, person: bob!.id }));
  const before = told().length;
  const many = await Promise.all(Array.from({ length: LIMITS.reveal_openings_per_hour_max + 5 }, () => open({ values: 0 })));
  assert.equal(many.filter((answer) => 'at' in answer).length, LIMITS.reveal_openings_per_hour_max - 1);
  assert.equal(told().length, before + LIMITS.reveal_openings_per_hour_max - 1, 'what is refused is no opening');
  now += HOUR;
  done(await open({ values: LIMITS.reveal_values_per_hour_max }));
});

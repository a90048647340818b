import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';

import { LIMITS } from '#limits';
import { DEFAULT_TENANT, Secret } from '#model';
import { isRefusal } from '#refusal';
import { done } from '#refusal/testing';

import { actorOf, COMMAND_LINE, ControlStore, type Actor, type NewPolicy } from './control.ts';
import type { Weakening } from '#policy/weakening';

const BASE = 'd0';
const WEAKENING: Weakening = { rule: 'r', sentence: 'cards are kept', kinds: ['card'], keys: [], from: 'replace', to: 'keep' };
let dataDir = '';
let store: ControlStore;
let now = 0;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'tracekeep-policies-'));
  now = Date.UTC(2026, 0, 1);
  store = await ControlStore.open({ dataDir, key: new Secret(new Uint8Array(32).fill(7)), clock: () => now });
  done(await store.addPolicy(policy(BASE), null, { is: 'server' }));
  await told();
});
afterEach(() => {
  store.close();
  rmSync(dataDir, { recursive: true, force: true });
});

function policy(digest: string, more: Partial<NewPolicy> = {}): NewPolicy {
  return { text: `# the policy ${digest}\nversion: 2\n`, canonical: `{"of":"${digest}"}`, digest, rules: 1, weakenings: [], note: '', ...more };
}
const refused = (answer: unknown): string | null => (isRefusal(answer) ? answer.refused : null);
async function account(name: string): Promise<Actor> {
  return actorOf(done(await store.addAccount({ tenant: DEFAULT_TENANT, name, roles: ['admin'], password: 'hash' })));
}
async function told(): Promise<readonly (readonly [unknown, unknown])[]> {
  const rows = store.readOutbox();
  await store.forgetOutbox(rows.at(-1)?.id ?? 0);
  return rows.filter(({ type }) => type === 'policy').map(({ statement, closed }) => [statement, closed]);
}

test('every version is kept as it was written; the newest is in force', async () => {
  now += 1_000;
  const second = done(await store.addPolicy(policy('d1', { note: 'cards', weakenings: [WEAKENING] }), BASE));
  assert.deepEqual([second.version, store.newestPolicy()], [2, 2]);
  assert.deepEqual(store.findPolicy(), { ...second, ...{ text: policy('d1').text, canonical: policy('d1').canonical } });
  const first = store.findPolicy(1);
  assert.deepEqual([first?.text, first?.by, first?.until], [policy(BASE).text, { is: 'server' }, second.since]);
  assert.deepEqual(store.listPolicies().map(({ version, until, note }) => [version, until, note]), [[2, null, 'cards'], [1, second.since, '']]);
  assert.equal(store.findPolicy(3), null);
});

test('a version tells the log of itself in the same transaction: who, why, and what it weakens', async () => {
  done(await store.addPolicy(policy('d1', { note: 'cards', weakenings: [WEAKENING] }), BASE));
  assert.deepEqual(await told(), [['{"of":"d1"}', { digest: 'd1', part: 1, parts: 1, version: 2, since: now, who: COMMAND_LINE, note: 'cards', weakenings: [WEAKENING.sentence], weakeningsCount: 1 }]]);
});

test('what the log is told fits an entry, however much is weakened and however it is written', async () => {
  const weakenings = Array.from({ length: 500 }, () => ({ ...WEAKENING, sentence: '\u0001'.repeat(1_000) }));
  const version = done(await store.addPolicy(policy('d1', { note: '\u0001'.repeat(LIMITS.policy_note_characters_max), weakenings }), BASE));
  const [[, closed] = []] = await told();
  assert.ok(Buffer.byteLength(JSON.stringify(closed)) < LIMITS.entry_text_bytes_max - 6 * LIMITS.policy_note_characters_max - 1_000);
  assert.deepEqual([version.weakenings.length, version.weakeningsCount], [LIMITS.policy_weakenings_named_max, 500]);
  const ben = await account('ben');
  now += 1_000;
  const { id, weakeningsCount } = done(await store.proposePolicy(policy('d2', { weakenings: [...weakenings, { ...WEAKENING, keys: Array.from({ length: 500 }, String) }] }), 'd1'));
  const approved = done(await store.approvePolicy(id, '', ben));
  assert.deepEqual([weakeningsCount, approved.weakeningsCount, approved.weakenings.length], [501, 501, LIMITS.policy_weakenings_named_max]);
});

test('a change of a policy that is not in force any more is refused, and writes nothing', async () => {
  done(await store.addPolicy(policy('d1'), BASE));
  await told();
  assert.equal(refused(await store.addPolicy(policy('d2'), BASE)), 'policy_changed');
  assert.equal(refused(await store.addPolicy(policy('d2'), null)), 'policy_changed');
  assert.equal(refused(await store.proposePolicy(policy('d2'), BASE)), 'policy_changed');
  assert.deepEqual([store.newestPolicy(), store.findProposal(), await told()], [2, null, []]);
});

test('a proposal comes in force when somebody else approves it, and never by its author', async () => {
  const [ada, ben] = [await account('ada'), await account('ben')];
  await told();
  now += 1_000;
  const proposal = done(await store.proposePolicy(policy('d1', { note: 'why', weakenings: [WEAKENING] }), BASE, ada));
  assert.equal(store.findProposal()?.text, policy('d1').text);
  assert.equal(refused(await store.approvePolicy(proposal.id, '', ada)), 'policy_own_proposal');
  assert.equal(refused(await store.approvePolicy('q_0000000000000000', '', ben)), 'name_unknown');
  assert.equal(refused(await store.approvePolicy(proposal.id, '', { is: 'token', id: 't_0000000000000001', name: 'ci' })), 'policy_needs_person');
  assert.equal(store.newestPolicy(), 1);
  const version = done(await store.approvePolicy(proposal.id, 'as agreed', ben));
  assert.deepEqual([version.by, version.approvedBy, version.note, version.approvalNote], [ada, ben, 'why', 'as agreed']);
  assert.equal(store.findProposal(), null);
  const [[first, proposed] = [], [text, applied] = []] = await told();
  assert.deepEqual(first, { time: now, what: 'proposed', proposal: proposal.id, policy: 'd1', base: BASE });
  assert.deepEqual(proposed, { who: ada, note: 'why', weakenings: 1 });
  assert.equal(text, '{"of":"d1"}');
  assert.deepEqual(applied, { digest: 'd1', part: 1, parts: 1, version: 2, since: now, who: ada, approvedBy: ben, approvalNote: 'as agreed', note: 'why', weakenings: [WEAKENING.sentence], weakeningsCount: 1 });
});

test('the command line is one person: it approves what an account proposed, not its own', async () => {
  const ada = await account('ada');
  now += 1_000;
  const own = done(await store.proposePolicy(policy('d1'), BASE));
  assert.equal(refused(await store.approvePolicy(own.id, '')), 'policy_own_proposal');
  done(await store.approvePolicy(own.id, '', ada));
  const hers = done(await store.proposePolicy(policy('d2'), 'd1', ada));
  assert.equal(done(await store.approvePolicy(hers.id, '')).version, 3);
});

test('an account that its maker made for the purpose approves nothing, and a token proposes nothing', async () => {
  const ada = await account('ada');
  now += 1_000;
  const proposal = done(await store.proposePolicy(policy('d1'), BASE, ada));
  assert.equal(refused(await store.approvePolicy(proposal.id, '', await account('puppet'))), 'policy_needs_person');
  assert.equal(refused(await store.proposePolicy(policy('d1'), BASE, { is: 'token', id: 't_0000000000000001', name: 'ci' })), 'policy_needs_person');
  assert.equal(store.newestPolicy(), 1);
});

test('an open proposal is replaced by its author alone, or when another version came in between', async () => {
  const [ada, ben] = [await account('ada'), await account('ben')];
  now += 1_000;
  const first = done(await store.proposePolicy(policy('d1'), BASE, ada));
  assert.equal(refused(await store.proposePolicy(policy('d2'), BASE, ben)), 'policy_proposal_open');
  const second = done(await store.proposePolicy(policy('d2'), BASE, ada));
  assert.equal(refused(await store.approvePolicy(first.id, '', ben)), 'name_unknown');
  done(await store.addPolicy(policy('d3'), BASE));
  assert.equal(refused(await store.approvePolicy(second.id, '', ben)), 'policy_changed');
  const third = done(await store.proposePolicy(policy('d4'), 'd3', ben));
  assert.equal(store.findProposal()?.id, third.id);
  assert.deepEqual((await told()).map(([statement]) => (typeof statement === 'string' ? statement : (statement as { what: string }).what)), ['proposed', 'replaced', 'proposed', '{"of":"d3"}', 'replaced', 'proposed']);
});

test('who proposed it withdraws it, others reject it', async () => {
  const [ada, ben] = [await account('ada'), await account('ben')];
  now += 1_000;
  for (const [by, what] of [[ada, 'withdrawn'], [ben, 'rejected']] as const) {
    const { id } = done(await store.proposePolicy(policy('d1'), BASE, ada));
    await told();
    done(await store.rejectPolicy(id, 'no', by));
    assert.deepEqual(await told(), [[{ time: now, what, proposal: id, policy: 'd1', base: BASE }, { who: by, note: 'no' }]]);
    assert.equal(refused(await store.rejectPolicy(id, 'no', by)), 'name_unknown');
  }
});

test('neither texts nor who wrote them can be read in the file', async () => {
  done(await store.addPolicy(policy('d1', { text: '# do not tell Zaphod\n', note: 'Beeblebrox' }), BASE));
  done(await store.proposePolicy(policy('d2', { text: '# do not tell Zaphod\n' }), 'd1'));
  for (const file of ['control.sqlite', 'control.sqlite-wal']) assert.doesNotMatch(readFileSync(join(dataDir, 'control', file), 'latin1'), /Zaphod|Beeblebrox|"of"/);
});

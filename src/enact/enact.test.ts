import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { PolicyApproval } from '#config';
import { actorOf, COMMAND_LINE, ControlStore, type Actor } from '#control';
import { LIMITS } from '#limits';
import { DEFAULT_TENANT, Secret } from '#model';
import { compilePolicy, DEFAULT_POLICY } from '#policy';
import { DEFAULT_POLICY_TEXT } from '#policy/default-text';
import { readPolicy } from '#policy/read';
import { isRefusal, refuse, type Refusal } from '#refusal';
import { ensureFirstPolicy, Policies, type Outcome } from './enact.ts';

/** Keeps cards, which the default policy replaces. */
const WEAKER = '# cards are ours\nversion: 2\nrules:\n  - { id: cards, recognized: [card], action: keep }\n  - { id: rest, recognized: any, action: replace }\n';
const STRICTER = 'version: 2\nrules:\n  - { id: all, recognized: any, action: drop }\nrestricted: ["*"]\n';
let dataDir = '';
let control: ControlStore;
let now = 0;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'tracekeep-enact-'));
  now = Date.UTC(2026, 0, 1);
  control = await ControlStore.open({ dataDir, key: new Secret(new Uint8Array(32).fill(7)), clock: () => now });
  await ensureFirstPolicy(control);
});
afterEach(() => {
  control.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const policiesWith = (approval: PolicyApproval): Policies => new Policies({ control, approval, live: null });
async function account(name: string): Promise<Actor> {
  const made = await control.addAccount({ tenant: DEFAULT_TENANT, name, roles: ['admin'], password: 'hash' });
  assert.ok(!isRefusal(made));
  now += 1_000;
  return actorOf(made);
}
function as<Is extends Outcome['is']>(is: Is, outcome: Outcome | Refusal): Outcome & { readonly is: Is } {
  assert.ok(!isRefusal(outcome) && outcome.is === is, JSON.stringify(outcome));
  return outcome as Outcome & { readonly is: Is };
}

test('the default policy is one text, which people can read and edit', () => {
  const { document, problems } = readPolicy(DEFAULT_POLICY_TEXT);
  assert.deepEqual([problems.filter(({ severity }) => severity !== 'hint'), document], [[], DEFAULT_POLICY]);
});

test('a text is kept as it was written, with what it weakens; the same text again changes nothing', async () => {
  const policies = policiesWith('never');
  const { version } = as('applied', await policies.apply(WEAKER, { note: 'ours' }, COMMAND_LINE));
  assert.equal(version.version, 2);
  assert.ok(version.weakenings.length > 0 && version.weakenings.every(({ sentence }) => sentence !== ''));
  assert.deepEqual([policies.inForce().text, policies.inForce().digest], [WEAKER, compilePolicy(readPolicy(WEAKER).document!).digest]);
  assert.equal(as('unchanged', await policies.apply(WEAKER, { note: '' }, COMMAND_LINE)).version.version, 2);
  assert.equal(control.newestPolicy(), 2);
});

test('other comments are a version of the same digest that weakens nothing', async () => {
  const policies = policiesWith('weakening');
  const { version } = as('applied', await policies.apply(`# read it\n${DEFAULT_POLICY_TEXT}`, { note: '' }, COMMAND_LINE));
  assert.deepEqual([version.version, version.digest, version.weakeningsCount], [2, compilePolicy(DEFAULT_POLICY).digest, 0]);
});

test('a text with errors, or one that is too long, is named with its problems and changes nothing', async () => {
  const policies = policiesWith('never');
  for (const text of ['version: 2\nrules: 7\n', '', `#${'x'.repeat(LIMITS.policy_bytes_max)}\n${STRICTER}`]) {
    const { problems } = as('invalid', await policies.apply(text, { note: '' }, COMMAND_LINE));
    assert.ok(problems.some(({ severity }) => severity === 'error'));
    assert.deepEqual({ ...await policies.check(text), problems: [] }, { problems: [], weakenings: [], digest: null });
  }
  assert.equal(control.newestPolicy(), 1);
});

test('a change of a policy that was edited from an older one is refused', async () => {
  const policies = policiesWith('never');
  const base = policies.inForce().digest;
  as('applied', await policies.apply(STRICTER, { note: '', base }, COMMAND_LINE));
  assert.deepEqual(await policies.apply(WEAKER, { note: '', base }, COMMAND_LINE), refuse('policy_changed'));
  const both = await Promise.all([WEAKER, `${WEAKER}\n`].map((text) => policies.apply(text, { note: '' }, COMMAND_LINE)));
  assert.deepEqual(both.filter(isRefusal), [refuse('policy_changed')], 'one of two at once');
});

test('the text of an earlier version comes back as a new one', async () => {
  const policies = policiesWith('never');
  await policies.apply(STRICTER, { note: '' }, COMMAND_LINE);
  const { version } = as('applied', await policies.revert(1, '', COMMAND_LINE));
  assert.deepEqual([version.version, version.note, policies.inForce().text], [3, 'as version 1', DEFAULT_POLICY_TEXT]);
  assert.ok(version.weakeningsCount > 0);
  as('unchanged', await policies.revert(1, '', COMMAND_LINE));
  assert.equal((await policies.revert(9, '', COMMAND_LINE) as Refusal).refused, 'name_unknown');
});

for (const [approval, proposes] of [['never', []], ['weakening', ['weaker']], ['always', ['stricter', 'weaker']]] as const) {
  test(`policy-approval ${approval}: ${proposes.length === 0 ? 'nothing' : proposes.join(' and ')} waits for somebody else`, async () => {
    const [ada, ben] = [await account('ada'), await account('ben')];
    const policies = policiesWith(approval);
    for (const [name, text] of [['stricter', STRICTER], ['weaker', WEAKER]] as const) {
      const before = control.newestPolicy();
      const outcome = await policies.apply(text, { note: 'why' }, ada);
      if (!(proposes as readonly string[]).includes(name)) {
        as('applied', outcome);
        continue;
      }
      const { proposal } = as('proposed', outcome);
      assert.equal(control.newestPolicy(), before);
      assert.equal((await policies.approve(proposal.id, '', ada) as Refusal).refused, 'policy_own_proposal');
      const { version } = as('applied', await policies.approve(proposal.id, 'agreed', ben));
      assert.deepEqual([version.by, version.approvedBy, policies.inForce().text, policies.proposal()], [ada, ben, text, null]);
    }
  });
}

test('going back to what was weaker waits for somebody else too', async () => {
  const ada = await account('ada');
  const policies = policiesWith('weakening');
  as('applied', await policies.apply(STRICTER, { note: '' }, ada));
  const { proposal } = as('proposed', await policies.revert(1, '', ada));
  assert.ok(!isRefusal(await policies.reject(proposal.id, '', ada)));
  assert.deepEqual([policies.inForce().text, policies.proposal()], [STRICTER, null]);
});

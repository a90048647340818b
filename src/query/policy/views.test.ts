import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Actor, PolicyProposal, PolicyVersion } from '#control';
import { DEFAULT_TENANT, tenantId, type Reader, type TenantId } from '#model';
import { proposalView, versionView } from './views.ts';

const ADA: Actor = { is: 'person', id: 'a_0000000000000001', name: 'ada' };
const READER: Reader = { id: ADA.id, name: 'ada', kind: 'token', roles: ['admin'], groups: [], scopes: null, tenant: DEFAULT_TENANT };
const STRANGER: Reader = { ...READER, tenant: tenantId('other') as TenantId };
const VERSION: PolicyVersion = { version: 2, digest: 'd', rules: 1, weakenings: [], weakeningsCount: 0, note: 'why', since: 1, until: null, by: ADA, approvedBy: { is: 'command line' }, approvalNote: 'yes' };
const PROPOSAL: PolicyProposal = { id: 'q_0000000000000001', base: 'b', text: 't', canonical: '{}', digest: 'd', rules: 1, weakenings: [], weakeningsCount: 0, note: 'why', by: ADA, at: 1 };

test('names and notes are for the tenant that runs the deployment, the canonical text for nobody', () => {
  const shown = versionView({ ...VERSION, text: 't', canonical: '{}' }, READER);
  assert.deepEqual(shown, { version: 2, digest: 'd', rules: 1, weakenings: [], weakeningsCount: 0, since: 1, until: null, text: 't', by: 'ada', approvedBy: 'command line', note: 'why', approvalNote: 'yes' });
  assert.deepEqual(versionView(VERSION, STRANGER), { version: 2, digest: 'd', rules: 1, weakenings: [], weakeningsCount: 0, since: 1, until: null, by: 'an administrator', approvedBy: 'command line', note: '', approvalNote: '' });
});

test('a proposal is the own one of whoever made it', () => {
  assert.equal((proposalView(PROPOSAL, READER) as { isOwn: boolean }).isOwn, true);
  assert.equal((proposalView(PROPOSAL, { ...READER, id: 'a_0000000000000002' }) as { isOwn: boolean }).isOwn, false);
  assert.equal((proposalView({ ...PROPOSAL, by: { is: 'command line' } }, READER) as { isOwn: boolean }).isOwn, false);
});

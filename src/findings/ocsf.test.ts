import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FindingRecord } from '#control';
import { ocsfFinding } from './ocsf.ts';

const FINDING: FindingRecord = {
  uid: 'f_0000000000000001', tenant: null, analytic: { uid: 'witness.refused', name: 'Witnesses', type_id: 1 }, subject: 'not shown', severity_id: 6, title: 'A witness refused a checkpoint', message: 'The log is not an extension.',
  evidences: [{ entry: 7 }], resources: [], status_id: 1, first: 1, last: 2, count: 1, changed: null,
};
const members = (finding: FindingRecord): Record<string, unknown> => ocsfFinding(finding) as Record<string, unknown>;

test('ocsfFinding() says by its type what happened: created, updated, closed', () => {
  assert.equal(members(FINDING)['type_uid'], 200_401);
  assert.equal(members({ ...FINDING, count: 2 })['type_uid'], 200_402);
  for (const status_id of [4, 5] as const) assert.equal(members({ ...FINDING, status_id })['type_uid'], 200_403);
});

test('ocsfFinding() shows neither the subject nor a tenant that there is not', () => {
  const text = JSON.stringify(ocsfFinding(FINDING));
  assert.ok(!text.includes('not shown') && !text.includes('tenant_uid'));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_TENANT } from '#model';
import { NONE, versionView } from './views.ts';

test('a version says who applied it by name, and a tenant without one is shown in the same form', () => {
  const version = { tenant: DEFAULT_TENANT, version: 2, policies: 1, since: 5, by: { is: 'person', id: 'a_0000000000000001', name: 'ada' } as const, note: 'why', digest: 'd' };
  assert.deepEqual(versionView(version), { version: 2, policies: 1, since: 5, by: 'ada', note: 'why', digest: 'd' });
  assert.deepEqual((versionView({ ...version, by: { is: 'command line' } }) as { by: string }).by, 'command line');
  assert.deepEqual([...Object.keys(versionView(version)), 'text'].toSorted(), Object.keys(NONE).toSorted());
});

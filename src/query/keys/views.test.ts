import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_TENANT } from '#model';
import { keysView } from './views.ts';

test('keysView() tells what there is in times and numbers, with every member of what is sealed, and nothing else of what it is given', () => {
  const made = Date.UTC(2026, 0, 2, 3, 4, 5);
  const versions = [{ version: 2, state: 'current' as const, windows: 4, made, retired: null, wrapped: 'secret' }, { version: 1, state: 'retired' as const, windows: 0, made, retired: made + 1_000 }];
  const status = { tenant: DEFAULT_TENANT, versions, toRewrap: 0, rewrapping: { done: 1, of: 4 }, rewrapFailed: false, windows: 4, subjectKeys: 9, destroyed: 2 };
  const root = { kind: 'file' as const, made: true, here: true, usable: false, file: 'secret' };
  assert.deepEqual(keysView(root, [{ status, sealed: [{ key: 'user.id', rule: 'people', subject: true }] }]), { sealingRoot: { kind: 'file', made: true, here: true, usable: false }, tenants: [{
    tenant: DEFAULT_TENANT,
    versions: [
      { version: 2, state: 'current', windows: 4, made: '2026-01-02T03:04:05.000Z', retired: null },
      { version: 1, state: 'retired', windows: 0, made: '2026-01-02T03:04:05.000Z', retired: '2026-01-02T03:04:06.000Z' },
    ],
    toRewrap: 0, rewrapping: { done: 1, of: 4 }, rewrapFailed: false, windows: 4, subjectKeys: 9, destroyed: 2,
    fields: [{ key: 'user.id', sealed: 'people', searchable: false, subject: true, approval: null }],
  }] });
});

/** `tracekeep finding` as operators and scripts meet it: each of its verbs as a program once. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { ControlStore } from '#control';
import { DEFAULT_TENANT } from '#model';
import { lastLine, temporaryFolder, tracekeep, type Done } from '#harness';
import { verbHere } from '#harness/verbs';
import { deriveKey, openRootKey } from '#keys';

const data = join(temporaryFolder(), 'data');
const finding = (...words: readonly string[]): Promise<Done> => verbHere(['finding', ...words, '--data', data]);
const program = (...words: readonly string[]): Promise<Done> => tracekeep(['finding', ...words, '--data', data]);
let uid = '';

before(async () => {
  lastLine(await verbHere(['tenant', 'set', 'default', '--class', 'default', '--data', data]));
  const control = await ControlStore.open({ dataDir: data, key: deriveKey(openRootKey({ file: `${data}.key`, dataDir: data }), 'control') });
  const analytic = { uid: 'integrity.block', name: 'Blocks against the log', type_id: 1 } as const;
  const counted = (subject: string, severity_id: 2 | 5) => ({ finding: { tenant: DEFAULT_TENANT, analytic, subject, severity_id, title: `About ${subject}`, message: 'It is not what the log says.', evidences: [{ block: 17, row: 3 }] }, count: 2, first: 1_000, last: 2_000 });
  await control.recordFindings([counted('block 17', 5), counted('block 18', 2)]);
  control.close();
});

test('finding list shows what is open as a table, and for machines as OCSF events', async () => {
  const table = (await program('list')).stdout;
  assert.match(table, /^ID +SEVERITY +STATUS +LAST SEEN +COUNT +TENANT +TITLE\nf_/);
  assert.equal(table.trim().split('\n').length, 3);
  const events = JSON.parse((await finding('list', '--json', '--severity', 'high')).stdout) as { class_uid: number; finding_info: { uid: string } }[];
  assert.deepEqual(events.map(({ class_uid }) => class_uid), [2004]);
  uid = events[0]?.finding_info.uid ?? '';
});

test('finding show names the places', async () => {
  const { stdout } = await program('show', uid);
  assert.match(stdout, new RegExp(`finding +${uid}\ntitle +About block 17\n`));
  assert.match(stdout, /place +block 17, row 3\n/);
  assert.equal((await finding('show', `f_${'0'.repeat(16)}`)).code, 1);
  assert.equal((await finding('show', '17')).code, 2);
});

test('finding close takes it off the list, with a comment that is kept', async () => {
  assert.match((await program('close', uid, '--comment', 'restored')).stderr, /is resolved/);
  assert.ok(!(await finding('list')).stdout.includes(uid));
  assert.ok((await finding('list', '--all')).stdout.includes(uid));
  assert.match((await finding('show', uid)).stdout, /changed .* by command line: restored/);
  assert.match((await finding('close', `f_${'0'.repeat(16)}`)).stderr, /name_unknown/);
  assert.equal((await finding('close', uid, '--as', 'gone')).code, 2);
});

/**
 * A witness that is killed remembers what it cosigned: proved by killing it, and from its system calls, in which the record is synced before the
 * cosignature goes out. The syncs are taken out of the recording to show that the proof would notice.
 */
import assert from 'node:assert/strict';
import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startWitness, temporaryFolder } from '#harness';
import { TestLog } from '#witness/testing';
import { type Call, descriptor, firstText, parseCalls, STRACE } from './system-calls.ts';

const home = realpathSync(temporaryFolder());
const data = join(home, 'witness');
const log = new TestLog('log.example/a', join(home, 'log.key')).grow(40);
const vkeys = log.signers.map(({ vkey }) => vkey);

const isRecord = (call: Call): boolean => /^p?writev?(?:64)?$/.test(call.name) && descriptor(call).startsWith(join(data, 'witness.sqlite'));
const isSync = (call: Call): boolean => (call.name === 'fsync' || call.name === 'fdatasync') && descriptor(call).startsWith(join(data, 'witness.sqlite'));
const isAnswer = (call: Call): boolean => /^(?:write|writev|sendto|sendmsg)$/.test(call.name) && firstText(call).startsWith('HTTP/1.1 200');

/** Answers before which something was written and is not synced. */
function early(calls: readonly Call[]): number {
  let [unsynced, wrong] = [false, 0];
  for (const call of calls) {
    if (isRecord(call)) unsynced = true;
    else if (isSync(call)) unsynced = false;
    else if (isAnswer(call) && unsynced) wrong++;
  }
  return wrong;
}

test('no cosignature goes out before what it rests on is on the disk, and none is forgotten by kill -9', async () => {
  const recording = join(home, 'recording');
  const first = await startWitness('witness.example', vkeys, { data, under: [...STRACE, '-o', recording] });
  const post = (url: string, old: number, size: number): Promise<Response> => fetch(`${url}/add-checkpoint`, { method: 'POST', body: log.submission(old, size) });
  for (let size = 10; size <= 30; size += 5) assert.equal((await post(first.url, size === 10 ? 0 : size - 5, size)).status, 200);
  await first.end('SIGKILL');
  const second = await startWitness('witness.example', vkeys, { data });
  const conflict = await post(second.url, 0, 40);
  assert.deepEqual([conflict.status, await conflict.text()], [409, '30\n']);
  await second.end('SIGTERM');

  const calls = parseCalls(readFileSync(recording, 'utf8')).sort((one, other) => one.began - other.began);
  assert.equal(calls.filter(isAnswer).length, 5);
  assert.equal(early(calls), 0);
  assert.equal(early(calls.filter((call) => !isSync(call))), 5, 'without the syncs it would be seen');
});

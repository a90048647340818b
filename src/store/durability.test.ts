import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';

/** What a process asked of the file system, in the order in which the calls returned. */
interface Call {
  readonly is: 'create' | 'write' | 'sync' | 'rename' | 'remove' | 'says';
  readonly path: string;
  /** What a rename gave its name to `path`. */
  readonly from?: string;
}

const CALLS = 'openat,write,writev,pwrite64,pwritev,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat';
let home = '';
let calls: Call[] = [];
let watched = false;

before(() => {
  home = mkdtempSync(join(tmpdir(), 'tracekeep-durability-'));
  const trace = join(home, 'trace');
  const program = [join(import.meta.dirname, 'interrupted.ts'), join(home, 'data'), join(home, 'key'), 'flushed', '3', '1'];
  const options = { env: { ...process.env, UV_THREADPOOL_SIZE: '16' }, timeout: 60_000, encoding: 'utf8' } as const;
  const ran = spawnSync('strace', ['-f', '-y', '-s', '24', '-e', `trace=${CALLS}`, '-o', trace, process.execPath, ...program], options);
  // Without strace the process itself says what it does; that leaves out the engine's files, the key and removals.
  watched = ran.error === undefined && existsSync(trace);
  calls = watched ? parse(readFileSync(trace, 'latin1')) : spawnSync(process.execPath, [...program, 'record'], options).stdout.split('\n').flatMap(said);
});
after(() => rmSync(home, { recursive: true, force: true }));

/** `pid openat(…) = 3</path>`; a call that another thread interrupts comes as `<unfinished ...>` and, when it returns, `<... resumed>`. */
function parse(trace: string): Call[] {
  const begun = new Map<string, string>();
  const found: Call[] = [];
  for (const line of trace.split('\n')) {
    const [, pid = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (rest.endsWith('<unfinished ...>')) begun.set(pid, rest.slice(0, -'<unfinished ...>'.length));
    else {
      const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
      const call = resumed === null ? rest : `${begun.get(pid) ?? ''}${resumed[1] ?? ''}`;
      if (!/ = -1 /.test(call)) found.push(...understand(call));
    }
  }
  return found;
}

function understand(call: string): Call[] {
  const name = /^\w+/.exec(call)?.[0] ?? '';
  const ofDescriptor = /^\w+\(\d+<([^>]*)>/.exec(call)?.[1] ?? '';
  const strings = Array.from(call.matchAll(/"([^"]*)"/g), ([, text]) => text ?? '');
  const relative = (path: string): string => (path.startsWith('/') ? path : join(home, path)).replace(/\/$/, '');
  if (name === 'openat') return call.includes('O_CREAT') ? [{ is: 'create', path: /= \d+<([^>]*)>$/.exec(call)?.[1] ?? relative(strings[0] ?? '') }] : [];
  if (name.startsWith('rename')) return [{ is: 'rename', from: relative(strings[0] ?? ''), path: relative(strings[1] ?? '') }];
  if (name.startsWith('unlink')) return [{ is: 'remove', path: relative(strings[0] ?? '') }];
  if (name.startsWith('f')) return [{ is: 'sync', path: ofDescriptor }];
  if (call.includes('acknowledged')) return [{ is: 'says', path: '' }];
  return [{ is: 'write', path: ofDescriptor }];
}

/** A line of a process that records itself. */
function said(line: string): Call[] {
  const value = line === '' ? {} : (JSON.parse(line) as { acknowledged?: number; call?: Call });
  if (value.acknowledged !== undefined) return [{ is: 'says', path: '' }];
  return value.call === undefined ? [] : [value.call];
}

const isSegment = (path: string): boolean => /\/(journal|remembered)\/\d+\.seg$/.test(path);
const isPart = (path: string): boolean => path.includes('/sealed/store/');

/** Files written and directories changed at a moment that were not synced since. */
function unsynced(until: number, matches: (path: string) => boolean): string[] {
  const dirty = new Set<string>();
  for (const { is, path, from = '' } of calls.slice(0, until)) {
    // A directory that has not been synced keeps that under its new name.
    if (is === 'rename' && dirty.delete(from)) dirty.add(path);
    if (is === 'sync') dirty.delete(path);
    else if (matches(path)) {
      if (is === 'write') dirty.add(path);
      if (is === 'remove') dirty.delete(path);
      if (is === 'create' || is === 'rename') dirty.add(dirname(path));
    }
  }
  return [...dirty];
}

describe('by the system calls of a process that commits one by one', () => {
  test('an acknowledgement comes when the journal and its directory are synced', () => {
    const said = calls.flatMap(({ is }, at) => (is === 'says' ? [at] : []));
    assert.ok(said.length >= 4, `${said.length} acknowledgements`);
    let before = 0;
    for (const at of said) {
      assert.ok(calls.slice(before, at).some(({ is, path }) => is === 'sync' && path.includes('/journal/')), 'nothing was synced for it');
      assert.deepEqual(unsynced(at, isSegment), []);
      before = at;
    }
  });

  test('what was tried could be seen', (context) => {
    if (!watched) context.diagnostic('strace is missing: only the journal was looked at');
    assert.ok(calls.some(({ is, path }) => is === 'write' && isSegment(path)));
    assert.equal(watched, calls.some(({ is, path }) => is === 'write' && isPart(path)));
  });

  test('the journal lets go of a segment when parts, their directories and what is remembered are synced', () => {
    const removed = calls.flatMap(({ is, path }, at) => (is === 'remove' && isSegment(path) ? [at] : []));
    assert.equal(removed.length >= 1, watched, 'no segment was removed');
    for (const at of removed) {
      const open = unsynced(at, (path) => isSegment(path) || isPart(path)).filter((path) => !path.includes('/tmp_merge_'));
      assert.deepEqual(open, []);
    }
  });

  test('the key and the directory it opens are synced before anything else', () => {
    const first = calls.findIndex(({ path }) => isSegment(path));
    assert.deepEqual(unsynced(first, (path) => path.startsWith(join(home, 'key')) || path.includes('key.check')), []);
    for (const path of watched ? [home, join(home, 'data')] : []) assert.ok(calls.slice(0, first).some((call) => call.is === 'sync' && call.path === path), path);
  });
});

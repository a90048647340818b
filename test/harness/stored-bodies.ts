/**
 * The bodies of all entries of the log of a stopped server. Run as a program it prints them, one JSON value: the same store as the server's, without
 * anything around it, in a process of its own.
 *
 *     UV_THREADPOOL_SIZE=16 node stored-bodies.ts <data directory>
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { EntryType } from '#model';

export interface StoredBody {
  readonly type: EntryType;
  readonly time_ms: number;
  readonly statement: Readonly<Record<string, unknown>>;
  /** Without its salt. */
  readonly closed: Readonly<Record<string, unknown>>;
  readonly outbox: number;
}

/** In the order of the log. Fails if an entry has no body. */
export async function storedBodies(data: string): Promise<readonly StoredBody[]> {
  const env = { ...process.env, UV_THREADPOOL_SIZE: '16' };
  const { stdout } = await promisify(execFile)(process.execPath, [import.meta.filename, data], { env, maxBuffer: 1 << 28 });
  const bodies = JSON.parse(stdout) as (readonly [number, EntryType, number, string, string, number])[];
  return bodies.map(([index, type, time_ms, statement, closed, outbox], at) => {
    assert.equal(index, at, 'an entry has no body, or two');
    const { salt, ...rest } = JSON.parse(closed) as Record<string, unknown>;
    assert.equal(Buffer.from(String(salt), 'base64').length, 32);
    return { type, time_ms, statement: JSON.parse(statement) as Record<string, unknown>, closed: rest, outbox };
  });
}

async function printBodies(dataDir: string): Promise<void> {
  const [{ openRootKey }, { Store }] = await Promise.all([import('#keys'), import('#store')]);
  const config = { retention: { default: { days: 36_500 } }, diskBytesMax: null, diskFreeBytesMin: 0 };
  const store = await Store.open({ dataDir, rootKey: openRootKey({ file: `${dataDir}.key`, dataDir }), config });
  const bodies = (await store.bodies(0, store.log.size)).map((body) => [body.index, body.type, body.time_ms, body.statement, body.closed, body.outbox ?? 0]);
  process.stdout.write(`${JSON.stringify(bodies)}\n`);
  await store.close();
}

if (import.meta.main) await printBodies(process.argv[2] ?? '');

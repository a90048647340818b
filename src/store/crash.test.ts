import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { sampleDigest } from './sample.ts';
import type { AccountLine } from './store.ts';

interface Found {
  /** Roots by size; blocks by their entries; how many entries are those of their bodies. */
  readonly log: { readonly roots: readonly string[]; readonly blocks: readonly number[]; readonly proved: number };
  readonly spans: readonly { readonly block: string; readonly rows: string; readonly distinct: string }[];
  readonly traces: readonly { readonly block: string; readonly rows: string }[];
  readonly filters: readonly { readonly block: string; readonly rows: string }[];
  readonly tokens: readonly { readonly block: string; readonly rows: string; readonly distinct: string }[];
  readonly account: readonly AccountLine[];
  readonly digests: readonly string[];
  readonly lastBlockId: number;
}

interface Life {
  /** null: killed before it had recovered. */
  readonly found: Found | null;
  readonly acknowledged: number[];
  /** Size and root. */
  readonly signed: (readonly [number, string])[];
  readonly signal: NodeJS.Signals | null;
}

let home = '';
before(() => {
  home = mkdtempSync(join(tmpdir(), 'tracekeep-crash-'));
});
after(() => rmSync(home, { recursive: true, force: true }));

/** Runs the committing process until it is killed: by itself at a step, or from here some time after its first acknowledgement. */
function live(step: string, passes: number, kill_ms: number | null): Promise<Life> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'interrupted.ts'), join(home, 'data'), join(home, 'data.key'), step, String(passes)], {
    env: { ...process.env, UV_THREADPOOL_SIZE: '16' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let found: Found | null = null;
  const acknowledged: number[] = [];
  const signed: [number, string][] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    const said = JSON.parse(line) as Found | { acknowledged: number } | { signed: number; root: string };
    if ('signed' in said) signed.push([said.signed, said.root]);
    else if (!('acknowledged' in said)) found = said;
    else if (acknowledged.push(said.acknowledged) === 1 && kill_ms !== null) setTimeout(() => child.kill('SIGKILL'), kill_ms);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (_code, signal) => resolve({ found, acknowledged, signed, signal }));
  });
}

const rowsOf = (block: number): number => 10 + (block % 7);
const everAcknowledged = new Set<number>();
/** Root by size of each checkpoint that was handed out. */
const everSigned = new Map<number, string>();

/** What must hold of the store after any crash. */
function check(found: Found | null): void {
  assert.ok(found !== null, 'the process ended before it said what it found');
  const { spans, traces, filters, tokens, account, digests, lastBlockId, log } = found;
  const blocks = new Map(spans.map(({ block, rows, distinct }) => [Number(block), { rows: Number(rows), distinct: Number(distinct) }]));
  for (const block of everAcknowledged) assert.ok(blocks.has(block), `block ${block} was acknowledged and is gone`);
  for (const [block, { rows, distinct }] of blocks) assert.deepEqual([rows, distinct], [rowsOf(block), rowsOf(block)], `block ${block} is not there exactly once`);
  assert.deepEqual(new Map(traces.map(({ block, rows }) => [Number(block), Number(rows)])), new Map([...blocks.keys()].map((block) => [block, Math.ceil(rowsOf(block) / 4)])));
  assert.deepEqual(new Map(filters.map(({ block, rows }) => [Number(block), Number(rows)])), new Map([...blocks.keys()].map((block) => [block, 2])));
  assert.deepEqual(new Map(tokens.map(({ block, rows, distinct }) => [Number(block), [Number(rows), Number(distinct)]])), new Map([...blocks.keys()].map((block) => [block, [rowsOf(block), rowsOf(block)]])));
  const stored = [...blocks.keys()].reduce((sum, block) => sum + rowsOf(block), 0);
  const counts = Object.fromEntries(account.map(({ outcome, count }) => [outcome, count]));
  assert.deepEqual(counts, blocks.size === 0 ? {} : { received: stored + 3 * blocks.size, stored, refused: 2 * blocks.size, dropped: blocks.size, minimized: 4 * blocks.size });
  assert.deepEqual(new Set(digests), new Set([...blocks.keys()].map(sampleDigest)), 'a retry would not be recognised');
  assert.deepEqual(log.blocks.toSorted((a, b) => a - b), [...blocks.keys()].sort((a, b) => a - b), 'stored and unlogged, or logged and not stored');
  assert.equal(log.proved, log.roots.length - 1, 'an entry is not that of its body');
  for (const [size, root] of everSigned) assert.equal(log.roots[size], root, `the log does not contain its checkpoint of ${size} entries`);
  assert.ok(lastBlockId >= Math.max(0, ...blocks.keys()), 'an id would be used again');
}

describe('killed at any moment, every acknowledged block is there exactly once, and in the log', () => {
  /** What a life leaves for the next ones to be held to. */
  const keep = ({ acknowledged, signed }: Life): void => {
    assert.ok(acknowledged.length > 0);
    for (const block of acknowledged) everAcknowledged.add(block);
    for (const [size, root] of signed) everSigned.set(size, root);
  };

  const steps = ['journaled', 'lookups_inserted', 'spans_inserted', 'log_inserted', 'inserted', 'parts_synced', 'log_synced', 'marked', 'segments_removed', 'flushed', 'checkpoint_created', 'checkpoint_written', 'checkpoint_synced', 'checkpoint_renamed'];
  for (const step of steps) {
    test(`at the step ${step}`, { timeout: 60_000 }, async () => {
      // The first commit is the log's own.
      const life = await live(step, step === 'journaled' ? 2 : 1, null);
      check(life.found);
      assert.equal(life.signal, 'SIGKILL');
      keep(life);
    });
  }

  // Each begins with what a kill left in the journal, and goes on with what the kill before it left of recovering that.
  for (const steps of [['lookups_inserted', 'log_inserted', 'log_synced'], ['spans_inserted', 'parts_synced', 'marked']]) {
    test(`while recovering, at the steps ${steps.join(', ')}`, { timeout: 60_000 }, async () => {
      keep(await live('journaled', 4, null));
      for (const step of steps) {
        const { found, signal } = await live(step, 0, null);
        assert.deepEqual([found, signal], [null, 'SIGKILL'], step);
      }
    });
  }

  const seed = Date.now() % 1_000;
  for (const turn of [1, 2, 3]) {
    test(`at a random time (${turn} of seed ${seed})`, { timeout: 60_000 }, async () => {
      const life = await live('never', 0, (seed * turn * 7919) % 200);
      check(life.found);
      keep(life);
    });
  }

  test('and the last one left nothing behind', { timeout: 60_000 }, async () => {
    check((await live('journaled', 0, null)).found);
    assert.ok(everAcknowledged.size > 20 && everSigned.size > 20);
  });
});

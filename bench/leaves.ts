/** What the leaves of the log cost: computed from columns that were just encoded, and from what the engine returns of the same blocks. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Engine } from '#clickhouse';
import { SPANS } from '#clickhouse/schema';
import { BlockLeaves } from '#leaves';
import { compilePolicy, DEFAULT_POLICY } from '#policy';
import { type SealedBlock, Secret } from '#model';
import { medianOf } from './summary.ts';

export interface LeafFigures {
  /** Microseconds a span, median over blocks. */
  readonly leaves_us: number;
  /** Spans per second of CPU, all threads: read from the engine and hashed again, as verification does. */
  readonly recomputedPerCpuSecond: number;
}

const INSERTED_AT_ONCE = 8;

export async function measureLeaves(blocks: readonly SealedBlock[]): Promise<LeafFigures> {
  const leaves = new BlockLeaves(compilePolicy(DEFAULT_POLICY).restricts);
  // The first ones warm the compiler up.
  for (const { spans, salt } of blocks.slice(0, 4)) leaves.compute(spans, salt);
  const times = blocks.map((block) => {
    const before = performance.now();
    leaves.compute(block.spans, block.salt);
    return ((performance.now() - before) * 1_000) / block.rows;
  });
  return { leaves_us: medianOf(times), recomputedPerCpuSecond: await recomputed(blocks, leaves) };
}

async function recomputed(blocks: readonly SealedBlock[], leaves: BlockLeaves): Promise<number> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tracekeep-bench-'));
  const engine = await Engine.open({ dataDir, diskKey: new Secret(new Uint8Array(32).fill(1)) });
  try {
    for (let at = 0; at < blocks.length; at += INSERTED_AT_ONCE) await engine.insertNative(SPANS, blocks.slice(at, at + INSERTED_AT_ONCE).map(({ spans }) => spans));
    await engine.command('OPTIMIZE TABLE spans FINAL');
    const before = process.cpuUsage();
    let rows = 0;
    for (const { id, root, salt } of blocks) {
      const again = leaves.compute(await engine.queryNative(`SELECT * FROM spans WHERE block = ${id} ORDER BY block, row`), salt);
      if (Buffer.compare(again.root, root) !== 0) throw new Error(`cannot measure leaves: block ${id} has another root in the engine`);
      rows += again.rows;
    }
    const { user, system } = process.cpuUsage(before);
    return rows / ((user + system) / 1_000_000);
  } finally {
    await engine.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/**
 * Blocks that the engine cannot read. That is a bug, but one block must not hold up all others, nor the next start: it is kept, sealed
 * and durable, beside the journal, so that what was acknowledged is not lost, and an operator is told.
 */

import { existsSync } from 'node:fs';
import { type Engine, EngineError } from '#clickhouse';
import { ITEM_FILTERS, SEALED_TOKENS, SPANS, TRACES, type Table } from '#clickhouse/schema';
import type { Files } from '#files';
import type { SealedBlock, Secret } from '#model';
import { decodeEntry, encodeCommit } from './commit-entry.ts';
import { type Inserted, removeTokensOf, requireWhole, RowsMissing } from './recovery.ts';
import { Segments } from '#segments';

const NOTHING = new Uint8Array(0);
const SEGMENT_BYTES_MAX = 64 * 1024 * 1024;

/** Errors of ClickHouse that speak of the machine and not of the block: memory, disk, parts, time, shutting down. */
const OF_THE_MACHINE: ReadonlySet<number> = new Set([74, 75, 76, 77, 159, 160, 173, 210, 236, 241, 243, 252, 394, 439]);

/** Whether a failure may lie in the bytes of a block. */
export function isUnreadable(error: unknown): boolean {
  if (error instanceof RowsMissing) return true;
  return error instanceof EngineError && error.clickhouseCode !== null && !OF_THE_MACHINE.has(error.clickhouseCode);
}

export class SetAside {
  readonly #options: { readonly directory: string; readonly key: Secret<Uint8Array>; readonly files?: Files };

  constructor(options: { readonly directory: string; readonly key: Secret<Uint8Array>; readonly files?: Files }) {
    this.#options = options;
  }

  /** The blocks that were set aside, by id, with their columns as they were to be inserted. INVARIANT: nothing is added meanwhile. */
  async blocks(): Promise<ReadonlyMap<number, Uint8Array>> {
    const blocks = new Map<number, Uint8Array>();
    if (!existsSync(this.#options.directory)) return blocks;
    const segments = await Segments.open({
      ...this.#options, purpose: 'set-aside', segmentBytesMax: SEGMENT_BYTES_MAX,
      replay: (_, bytes) => {
        const entry = decodeEntry(bytes);
        if (entry.is === 'commit') for (const { id, spans } of entry.commit.blocks) blocks.set(id, spans);
      },
    });
    await segments.close();
    return blocks;
  }

  /** Durable when resolved. Without its tokens: they would outlive those that are removed, and lead nowhere. */
  async add(block: SealedBlock): Promise<void> {
    const segments = await Segments.open({ ...this.#options, purpose: 'set-aside', segmentBytesMax: SEGMENT_BYTES_MAX, replay: () => undefined });
    try {
      await segments.append(encodeCommit({ blocks: [{ ...block, tokens: NOTHING }], requests: [] }, [], 0));
    } finally {
      await segments.close();
    }
  }
}

/** Inserts what is missing block by block and gives the ones that the engine cannot read. Throws when the machine is at fault. */
export async function insertOneByOne(engine: Engine, blocks: readonly SealedBlock[], there: Inserted): Promise<{ block: SealedBlock; error: unknown }[]> {
  const unreadable: { block: SealedBlock; error: unknown }[] = [];
  for (const block of blocks) {
    try {
      if (block.tokens.length > 0 && !there.tokens.has(block.id)) await insertIfReadable(engine, SEALED_TOKENS, block.tokens);
      if (!there.traces.has(block.id)) await engine.insertNative(TRACES, [block.traces]);
      if (block.filter.length > 0 && !there.filters.has(block.id)) await insertIfReadable(engine, ITEM_FILTERS, block.filter);
      if (!there.spans.has(block.id)) await engine.insertNative(SPANS, [block.spans]);
      await requireWhole(engine, [{ ...block, tokens: NOTHING }]);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      await removeTokensOf(engine, block.id);
      unreadable.push({ block, error });
    }
  }
  return unreadable;
}

/** A filter that the engine cannot read is done without: its block is searched then. So are tokens: what they lead to is not found by its sealed values, and nothing else of it is lost. */
async function insertIfReadable(engine: Engine, table: Table, rows: Uint8Array): Promise<void> {
  try {
    await engine.insertNative(table, [rows]);
  } catch (error) {
    if (!isUnreadable(error)) throw error;
  }
}

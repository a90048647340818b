/**
 * Blocks as the log says they were stored: their bodies, and the leaves of those of their rows that a proof needs. Everything here comes from the
 * database, so everything is held against the log before it counts.
 */
import { checkInclusion, flawText, leafHash, type Proof } from '#merkle';
import { entryBytes, readStatement, type BlockStatement } from '#evidence';
import { sha256 } from '#keys/signing';
import { BLOCK_SALT_BYTES, GROUP_ROWS, MalformedGroup, MalformedNative, type BlockLeaves, type RowLeaf } from '#leaves';
import { ENTRY_TYPES } from '#model';
import type { Run } from '#query/answering';
import { STATEMENTS } from '#query/statements';
import { BlockTree, rowsOfGroup } from './block-tree.ts';

/** What is stored is not what the log says. The message names the place and nothing of what is there. */
export class Mismatch extends Error {
  readonly block: number;
  readonly row: number | undefined;

  constructor(block: number, what: string, row?: number) {
    super(what);
    this.name = 'Mismatch';
    this.block = block;
    this.row = row;
  }
}

export interface LoggedBlock {
  readonly block: number;
  /** The index of its entry, and its time in milliseconds since 1970. */
  readonly index: number;
  readonly time_ms: number;
  readonly statement: string;
  readonly closed: string;
  readonly says: BlockStatement;
  readonly salt: Uint8Array;
  readonly groups: Uint8Array;
}

/** A row of a block with what leads from it to the block's root. */
export interface ProvedRow extends RowLeaf {
  readonly proof: readonly Uint8Array[];
}

/** Groups of 256 rows read at once: about 20 ms of hashing before everything else on this thread gets a turn. */
const GROUPS_AT_ONCE = 8;

interface BodyRow {
  readonly entryIndex: string;
  readonly entryTime: number | string;
  readonly blockId: number | string;
  readonly blockRows: number;
  readonly statementText: string;
  readonly closedText: string;
  readonly groupRoots: string;
}

/** The bodies of blocks by number; those that the log does not name are not in it. */
export async function fetchBlocks(blocks: readonly number[], run: Run): Promise<Map<number, LoggedBlock>> {
  const rows = await run<BodyRow>(STATEMENTS.blockBodies, { blocks, limit: blocks.length + 1 }, blocks.length + 1);
  const found = new Map<number, LoggedBlock>();
  for (const row of rows) {
    const block = Number(row.blockId);
    if (found.has(block)) throw new Mismatch(block, 'two entries of one block');
    found.set(block, loggedBlock(block, row));
  }
  return found;
}

/** That the entry of the block is the one in the tree of this size and root. */
export function holdAgainstLog({ block, index, time_ms, statement, closed }: LoggedBlock, proof: Proof, size: number, root: Uint8Array): void {
  const entry = entryBytes({ type: ENTRY_TYPES.block, time_ms, statement, closed }, sha256);
  const flaw = checkInclusion(sha256, index, size, leafHash(sha256, entry), proof, root);
  if (flaw !== undefined) throw new Mismatch(block, `its body is not the one in the log: ${flawText(flaw)}`);
}

/** The rows asked for, in their order, each proved; `native` runs a query for a stream of Native blocks. */
export async function proveRows(block: LoggedBlock, rows: readonly number[], leaves: BlockLeaves, native: (sql: string) => Promise<Uint8Array>): Promise<ProvedRow[]> {
  const { says, salt, groups } = block;
  const tree = BlockTree.of(says.rows, groups, says.root);
  if (tree === null) throw new Mismatch(block.block, 'the roots of each 256 rows do not come to its root');
  const byRow = new Map<number, RowLeaf>();
  const wanted = new Set(rows);
  const needed = [...new Set(rows.map((row) => Math.floor(row / GROUP_ROWS)))].toSorted((a, b) => a - b);
  for (let at = 0; at < needed.length; at += GROUPS_AT_ONCE) {
    const some = needed.slice(at, at + GROUPS_AT_ONCE);
    const read = leavesOf(block, await native(rowsSql(block.block, some)), salt, leaves);
    let next = 0;
    for (const group of some) {
      const count = rowsOfGroup(group, says.rows);
      const ofGroup = read.slice(next, next + count);
      next += count;
      const misplaced = ofGroup.findIndex(({ row }, place) => row !== group * GROUP_ROWS + place);
      if (count <= 0 || ofGroup.length < count || misplaced !== -1) throw new Mismatch(block.block, 'a row is missing, or there twice', group * GROUP_ROWS + Math.max(0, misplaced));
      if (!tree.add(group, ofGroup.map(({ hash }) => hash))) throw new Mismatch(block.block, `one of the 256 rows from ${group * GROUP_ROWS} on is not as it was stored`);
      for (const leaf of ofGroup) if (wanted.has(leaf.row)) byRow.set(leaf.row, leaf);
    }
    if (next !== read.length) throw new Mismatch(block.block, 'it has more rows than the log says');
  }
  return rows.map((row) => {
    const leaf = byRow.get(row);
    if (leaf === undefined) throw new Mismatch(block.block, 'it has more rows than the log says', row);
    return { ...leaf, proof: tree.proof(row) };
  });
}

function loggedBlock(block: number, row: BodyRow): LoggedBlock {
  try {
    const says = readStatement(row.statementText);
    const { salt } = JSON.parse(row.closedText) as { readonly salt?: unknown };
    const bytes = Buffer.from(typeof salt === 'string' ? salt : '', 'base64');
    if (bytes.length !== BLOCK_SALT_BYTES) throw new Error('cannot use the salt');
    return { block, index: Number(row.entryIndex), time_ms: Number(row.entryTime), statement: row.statementText, closed: row.closedText, says, salt: bytes, groups: Buffer.from(row.groupRoots, 'base64') };
  } catch {
    throw new Mismatch(block, 'its body cannot be read');
  }
}

function leavesOf(block: LoggedBlock, native: Uint8Array, salt: Uint8Array, leaves: BlockLeaves): RowLeaf[] {
  try {
    return leaves.rowsOf(native, salt);
  } catch (error) {
    if (error instanceof MalformedGroup || error instanceof MalformedNative) throw new Mismatch(block.block, 'a row cannot be read as it was written');
    throw error;
  }
}

/** Numbers alone go into the text. */
function rowsSql(block: number, groups: readonly number[]): string {
  const ranges = groups.map((group) => `row BETWEEN ${group * GROUP_ROWS} AND ${(group + 1) * GROUP_ROWS - 1}`);
  return `SELECT * EXCEPT (block, day, retention, tenant) FROM spans WHERE block = ${block} AND (${ranges.join(' OR ')}) ORDER BY block, row`;
}

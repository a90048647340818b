/**
 * What exactly is wrong with a block whose leaves are not those of its entry. Missing and added rows are told by their numbers. A changed row has no
 * hash of its own: the roots of each 256 rows tell which of them hold, and the rest is as narrow as anybody can say it.
 */
import { GROUP_ROWS, RowsMisplaced, type BlockLeaves, type Leaves } from '#leaves';
import { CompactRange, HASH_BYTES, sameBytes } from '#merkle';
import { sha256 } from '#keys/signing';
import type { Evidence } from '#control';
import type { BlockBody } from './bodies.ts';
import { finding, rangesText, type Finding } from './finding.ts';
import { listsIn } from './questions.ts';
import type { Source } from './source.ts';

interface Row {
  readonly row: number;
  readonly trace_id: string;
  readonly span_id: string;
}

/** Rows of a block that are looked at one by one. */
const ROWS_LISTED_MAX = 200_000;
const ROWS_AT_ONCE = 20_000;
/** Of a group in which rows have the same number, so many ways to choose one of each are tried. */
const CHOICES_MAX = 256;
const PLACES_MAX = 64;

/** Null if the block has no rows at all by now. */
export async function locate(source: Source, body: BlockBody, leaves: Leaves | null, computer: BlockLeaves): Promise<Finding[] | null> {
  const { block } = body;
  if (leaves !== null && leaves.rows === body.rows && sameBytes(leaves.root, body.root)) return [besideRoot(body, leaves)];
  const rows = await listRows(source, block);
  if (rows.length === 0) return null;
  const counts = new Map<number, number>();
  for (const { row } of rows) counts.set(row, (counts.get(row) ?? 0) + 1);
  const missing = Array.from({ length: body.rows }, (_, row) => row).filter((row) => !counts.has(row));
  const twice = [...counts].filter(([row, count]) => count > 1 && row < body.rows).map(([row]) => row);
  const beyond = rows.filter(({ row }) => row >= body.rows);
  const findings: Finding[] = [];
  if (missing.length > 0) findings.push(await missingRows(source, body, missing));
  if (beyond.length > 0) findings.push(found('rows-added', body, `${beyond.length} rows`, `${beyond.length === 1 ? 'Row' : 'Rows'} ${rangesText([...new Set(beyond.map(({ row }) => row))])} of block ${block} ${beyond.length === 1 ? 'was' : 'were'} added: its entry ${body.index} says that it has ${body.rows} rows.`, beyond));
  const groups = groupsOf(body);
  const changed: number[] = [];
  const untold: number[] = [];
  for (let group = 0; group * GROUP_ROWS < body.rows; group++) {
    const [first, last] = [group * GROUP_ROWS, Math.min(body.rows, (group + 1) * GROUP_ROWS) - 1];
    if (missing.some((row) => row >= first && row <= last)) {
      untold.push(group);
      continue;
    }
    const wanted = groups?.[group];
    const inGroup = twice.filter((row) => row >= first && row <= last);
    const result = await lookAtGroup(source, body, computer, [first, last], inGroup, wanted ?? null);
    if (result.is === 'added') findings.push(found('rows-added', body, `second row ${rangesText(inGroup)}`, `Block ${block} has two rows of number ${rangesText(inGroup)}, and the spans named here are the added ones: without them the rows are as they were stored.`, result.rows));
    else if (result.is === 'changed') changed.push(group);
  }
  if (changed.length > 0) findings.push(...changedGroups(body, rows, changed, groups !== null));
  if (findings.length === 0) findings.push(found('block-changed', body, 'whole', `Block ${block} is not what its entry ${body.index} commits to, and which of its ${body.rows} rows were changed cannot be told.`, rows));
  if (untold.length > 0 && missing.length > 0) {
    const beside = untold.map((group) => `${group * GROUP_ROWS}–${Math.min(body.rows, (group + 1) * GROUP_ROWS) - 1}`).slice(0, 8).join(', ');
    return findings.map((one) => (one.kind === 'rows-missing' ? { ...one, message: `${one.message} Whether others of rows ${beside} were changed as well cannot be told.` } : one));
  }
  return findings;
}

/** The rows make the root, and what is kept beside it does not fit. */
function besideRoot(body: BlockBody, leaves: Leaves): Finding {
  const what = Buffer.compare(leaves.groups, body.groups) === 0 ? 'range of times' : 'roots of 256 rows each';
  return finding('log-body', `beside block ${body.block}`, `The ${what} kept with entry ${body.index} are not those of the rows of block ${body.block}; its spans are as they were stored.`, { tenant: body.tenant, places: [{ block: body.block, entry: body.index }] });
}

async function listRows(source: Source, block: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (let from = 0; rows.length < ROWS_LISTED_MAX; ) {
    const some = listsIn(await source.read({ ask: 'rows', block, from, count: ROWS_AT_ONCE })).map(([row, trace_id, span_id]): Row => ({ row: Number(row), trace_id: String(trace_id), span_id: String(span_id) }));
    rows.push(...some);
    if (some.length < ROWS_AT_ONCE) break;
    // Rows of one number stay together: what begins the next piece may be there twice.
    const last = some.at(-1)!.row;
    while (rows.length > 0 && rows.at(-1)!.row === last) rows.pop();
    from = last;
  }
  return rows;
}

/** Of rows that are gone the look-up table may still say of which trace they were. */
async function missingRows(source: Source, body: BlockBody, missing: readonly number[]): Promise<Finding> {
  const ranges = listsIn(await source.read({ ask: 'rows-by-look-up', block: body.block })).map(([trace, first, last]) => ({ trace: String(trace), first: Number(first), last: Number(last) }));
  const traces = [...new Set(ranges.filter(({ first, last }) => missing.some((row) => row >= first && row <= last)).map(({ trace }) => trace))];
  const of = traces.length === 0 ? '' : ` The look-up table still says of which traces: those whose ids end in ${traces.slice(0, 8).join(', ')}${traces.length > 8 ? ` and ${traces.length - 8} more` : ''}.`;
  const message = `${missing.length} of the ${body.rows} rows of block ${body.block} are gone: row ${rangesText(missing)}.${of}`;
  return finding('rows-missing', `block ${body.block}`, message, { tenant: body.tenant, places: missing.slice(0, PLACES_MAX).map((row) => ({ block: body.block, row })) });
}

/** The roots of the groups, if they are those that the root was made from. */
function groupsOf({ groups, root, rows }: BlockBody): Uint8Array[] | null {
  if (groups.length !== Math.ceil(rows / GROUP_ROWS) * HASH_BYTES) return null;
  const parts = Array.from({ length: groups.length / HASH_BYTES }, (_, at) => groups.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));
  const tree = new CompactRange(sha256);
  for (const part of parts) tree.append(part);
  return sameBytes(tree.root(), root) ? parts : null;
}

type GroupVerdict = { readonly is: 'holds' | 'changed' } | { readonly is: 'added'; readonly rows: readonly Row[] };

async function lookAtGroup(source: Source, body: BlockBody, computer: BlockLeaves, rows: readonly [number, number], twice: readonly number[], wanted: Uint8Array | null): Promise<GroupVerdict> {
  if (wanted === null) return { is: 'changed' };
  const native = await source.read({ ask: 'spans', blocks: [body.block], rows });
  try {
    if (twice.length === 0) return { is: sameBytes(rootOf(computer.hashesOf(native, body.salt, rows[0])), wanted) ? 'holds' : 'changed' };
    const leaves = computer.rowsOf(native, body.salt);
    const byRow = [...Map.groupBy(leaves, ({ row }) => row).entries()].sort(([a], [b]) => a - b).map(([, same]) => same);
    const choices = byRow.reduce((product, same) => product * same.length, 1);
    for (let choice = 0; choice < Math.min(choices, CHOICES_MAX); choice++) {
      let rest = choice;
      const chosen = byRow.map((same) => {
        const one = same[rest % same.length]!;
        rest = Math.floor(rest / same.length);
        return one;
      });
      if (sameBytes(rootOf(Buffer.concat(chosen.map(({ hash }) => hash))), wanted)) return { is: 'added', rows: leaves.filter((leaf) => !chosen.includes(leaf)).map(({ row, entry }) => ({ row, ...idsOf(entry) })) };
    }
  } catch (error) {
    if (!isOfTheRows(error)) throw error;
  }
  return { is: 'changed' };
}

/** One finding for each group, up to a number, each naming the traces in it: nobody can tell which of the 256 rows it was. */
function changedGroups(body: BlockBody, rows: readonly Row[], groups: readonly number[], told: boolean): Finding[] {
  if (!told) {
    return [found('block-changed', body, 'whole', `Block ${body.block} is not what its entry ${body.index} commits to. The roots kept with the entry do not fit either, so which of its ${body.rows} rows were changed cannot be told.`, rows)];
  }
  return groups.slice(0, 100).map((group) => {
    const [first, last] = [group * GROUP_ROWS, Math.min(body.rows, (group + 1) * GROUP_ROWS) - 1];
    const inside = rows.filter(({ row }) => row >= first && row <= last);
    const others = body.rows <= GROUP_ROWS ? '' : ' Its other rows, where nothing else is said, are as they were stored.';
    const traces = new Set(inside.map(({ trace_id }) => trace_id)).size;
    const message = `Among rows ${first}–${last} of block ${body.block} at least one was changed, or some were exchanged: ${inside.length} spans of ${traces} traces, named here. Rows have no hash of their own, so it cannot be told which.${others}`;
    return found('block-changed', body, `rows ${first}–${last}`, message, inside);
  });
}

function found(kind: Finding['kind'], body: BlockBody, what: string, message: string, rows: readonly Row[]): Finding {
  const traces = rows.length > PLACES_MAX ? firstOfEachTrace(rows) : rows;
  const places: Evidence[] = traces.slice(0, PLACES_MAX).map(({ row, trace_id, span_id }) => ({ block: body.block, row, trace_id, span_id }));
  return finding(kind, `block ${body.block} ${what}`, message, { tenant: body.tenant, places });
}

function firstOfEachTrace(rows: readonly Row[]): readonly Row[] {
  return [...new Map(rows.toReversed().map((row) => [row.trace_id, row])).values()].reverse();
}

function rootOf(hashes: Uint8Array): Uint8Array {
  const tree = new CompactRange(sha256);
  for (let at = 0; at < hashes.length; at += HASH_BYTES) tree.append(hashes, at);
  return tree.root();
}

/** Trace and span id stand at the beginning of a span entry, behind its version. */
function idsOf(entry: Uint8Array): { readonly trace_id: string; readonly span_id: string } {
  const hex = Buffer.from(entry.buffer, entry.byteOffset, entry.length).toString('hex', 1, 25);
  return { trace_id: hex.slice(0, 32), span_id: hex.slice(32) };
}

/** Whether it is the rows that leaves could not be computed from. */
export function isOfTheRows(error: unknown): boolean {
  return error instanceof RowsMisplaced || (error instanceof Error && ['MalformedGroup', 'MalformedNative'].includes(error.name));
}

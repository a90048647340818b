/**
 * What verification asks the engine, by name and with numbers only, so that a running server can answer it for another process without running
 * statements of others. Every answer is bounded by what was asked for.
 */
import { blocksSql } from '#clickhouse/block-ranges';
import { SPANS } from '#clickhouse/schema';
import { ENTRY_TYPES } from '#model';

/** `JSONCompactEachRow` but for `spans`, which is a stream of Native blocks. */
export type Question =
  /** Bodies of the log's entries from index `from` up to but without `to`. */
  | { readonly ask: 'bodies'; readonly from: number; readonly to: number }
  /** Bodies of one type, by their number in `ENTRY_TYPES`. */
  | { readonly ask: 'bodies-of'; readonly type: number; readonly from: number; readonly to: number }
  /** Bodies of the entries of blocks. */
  | { readonly ask: 'bodies-of-blocks'; readonly blocks: readonly number[] }
  /** The names of the tables. */
  | { readonly ask: 'tables' }
  /** How many spans there are. */
  | { readonly ask: 'totals' }
  /** Rows of blocks by block and row, as leaves are computed from; with `rows` those rows of one block. */
  | { readonly ask: 'spans'; readonly blocks: readonly number[]; readonly rows?: readonly [first: number, last: number]; readonly piece?: number }
  /** Of each block: its rows, the tenants, days and classes that they say, and a sum over keyed hashes of their places, to be compared with that of `look-up`. */
  | { readonly ask: 'facts'; readonly blocks: readonly number[]; readonly key: readonly [string, string] }
  /** Of each block with rows, its number and how many: those from `from` on, at most `count` of them. */
  | { readonly ask: 'blocks'; readonly from: number; readonly count: number }
  /** Of each block with rows in `traces`: how many rows they lead to, days and classes, and the same sum. All blocks whose traces are in slice `slice` of `of`; or of these blocks. */
  | { readonly ask: 'look-up'; readonly key: readonly [string, string]; readonly slice: number; readonly of: number; readonly blocks?: readonly number[] }
  /** Row, trace id, span id of rows of a block. */
  | { readonly ask: 'rows'; readonly block: number; readonly from: number; readonly count: number }
  /** Where the look-up table says the rows of a block belong: trace key, first and last row. */
  | { readonly ask: 'rows-by-look-up'; readonly block: number }
  /** Blocks with spans of a trace, and those that the look-up table leads to from it. */
  | { readonly ask: 'blocks-of-trace'; readonly trace: string };

/** Whoever runs a statement: the engine of a server on a session of its own, or the engine at rest. */
export interface Reading {
  queryNative(sql: string): Promise<Uint8Array>;
}

export function answer(reading: Reading, question: Question): Promise<Uint8Array> {
  return reading.queryNative(statementOf(question));
}

/** The lists of an answer in JSON. */
export function listsIn(bytes: Uint8Array): unknown[][] {
  const text = new TextDecoder().decode(bytes).trimEnd();
  return text === '' ? [] : (JSON.parse(`[${text.replaceAll('\n', ',')}]`) as unknown[][]);
}

/** What was asked for from outside of this process; null if it is no question. */
export function questionOf(value: unknown): Question | null {
  if (typeof value !== 'object' || value === null || !('ask' in value)) return null;
  const question = value as Question;
  const numbers = Object.entries(question).flatMap(([name, one]): unknown[] => (name === 'ask' || name === 'key' || name === 'trace' ? [] : Array.isArray(one) ? one : [one]));
  if (numbers.some((number) => !Number.isSafeInteger(number) || (number as number) < 0) || numbers.length > NUMBERS_MAX) return null;
  if ('key' in question && !(Array.isArray(question.key) && question.key.length === 2 && question.key.every((part) => /^[0-9]{1,20}$/.test(part)))) return null;
  if ('trace' in question && !/^[0-9a-f]{32}$/.test(question.trace)) return null;
  try {
    statementOf(question);
    return question;
  } catch {
    return null;
  }
}

const NUMBERS_MAX = 10_000;
const JSON_LINES = 'FORMAT JSONCompactEachRow';
/** Where a row belongs is not in its leaf: `facts` compares it with the statement of the block. */
const LEAF_COLUMNS = SPANS.columns.filter(({ name }) => !['day', 'retention', 'tenant'].includes(name)).map(({ name }) => `\`${name}\``).join(', ');
const BODY_COLUMNS = 'index, toUnixTimestamp64Milli(time), type, block, rows, tenant, statement, closed, base64Encode(groups)';
/** Two different ones are enough to tell. */
const WHERE_FILED = 'groupUniqArray(2)(toUInt16(day)), groupUniqArray(2)(retention)';

function statementOf(question: Question): string {
  switch (question.ask) {
    case 'bodies':
      return `SELECT ${BODY_COLUMNS} FROM log_entries WHERE index >= ${whole(question.from)} AND index < ${whole(question.to)} ORDER BY index ${JSON_LINES}`;
    case 'bodies-of':
      return `SELECT ${BODY_COLUMNS} FROM log_entries WHERE type = ${whole(question.type)} AND index >= ${whole(question.from)} AND index < ${whole(question.to)} ORDER BY index ${JSON_LINES}`;
    case 'bodies-of-blocks':
      return `SELECT ${BODY_COLUMNS} FROM log_entries WHERE type = ${ENTRY_TYPES.block} AND ${blocksSql(question.blocks.map(whole))} ORDER BY index ${JSON_LINES}`;
    case 'tables':
      return `SELECT name FROM system.tables WHERE database = currentDatabase() LIMIT 1000 ${JSON_LINES}`;
    case 'totals':
      return `SELECT count() FROM spans ${JSON_LINES}`;
    case 'spans': {
      const rows = question.rows === undefined ? '' : ` AND row BETWEEN ${whole(question.rows[0])} AND ${whole(question.rows[1])}`;
      const settings = ` SETTINGS max_threads = 1${question.piece === undefined ? '' : `, max_block_size = ${whole(question.piece)}`}`;
      return `SELECT ${LEAF_COLUMNS} FROM spans WHERE ${blocksSql(question.blocks.map(whole))}${rows} ORDER BY block, row${settings}`;
    }
    case 'facts':
      return `SELECT block, count(), groupUniqArray(2)(tenant), ${WHERE_FILED}, toString(sum(sipHash64Keyed(${keyOf(question.key)}, concat(substring(trace_id, 9, 8), reinterpretAsFixedString(row)))))
        FROM spans WHERE ${blocksSql(question.blocks.map(whole))} GROUP BY block ${JSON_LINES}`;
    case 'blocks':
      return `SELECT block, count() FROM spans WHERE block >= ${whole(question.from)} GROUP BY block ORDER BY block LIMIT ${whole(question.count)} SETTINGS optimize_aggregation_in_order = 1 ${JSON_LINES}`;
    case 'look-up': {
      const [from, to] = [question.slice, question.slice + 1].map((slice) => (2n ** 64n * BigInt(whole(slice))) / BigInt(whole(question.of)));
      const which = question.blocks === undefined ? `trace >= ${from} AND trace <= ${to! - 1n}` : blocksSql(question.blocks.map(whole));
      return `SELECT block, sum(toUInt64(last) - first + 1), ${WHERE_FILED},
          toString(sum(arraySum(arrayMap(at -> sipHash64Keyed(${keyOf(question.key)}, concat(reinterpretAsFixedString(trace), reinterpretAsFixedString(toUInt32(at)))), range(first, least(toUInt64(last), first + ${ROWS_MAX}) + 1)))))
        FROM traces WHERE ${which} GROUP BY block ${JSON_LINES}`;
    }
    case 'rows':
      return `SELECT row, lower(hex(trace_id)), lower(hex(span_id)) FROM spans WHERE block = ${whole(question.block)} AND row >= ${whole(question.from)} ORDER BY row LIMIT ${whole(question.count)} ${JSON_LINES}`;
    case 'rows-by-look-up':
      return `SELECT lower(hex(reinterpretAsFixedString(trace))), first, last FROM traces WHERE block = ${whole(question.block)} ORDER BY first LIMIT 100000 ${JSON_LINES}`;
    case 'blocks-of-trace':
      return `SELECT DISTINCT block FROM (SELECT block FROM spans WHERE trace_id = unhex('${question.trace}') UNION ALL SELECT block FROM traces WHERE trace = reinterpretAsUInt64(unhex('${question.trace.slice(16)}')))
        ORDER BY block LIMIT ${NUMBERS_MAX} ${JSON_LINES}`;
    default:
      throw new Error('cannot ask the engine: no such question');
  }
}

/** No block has more rows. */
const ROWS_MAX = 1_000_000;

/** Of sums over keyed hashes of (last 8 bytes of the trace id, row), from both tables. The key is drawn for each run, so that nobody can choose rows that come to the same sum. */
function keyOf([first, second]: readonly [string, string]): string {
  if (![first, second].every((part) => /^[0-9]{1,20}$/.test(part))) throw new Error('cannot ask for a digest: the key is malformed');
  return `(toUInt64(${first}), toUInt64(${second}))`;
}

function whole(number: number): number {
  if (!Number.isSafeInteger(number) || number < 0) throw new Error('cannot ask the engine: not a whole number');
  return number;
}

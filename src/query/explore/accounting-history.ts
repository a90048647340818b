/** The account over time: per producer what it sent and what became of it, and every reason for which spans were refused or dropped. */
import type { Run } from '#query/answering';
import type { Range } from '#query/search-bounds';
import { complete } from '#query/statements';
import { bucketsOf } from './histogram.ts';
import { STATEMENTS } from './statements.ts';

export interface AccountingHistory {
  readonly start: string;
  readonly end: string;
  readonly stepNano: string;
  /** In spans, per bucket. */
  readonly producers: readonly ProducerHistory[];
  /** Most frequent first. `minimized` counts values. */
  readonly reasons: readonly ReasonHistory[];
}

export interface ProducerHistory {
  readonly id: string;
  readonly name: string;
  readonly received: readonly number[];
  readonly stored: readonly number[];
  readonly refused: readonly number[];
  readonly dropped: readonly number[];
}

export interface ReasonHistory {
  readonly outcome: string;
  /** A refusal code, `duplicate`, or a kind of value. */
  readonly reason: string;
  readonly producer: string;
  readonly count: number;
  readonly series: readonly number[];
}

interface Row {
  readonly producerId: string;
  readonly outcomeName: string;
  readonly reasonName: string;
  readonly bucket: number;
  readonly total: string;
}

const OUTCOMES = ['received', 'stored', 'refused', 'dropped'] as const;
const ROWS_MAX = 200_000;
const MS = 1_000_000n;

export interface AskedHistory {
  readonly buckets: number;
  /** Its id; without it all. */
  readonly producer?: string;
}

export async function accountOverTime({ buckets: wanted, producer }: AskedHistory, range: Range, names: ReadonlyMap<string, string>, run: Run): Promise<AccountingHistory> {
  // The account is kept in milliseconds.
  const buckets = bucketsOf({ start: range.start / MS, end: range.end / MS }, wanted);
  const sql = complete(STATEMENTS.accountingHistory, { conditions: producer === undefined ? '1' : 'producer = {producer:String}' });
  const params = { start_ms: buckets.start, end_ms: range.end / MS, step_ms: buckets.step, limit: ROWS_MAX, ...(producer === undefined ? {} : { producer }) };
  const rows = await run<Row>(sql, params, ROWS_MAX);
  const series = (of: readonly Row[]): number[] => {
    const counts = new Array<number>(buckets.count).fill(0);
    for (const { bucket, total } of of) counts[bucket] = (counts[bucket] ?? 0) + Number(total);
    return counts;
  };
  const byProducer = Map.groupBy(rows, ({ producerId }) => producerId);
  const byReason = Map.groupBy(rows.filter(({ reasonName }) => reasonName !== ''), (row) => JSON.stringify([row.outcomeName, row.reasonName, row.producerId]));
  return {
    start: (buckets.start * MS).toString(),
    end: range.end.toString(),
    stepNano: (buckets.step * MS).toString(),
    producers: [...byProducer].sort(([left], [right]) => (left < right ? -1 : 1)).map(([id, own]) => {
      const of = (outcome: (typeof OUTCOMES)[number]): number[] => series(own.filter(({ outcomeName }) => outcomeName === outcome));
      return { id, name: names.get(id) ?? id, received: of('received'), stored: of('stored'), refused: of('refused'), dropped: of('dropped') };
    }),
    reasons: [...byReason.values()]
      .map((own) => {
        const [{ outcomeName, reasonName, producerId } = { outcomeName: '', reasonName: '', producerId: '' }] = own;
        const counts = series(own);
        return { outcome: outcomeName, reason: reasonName, producer: producerId, count: counts.reduce((sum, count) => sum + count, 0), series: counts };
      })
      .sort((left, right) => right.count - left.count),
  };
}

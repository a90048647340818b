/**
 * Looking around in what is kept, as a console does: how many spans there are over time, where the slow ones lie, which attributes they
 * carry, what arrives, and what became of everything that was sent.
 */
import { LIMITS } from '#limits';
import type { Reader, TenantId } from '#model';
import type { Answering, Run } from '#query/answering';
import type { Filters } from '#query/condition';
import { type AskedRange, boundRange, type Range, readPatterns, wrongFilter } from '#query/search-bounds';
import { isRefusal, refuse, type Refusal } from '#refusal';
import { accountOverTime, type AccountingHistory, type AskedHistory } from './accounting-history.ts';
import { type Arrivals, findArrivals, markNow, type TailMark } from './arrivals.ts';
import { countOverTime, type Histogram } from './histogram.ts';
import { type AttributeKey, findKeys, type FoundKeys } from './keys.ts';
import { drawPoints, type Points } from './points.ts';
import { Recall } from './recall.ts';
import { type AskedKey, findValues, type FoundValues } from './values.ts';

export type { AccountingHistory } from './accounting-history.ts';
export type { Arrivals, TailMark } from './arrivals.ts';
export type { Histogram } from './histogram.ts';
export type { AttributeKey } from './keys.ts';
export type { Points } from './points.ts';
export type { FoundValues } from './values.ts';

export type AskedSpans = Filters & AskedRange;

export interface AskedKeys extends AskedRange {
  readonly prefix: string;
  readonly service?: string;
  readonly limit: number;
}

export interface KeyList {
  readonly keys: readonly AttributeKey[];
  readonly more: boolean;
  readonly sampledOneIn: number;
}

export interface Explore {
  histogram(reader: Reader, asked: AskedSpans, buckets: number): Promise<Histogram | Refusal>;
  points(reader: Reader, asked: AskedSpans, limit: number): Promise<Points | Refusal>;
  attributeKeys(reader: Reader, asked: AskedKeys): Promise<KeyList | Refusal>;
  attributeValues(reader: Reader, asked: AskedKey & AskedRange): Promise<FoundValues | Refusal>;
  /** Refuses filters that cannot be asked; otherwise where a tail begins. */
  beginTail(reader: Reader, asked: AskedSpans): Promise<TailMark | Refusal>;
  /** What has arrived since. */
  arrivals(reader: Reader, asked: AskedSpans, since: TailMark): Promise<Arrivals | Refusal>;
  accountingHistory(reader: Reader, asked: AskedHistory & AskedRange): Promise<AccountingHistory | Refusal>;
}

export interface ExploreParts {
  /** Names of a tenant's producers. */
  readonly producers: (tenant: TenantId) => Promise<readonly { readonly id: string; readonly name: string }[]>;
}

export function createExplore({ answer, settled, now_ms }: Answering, parts: ExploreParts): Explore {
  const recall = new Recall(now_ms, LIMITS.suggestions_ms_max);

  /** A chart ends now, where a list also looks for spans whose clocks run ahead. */
  const chartRange = (asked: AskedRange): Range | Refusal => boundRange({ ...asked, end: asked.end ?? BigInt(now_ms()) * 1_000_000n }, now_ms());

  /** As far back as asked; spans that begin in the near future are shown as they arrive. */
  const tailRange = (asked: AskedRange): Range | Refusal => boundRange(asked.start === undefined ? {} : { start: asked.start }, now_ms());

  return {
    histogram: (reader, asked, buckets) =>
      answer(reader, 'trace.search', 'scan', async (run) => {
        const range = chartRange(asked);
        if (isRefusal(range)) return range;
        const wrong = wrongFilter(asked) ?? outside(buckets, LIMITS.histogram_buckets_max, 'buckets');
        if (wrong !== null) return wrong;
        await readPatterns(asked.attributes, run);
        await settled();
        return countOverTime(asked, range, buckets, run);
      }),

    points: (reader, asked, limit) =>
      answer(reader, 'trace.search', 'scan', async (run) => {
        const range = chartRange(asked);
        if (isRefusal(range)) return range;
        const wrong = wrongFilter(asked) ?? outside(limit, LIMITS.points_max, 'limit');
        if (wrong !== null) return wrong;
        await readPatterns(asked.attributes, run);
        await settled();
        return drawPoints(asked, range, limit, run);
      }),

    attributeKeys: (reader, asked) =>
      answer(reader, 'attribute.list', 'lookup', async (run) => {
        const range = chartRange(asked);
        if (isRefusal(range)) return range;
        const id = recallKey(reader, run, 'keys', asked.service, range);
        let found = recall.get<FoundKeys>(id);
        if (found === null) {
          await settled();
          found = await findKeys(asked.service, range, run);
          // What was found in few spans is quick to find again, and then up to date.
          if (found.sampledOneIn > 1) recall.keep(id, found);
        }
        const keys = found.keys.filter(({ key }) => key.startsWith(asked.prefix));
        return { keys: keys.slice(0, asked.limit), more: keys.length > asked.limit, sampledOneIn: found.sampledOneIn };
      }),

    attributeValues: (reader, asked) =>
      answer(reader, 'attribute.list', 'lookup', async (run) => {
        const range = chartRange(asked);
        if (isRefusal(range)) return range;
        const id = recallKey(reader, run, 'values', [asked.key, asked.place, asked.prefix, asked.service, asked.limit], range);
        let found = recall.get<FoundValues>(id);
        if (found === null) {
          await settled();
          found = await findValues(asked, range, run);
          if (found.sampled || found.values.reduce((spans, { count }) => spans + count, 0) > LIMITS.filtered_spans_max) recall.keep(id, found);
        }
        return found;
      }),

    beginTail: (reader, asked) =>
      answer(reader, 'trace.search', 'lookup', async (run) => {
        const wrong = [tailRange(asked), wrongFilter(asked)].find(isRefusal);
        if (wrong !== undefined) return wrong;
        await readPatterns(asked.attributes, run);
        return markNow(run);
      }),

    arrivals: (reader, asked, since) =>
      answer(reader, 'trace.search', 'scan', async (run) => {
        const range = tailRange(asked);
        return isRefusal(range) ? range : findArrivals(asked, range, since, run);
      }),

    accountingHistory: (reader, asked) =>
      answer(reader, 'accounting.read', 'scan', async (run) => {
        const range = chartRange(asked);
        if (isRefusal(range)) return range;
        const wrong = outside(asked.buckets, LIMITS.histogram_buckets_max, 'buckets');
        if (wrong !== null) return wrong;
        await settled('account');
        const names = new Map((await parts.producers(reader.tenant)).map(({ id, name }) => [id, name]));
        return accountOverTime(asked, range, names, run);
      }),
  };
}

function outside(value: number, max: number, name: string): Refusal | null {
  return Number.isInteger(value) && value >= 1 && value <= max ? null : refuse('query_invalid', `${name} is not between 1 and ${max}`);
}

/** Ranges move with the clock while somebody types: those that begin and end in the same minutes share an answer. */
function recallKey(reader: Reader, { sight }: Run, what: string, asked: unknown, { start, end }: Range): string {
  const minute = (time: bigint): number => Number(time / 60_000_000_000n);
  return JSON.stringify([reader.tenant, sight.digest, what, asked, minute(start), minute(end)]);
}

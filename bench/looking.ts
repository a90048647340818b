/**
 * What the search page asks beside its list, one question at a time: keys and values for completion, the histogram, the points. Over one
 * hour; suggestions with another prefix each time, because the server remembers them for a while.
 */
import type { MeasuredServer } from './server.ts';
import { SERVICES } from './shop.ts';
import { type Summary, summaryOf } from './summary.ts';

/** Milliseconds by kind of question. */
export interface LookingTimes {
  readonly keys: Summary;
  readonly values: Summary;
  readonly histogram: Summary;
  readonly histogramOfAttribute: Summary;
  readonly points: Summary;
}

interface Histogram {
  readonly buckets: { readonly count: readonly number[] };
}

const PREFIXES = [...'abcdefghijklmnopqrstuvwxyz'];
const HOUR = 'start=1h';

export async function askLooking(server: MeasuredServer, rounds: number, wrong: string[]): Promise<LookingTimes> {
  const times: Record<keyof LookingTimes, number[]> = { keys: [], values: [], histogram: [], histogramOfAttribute: [], points: [] };
  const ask = async <Answer>(kind: keyof LookingTimes, path: string): Promise<Answer> => {
    const { json, ms } = await server.ask(path);
    times[kind].push(ms);
    return json as Answer;
  };
  for (let round = 0; round < rounds; round++) {
    const prefix = PREFIXES[round % PREFIXES.length] ?? '';
    const service = SERVICES[round % SERVICES.length] ?? '';
    const { keys } = await ask<{ keys: readonly { readonly key: string }[] }>('keys', `/api/v1/attributes?${HOUR}&prefix=${prefix}`);
    if (keys.some(({ key }) => !key.toLowerCase().startsWith(prefix))) wrong.push(`attribute keys: one that does not begin with ${prefix}`);
    await ask('values', `/api/v1/attributes/values?${HOUR}&place=span&key=http.route&service=${service}&prefix=/${prefix}`);
    const { buckets } = await ask<Histogram>('histogram', `/api/v1/search/histogram?${HOUR}&buckets=100&service=${service}`);
    if (sumOf(buckets.count) === 0) wrong.push(`histogram of ${service}: nothing`);
    const rare = await ask<Histogram>('histogramOfAttribute', `/api/v1/search/histogram?${HOUR}&buckets=100&attribute=bench.once%3D${round}`);
    if (sumOf(rare.buckets.count) !== 1) wrong.push(`histogram of an attribute that one span has: ${sumOf(rare.buckets.count)}`);
    await ask('points', `/api/v1/search/points?${HOUR}&limit=5000&service=${service}`);
  }
  return { keys: summaryOf(times.keys), values: summaryOf(times.values), histogram: summaryOf(times.histogram), histogramOfAttribute: summaryOf(times.histogramOfAttribute), points: summaryOf(times.points) };
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

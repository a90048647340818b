/**
 * Figures of spans, one question at a time: rate, errors and durations by service and by operation, and the map. At rest every span must be in them,
 * exactly once.
 */
import type { MeasuredServer } from './server.ts';
import { SERVICES } from './shop.ts';
import { type Summary, summaryOf } from './summary.ts';

/** Milliseconds by kind of question. */
export interface FigureTimes {
  readonly redServices: Summary;
  readonly redOperations: Summary;
  readonly map: Summary;
}

interface Red {
  readonly groups: readonly { readonly service: string; readonly count: number; readonly series: { readonly count: readonly number[] } }[];
}

interface ServiceMap {
  readonly nodes: readonly { readonly service: string }[];
  readonly edges: readonly unknown[];
}

/** An hour as the console draws it, and a day. */
const PERIODS = ['start=1h&buckets=100', 'start=24h&buckets=100'];

/** `spans`: how many there are when nothing is coming in, else null. */
export async function askFigures(server: MeasuredServer, rounds: number, spans: number | null, wrong: string[]): Promise<FigureTimes> {
  const times: Record<keyof FigureTimes, number[]> = { redServices: [], redOperations: [], map: [] };
  for (let round = 0; round < rounds; round++) {
    for (const period of PERIODS) {
      const services = await server.ask(`/api/v1/red?by=service&${period}`);
      times.redServices.push(services.ms);
      const { groups } = services.json as Red;
      const counted = groups.reduce((sum, { count }) => sum + count, 0);
      if (spans !== null && period.startsWith('start=24h') && counted !== spans) wrong.push(`figures by service: ${counted} spans, not ${spans}`);
      if (groups.length !== SERVICES.length) wrong.push(`figures by service: ${groups.length} services, not ${SERVICES.length}`);
      const service = SERVICES[round % SERVICES.length] ?? '';
      const operations = await server.ask(`/api/v1/red?by=operation&service=${service}&${period}`);
      times.redOperations.push(operations.ms);
      const ofService = groups.find((group) => group.service === service)?.count ?? 0;
      const ofOperations = (operations.json as Red).groups.reduce((sum, { count }) => sum + count, 0);
      if (spans !== null && ofService !== ofOperations) wrong.push(`figures by operation of ${service}: ${ofOperations} spans, not ${ofService}`);
      const map = await server.ask(`/api/v1/map?${period.split('&')[0]}`);
      times.map.push(map.ms);
      if ((map.json as ServiceMap).edges.length === 0) wrong.push('map: no calls');
    }
  }
  return { redServices: summaryOf(times.redServices), redOperations: summaryOf(times.redOperations), map: summaryOf(times.map) };
}

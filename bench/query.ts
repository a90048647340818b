/**
 * Reading back, one question at a time: traces by id, searches, services, operations; first at rest, then while spans keep coming in.
 * Every answer is checked: a fast wrong answer is no figure. Each kind of question has its time, so that a large store takes no hours.
 */
import type { Corpus, KnownSearch } from './corpus.ts';
import { askEvidence, type EvidenceFigures } from './evidence.ts';
import { askFigures, type FigureTimes } from './figures.ts';
import { askLooking, type LookingTimes } from './looking.ts';
import { Random } from './random.ts';
import { type RareSearch, RareSpans } from './rare.ts';
import { MeasuredServer, type ServerOptions } from './server.ts';
import { SERVICES } from './shop.ts';
import { type Summary, summaryOf } from './summary.ts';

export interface QueryOptions {
  readonly corpus: Corpus;
  /** How often the corpus is sent, each time with ids of its own. */
  readonly passes: number;
  readonly traces: number;
  /** How many of the known searches are asked, and how often each. */
  readonly searches: number;
  readonly searchRounds: number;
  /** How often it is sent while the last questions are asked, at most. */
  readonly laterPasses: number;
  readonly server?: ServerOptions;
}

/** Milliseconds by kind of question. */
export interface QueryTimes extends FigureTimes, LookingTimes {
  readonly traceById: Summary;
  readonly search: Summary;
  /** By attributes that hardly a span has, over one hour; by kind of question. */
  readonly rare: Readonly<Record<string, Summary>>;
  readonly services: Summary;
  readonly operations: Summary;
}

export interface Query {
  readonly spans: number;
  readonly atRest: QueryTimes;
  readonly underLoad: QueryTimes;
  readonly evidence: EvidenceFigures;
  /** Answers that were not what is known; empty in a sound run. */
  readonly wrong: readonly string[];
  readonly peakMemoryBytes: number;
}

interface FoundTrace {
  readonly traceId: string;
}

const LOAD_CONNECTIONS = 8;
const PAGE = 100;
/** Searches with more matches are compared on their first page only. */
const COMPARED_WHOLE_MAX = 300;
/** Longest wait for merges to end, and longest time for one kind of question; but it is asked so often at least. */
const REST_MS_MAX = 30_000;
const KIND_MS_MAX = 30_000;
const ASKED_MIN = 20;

export async function measureQueries(options: QueryOptions): Promise<Query> {
  const { corpus, passes } = options;
  const server = await MeasuredServer.start(options.server);
  try {
    const rare = new RareSpans(server);
    const loaded = await rare.sendDuring(server.load({ corpus: corpus.folder, connections: LOAD_CONNECTIONS, gzip: false, firstPass: 0, passes }).loaded);
    await server.quiet(REST_MS_MAX);
    const questions = new Questions(server, options, rare);
    await questions.compareSearches();
    const atRest = await questions.ask(true);
    const evidence = await askEvidence(server, options);
    const load = server.load({ corpus: corpus.folder, connections: LOAD_CONNECTIONS, gzip: false, firstPass: passes, passes: options.laterPasses });
    const underLoad = await questions.ask(false);
    load.stop();
    await load.loaded;
    return { spans: loaded.spans, atRest, underLoad, evidence: { ...evidence, spans: loaded.spans }, wrong: questions.wrong, peakMemoryBytes: server.peakMemoryBytes };
  } finally {
    await server.stop();
  }
}

class Questions {
  readonly wrong: string[] = [];
  readonly #server: MeasuredServer;
  readonly #options: QueryOptions;
  readonly #searches: readonly KnownSearch[];
  readonly #random = new Random(7);
  readonly #rare: RareSpans;

  constructor(server: MeasuredServer, options: QueryOptions, rare: RareSpans) {
    this.#server = server;
    this.#rare = rare;
    this.#options = options;
    this.#searches = options.corpus.searches.slice(0, options.searches);
  }

  /** `complete`: nothing is coming in, so the number of matches is known as well. */
  async ask(complete: boolean): Promise<QueryTimes> {
    const { searchRounds, corpus, passes } = this.#options;
    const traces = await this.#times(this.#options.traces, () => this.#trace());
    const searches = await this.#times(searchRounds * this.#searches.length, (at) => this.#search(this.#searches[at % this.#searches.length]!, complete));
    const rare: Record<string, Summary> = {};
    for (const [kind, make] of Object.entries(this.#rare.kinds(this.#random))) rare[kind] = await this.#times(searchRounds * 25, () => this.#rareSearch(kind, make()));
    const services = await this.#times(searchRounds, () => this.#services());
    const operations = await this.#times(searchRounds * SERVICES.length, (at) => this.#operations(SERVICES[at % SERVICES.length]!));
    const figures = await askFigures(this.#server, Math.max(1, searchRounds * 5), complete ? corpus.described.spans * passes + this.#rare.sent : null, this.wrong);
    const looking = await askLooking(this.#server, Math.max(1, Math.min(searchRounds * 5, this.#rare.sent)), this.wrong);
    return { ...figures, ...looking, traceById: traces, search: searches, rare, services, operations };
  }

  /** Asks so often, or for as long as a kind may take. */
  async #times(count: number, ask: (at: number) => Promise<number>): Promise<Summary> {
    const end = performance.now() + KIND_MS_MAX;
    const times: number[] = [];
    for (let at = 0; at < count && (at < ASKED_MIN || performance.now() < end); at++) times.push(await ask(at));
    return summaryOf(times);
  }

  /** Page by page, every search finds exactly the traces that match. */
  async compareSearches(): Promise<void> {
    const { passes } = this.#options;
    for (const search of this.#searches) {
      const expected = search.traces.length * passes;
      const found = new Set<string>();
      let more = '';
      do {
        const { json } = await this.#server.ask(`/api/v1/search?${parametersOf(search)}&limit=${PAGE}${more}`);
        const { traces, nextCursor } = json as { traces: FoundTrace[]; nextCursor: string | null };
        for (const { traceId } of traces) {
          if (found.has(traceId)) this.wrong.push(`${nameOf(search)}: a trace twice`);
          found.add(traceId);
          if (!this.#matches(search, traceId)) this.wrong.push(`${nameOf(search)}: a trace that does not match`);
        }
        more = nextCursor === null ? '' : `&cursor=${nextCursor}`;
      } while (more !== '' && expected <= COMPARED_WHOLE_MAX);
      const least = expected <= COMPARED_WHOLE_MAX ? expected : PAGE;
      if (found.size !== least) this.wrong.push(`${nameOf(search)}: ${found.size} traces, not ${least}`);
    }
  }

  async #trace(): Promise<number> {
    const { corpus, passes } = this.#options;
    const trace = this.#random.int(corpus.described.traces);
    const { json, ms } = await this.#server.ask(`/api/v1/traces/${corpus.traceId(trace, this.#random.int(passes))}`);
    const { resourceSpans } = json as { resourceSpans: { scopeSpans: { spans: unknown[] }[] }[] };
    const spans = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans).reduce((sum, scope) => sum + scope.spans.length, 0);
    if (spans !== corpus.spansOf(trace)) this.wrong.push(`trace ${trace}: ${spans} spans, not ${corpus.spansOf(trace)}`);
    return ms;
  }

  async #search(search: KnownSearch, complete: boolean): Promise<number> {
    const { json, ms } = await this.#server.ask(`/api/v1/search?${parametersOf(search)}`);
    const { traces } = json as { traces: FoundTrace[] };
    const known = search.traces.length * this.#options.passes;
    const least = Math.min(20, known);
    if (traces.length < least || (complete && traces.length !== least)) this.wrong.push(`${nameOf(search)}: ${traces.length} traces, not ${least}`);
    if (traces.some(({ traceId }) => !this.#matches(search, traceId))) this.wrong.push(`${nameOf(search)}: a trace that does not match`);
    return ms;
  }

  async #rareSearch(kind: string, { parameters, found }: RareSearch): Promise<number> {
    const { json, ms } = await this.#server.ask(`/api/v1/search?start=1h&${parameters}`);
    const { traces } = json as { traces: FoundTrace[] };
    if (traces.length !== found) this.wrong.push(`${kind}: ${traces.length} traces, not ${found}`);
    return ms;
  }

  async #services(): Promise<number> {
    const { json, ms } = await this.#server.ask('/api/v1/services');
    const { services } = json as { services: string[] };
    if (services.toSorted().join() !== SERVICES.toSorted().join()) this.wrong.push(`services: ${services.length}, not ${SERVICES.length}`);
    return ms;
  }

  async #operations(service: string): Promise<number> {
    const { json, ms } = await this.#server.ask(`/api/v1/services/${service}/operations`);
    if ((json as { operations: unknown[] }).operations.length === 0) this.wrong.push(`operations of ${service}: none`);
    return ms;
  }

  #matches({ traces }: KnownSearch, traceId: string): boolean {
    return this.#options.corpus.tracesOf(traceId).some((trace) => traces.includes(trace));
  }
}

function parametersOf({ service, key, value, durationMin_ms }: KnownSearch): URLSearchParams {
  return new URLSearchParams({ service, attribute: `${key}=${value}`, durationMin: `${durationMin_ms}ms`, start: '24h' });
}

function nameOf({ service, key, value, durationMin_ms }: KnownSearch): string {
  return `${service} ${key}=${value} at least ${durationMin_ms} ms`;
}

/**
 * Reading back: authorise ▸ bound ▸ fetch ▸ answer. Every question names its reader; every statement carries the reader's tenant, a
 * limit and a deadline. Refusals are values: `query_invalid` for what cannot be asked, `query_timeout` and `query_busy` for what
 * takes too long.
 */
import { LIMITS } from '#limits';
import { traceId as readTraceId, type Reader, type TenantId } from '#model';
import type { CompiledPolicy } from '#policy';
import { createAudit, type Audit, type AuditParts } from '#query/audit';
import { createEvidence, type EvidenceExport, type EvidenceParts } from '#query/evidence';
import { createExplore, type Explore } from '#query/explore';
import { createExposure, type Exposure } from '#query/exposure';
import { createLogQueries, type LogParts, type LogQueries } from '#query/log';
import { createOutlines, type Outlines } from '#query/outline';
import { createFigures, type FiguresOfSpans, type Operation, type Window } from '#query/red';
import { createPolicyTrial, type PolicyTrial, type StartTrial } from '#query/trial';
import { createReveal, type Reveal, type RevealParts } from '#query/reveal';
import { createOpenedEvidence, type OpenedEvidence } from '#query/reveal/opened-evidence';
import { isRefusal, refuse, type Refusal } from '#refusal';
import { accountOf, type Account } from './account.ts';
import { type AnsweringParts, createAnswering, type Run } from './answering.ts';
import { fetchTrace, fetchTraces, fitTogether } from './fetch-trace.ts';
import { createKnownPolicies } from './known-policies.ts';
import { boundSearch, readPatterns, type Search } from './search-bounds.ts';
import { countOrphans, runSearch, type SearchPage, type TraceSummary } from './search.ts';
import type { Trace } from './span.ts';
import { low32, traceKeyOf } from './trace-key.ts';

export type { Search } from './search-bounds.ts';

export type { Operation } from '#query/red';

export interface Dependency {
  readonly parent: string;
  readonly child: string;
  readonly callCount: number;
}

export interface Dependencies {
  readonly links: readonly Dependency[];
  /** Counts were multiplied by this, because one of so many traces was looked at; 1 when all were. */
  readonly oneIn: number;
}

/** Whole traces that a search found. */
export interface FoundTraces {
  readonly traces: readonly Trace[];
  /** Ids of traces found that are too large to go into the same answer. */
  readonly leftOut: readonly string[];
}

export interface SummaryWithOrphans extends TraceSummary {
  /** Spans whose parent is not in the trace. */
  readonly orphanCount: number;
}

export interface Queries {
  readonly explore: Explore;
  readonly figures: FiguresOfSpans;
  readonly exposure: Exposure;
  readonly outlines: Outlines;
  /** Null without a log. */
  readonly evidence: EvidenceExport | null;
  /** Null where nothing can be opened. */
  readonly reveal: Reveal | null;
  /** Null where there is no evidence, or nothing can be opened. */
  readonly openedEvidence: OpenedEvidence | null;
  /** Null without a log. */
  readonly log: LogQueries | null;
  /** Null without records. */
  readonly audit: Audit | null;
  /** Null where there is nothing to try policies with. */
  readonly trial: PolicyTrial | null;
  /** True, or the refusal for questions about a whole tenant, which tell of all its services. Who may see no spans at all is asked by other rules. */
  seesAllPlaces(reader: Reader): Promise<true | Refusal>;
  traceById(reader: Reader, id: string): Promise<Trace | Refusal>;
  /** Traces that exist, in the order of their ids; others are not in the answer. */
  tracesByIds(reader: Reader, ids: readonly string[]): Promise<readonly Trace[] | Refusal>;
  search(reader: Reader, search: Search): Promise<SearchPage | Refusal>;
  /** The first page of a search with the spans of its traces. */
  findTraces(reader: Reader, search: Search): Promise<FoundTraces | Refusal>;
  /** The first page of a search with what the list of Jaeger's API v3 says of each trace. */
  findSummaries(reader: Reader, search: Search): Promise<readonly SummaryWithOrphans[] | Refusal>;
  /** Calls between services. */
  dependencies(reader: Reader, window: Window): Promise<Dependencies | Refusal>;
  services(reader: Reader): Promise<readonly string[] | Refusal>;
  operations(reader: Reader, service: string): Promise<readonly Operation[] | Refusal>;
  accounting(reader: Reader): Promise<Account | Refusal>;
}

export interface QueryParts extends AnsweringParts {
  /** Without it there is no evidence. */
  readonly evidence?: EvidenceParts;
  readonly reveal?: RevealParts;
  readonly log?: LogParts;
  readonly audit?: AuditParts;
  /** Starts what tries a policy. */
  readonly startTrial?: StartTrial;
  /** The one in force. Default: that of a server which nobody gave one. */
  readonly policy?: () => CompiledPolicy;
  /** Producers of a tenant, so that those who sent nothing are shown too. */
  readonly producers: (tenant: TenantId) => Promise<readonly { readonly id: string; readonly name: string }[]>;
}

export function createQueries(parts: QueryParts): Queries {
  const answering = createAnswering(parts);
  const policies = createKnownPolicies(parts.policy);
  const figures = createFigures(answering);
  const { answer, access, settled, store, now_ms } = answering;

  async function searchPage(search: Search, run: Run): Promise<SearchPage | Refusal> {
    const bounded = boundSearch(search, now_ms());
    if (isRefusal(bounded)) return bounded;
    await readPatterns(bounded.attributes, run);
    await settled();
    return runSearch(bounded, run);
  }

  const evidence = parts.evidence === undefined ? null : createEvidence(answering, parts.evidence);
  const reveal = parts.reveal === undefined ? null : createReveal(answering, policies, parts.reveal);

  return {
    explore: createExplore(answering, parts),
    figures,
    exposure: createExposure(answering, policies),
    outlines: createOutlines(answering, policies),
    evidence,
    reveal,
    openedEvidence: evidence === null || reveal === null ? null : createOpenedEvidence(evidence, reveal),
    log: parts.log === undefined ? null : createLogQueries(answering, parts.log),
    audit: parts.audit === undefined ? null : createAudit(answering, parts.audit),
    trial: parts.startTrial === undefined ? null : createPolicyTrial(answering, parts.startTrial),

    seesAllPlaces: async (reader) => {
      if (access.decide(reader, 'trace.search', { tenant: reader.tenant }) !== true) return true;
      return answer(reader, 'trace.search', 'lookup', async ({ sight }) => (sight.seesAllPlaces ? true : refuse('action_forbidden', 'it is about all services of the tenant, of which you see some')));
    },

    traceById: (reader, text) =>
      answer(reader, 'trace.read', 'lookup', async (run) => {
        const id = readTraceId(text);
        if (id === null) return refuse('query_invalid', 'a trace id is 32 hexadecimal digits, not all zero');
        const readable = !store.mayBePending(low32(traceKeyOf(id))) || (await settled());
        const trace = await fetchTrace(id, run);
        if (trace.spans.length > 0) return trace;
        return readable ? refuse('not_found') : refuse('query_timeout', 'what was just acknowledged cannot be read yet');
      }),

    tracesByIds: (reader, texts) =>
      answer(reader, 'trace.read', 'scan', async (run) => {
        const ids = [...new Set(texts.map(readTraceId))].filter((id) => id !== null);
        if (ids.length > LIMITS.search_results_max) return refuse('query_invalid', `more than ${LIMITS.search_results_max} trace ids`);
        await settled();
        return fetchTraces(ids, run);
      }),

    search: (reader, search) => answer(reader, 'trace.search', 'scan', (run) => searchPage(search, run)),

    findTraces: (reader, search) =>
      answer(reader, 'trace.search', 'scan', async (run, as) => {
        const reading = await as('trace.read');
        if (isRefusal(reading)) return reading;
        const page = await searchPage(search, run);
        if (isRefusal(page)) return page;
        const { fitting, leftOut } = fitTogether(page.traces);
        return { traces: await fetchTraces(fitting, reading), leftOut };
      }),

    findSummaries: (reader, search) =>
      answer(reader, 'trace.search', 'scan', async (run) => {
        const page = await searchPage(search, run);
        if (isRefusal(page)) return page;
        const orphans = await countOrphans(page.traces.map(({ traceId }) => traceId), run);
        return page.traces.map((one) => ({ ...one, orphanCount: orphans.get(one.traceId) ?? 0 }));
      }),

    dependencies: async (reader, window) => {
      const found = await figures.edges(reader, window);
      if (isRefusal(found)) return found;
      const links = found.edges.map(({ parent, child, count }) => ({ parent, child, callCount: count }));
      return { links: links.sort((left, right) => compare(left.parent, right.parent) || compare(left.child, right.child)), oneIn: found.oneIn };
    },

    services: figures.services,
    operations: figures.operations,

    accounting: (reader) =>
      answer(reader, 'accounting.read', 'lookup', async () => {
        const lines = await store.accounting();
        return accountOf(lines.filter(({ tenant }) => tenant === reader.tenant), await parts.producers(reader.tenant));
      }),
  };
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

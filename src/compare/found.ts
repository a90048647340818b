/** What comparing finds, as it is reported: a request or spans that another producer had sent, and a trace with a span of which there are two versions. */
import type { NewFinding } from '#findings';
import { LIMITS } from '#limits';
import type { Producer, TakenRequest } from '#model';

const HOUR_MS = 3_600_000;

/**
 * `copier` sent what the producer of `first` had sent. Who came first is not always the owner, so neither is accused. One finding for each two of them, however often. Across tenants each learns of its own
 * producer and nothing of the other's.
 */
export function copyFindings(copier: Producer, first: Pick<TakenRequest, 'producer' | 'tenant'>): NewFinding[] {
  const common = {
    analytic: { uid: 'replay.request-copied', name: 'Request sent again by another producer', type_id: 1 },
    subject: `${first.producer} ${copier.id}`,
    severity_id: 4,
    title: 'Two producers sent exactly the same request',
  } as const;
  const advice = 'What came first was kept, the other was refused; that does not say whose it is. Unless one exporter is configured with two keys, one of the two got hold of the other’s requests: find out which, and rotate both keys.';
  const sender = { type: 'producer', uid: copier.id, name: copier.name };
  const sentFirst = { type: 'producer', uid: first.producer };
  if (copier.tenant === first.tenant) {
    return [{ ...common, tenant: copier.tenant, message: `Producers ${first.producer} and ${copier.id} sent the same request, byte for byte, in this order. ${advice}`, evidences: [{ producer_id: copier.id }, { producer_id: first.producer }], resources: [sender, sentFirst] }];
  }
  return [
    { ...common, tenant: copier.tenant, message: `A producer of another tenant and producer ${copier.id} sent the same request, byte for byte, in this order. ${advice}`, evidences: [{ producer_id: copier.id }], resources: [sender] },
    { ...common, tenant: first.tenant, message: `Producer ${first.producer} and a producer of another tenant sent the same request, byte for byte, in this order. ${advice}`, evidences: [{ producer_id: first.producer }], resources: [sentFirst] },
  ];
}

/** `producer` sent spans that another one of its tenant had sent, in a request of its own making. One finding for each that does so, however often. */
export function repeatFinding(producer: Producer): NewFinding {
  return {
    tenant: producer.tenant,
    analytic: { uid: 'replay.spans-repeated', name: 'Spans sent again by another producer', type_id: 1 },
    subject: producer.id,
    severity_id: 3,
    title: 'A producer sent spans that another producer had sent',
    message: `Producer ${producer.id} sent spans that another producer had sent before, with equal ids and content. They were dropped. Either they reach this server on two ways, through two keys, or somebody read the traffic of the other producer and sends it again.`,
    evidences: [{ producer_id: producer.id }],
    resources: [{ type: 'producer', uid: producer.id, name: producer.name }],
  };
}

/**
 * One finding a trace; of a producer that makes them in very many traces one for all the others of the hour, lest they push everything else out of
 * the list of findings.
 */
export class VersionFindings {
  readonly #now_ms: () => number;
  /** By producer: since when is counted, and how many traces were named. */
  readonly #told = new Map<string, { readonly since_ms: number; traces: number }>();

  constructor(now_ms: () => number = Date.now) {
    this.#now_ms = now_ms;
  }

  /** `producer` sent a span of this trace whose ids had been taken with other content. */
  of(producer: Producer, traceId: string): NewFinding {
    const common = {
      tenant: producer.tenant,
      analytic: { uid: 'replay.second-version', name: 'Second version of a span', type_id: 1 },
      severity_id: 4,
    } as const;
    const sender = { type: 'producer', uid: producer.id, name: producer.name };
    if (this.#count(producer.id) > LIMITS.version_findings_per_hour) {
      return {
        ...common, subject: `producer ${producer.id}`, title: 'A producer sends second versions of spans in very many traces',
        message: `Producer ${producer.id} sent other versions of spans in more traces than are named one by one. All versions are kept, the one that was stored first counts. Either its tracer gives span ids twice, or recorded traffic is sent again with changes.`,
        evidences: [{ trace_id: traceId, producer_id: producer.id }], resources: [sender],
      };
    }
    return {
      ...common, subject: `trace ${traceId}`, title: 'A span was sent a second time with other content',
      message: `Trace ${traceId} has a span of which producer ${producer.id} sent another version. All versions are kept, the one that was stored first counts. Compare them: one may be forged, or two components give the same span ids.`,
      evidences: [{ trace_id: traceId, producer_id: producer.id }], resources: [{ type: 'trace', uid: traceId }, sender],
    };
  }

  /** Within the hour that began with the first. There are no more entries than producers. */
  #count(producer: string): number {
    const now_ms = this.#now_ms();
    const known = this.#told.get(producer);
    if (known !== undefined && now_ms - known.since_ms < HOUR_MS) return ++known.traces;
    this.#told.set(producer, { since_ms: now_ms, traces: 1 });
    return 1;
  }
}

/** What comparing finds, as it is reported: a request that another producer had sent, and a trace with a span of which there are two versions. */
import type { NewFinding } from '#findings';
import type { Producer, RequestAccount } from '#model';

/**
 * `copier` sent what the producer of `first` had sent. One finding for each two of them, however often. Across tenants each learns of its own
 * producer and nothing of the other's.
 */
export function copyFindings(copier: Producer, first: Pick<RequestAccount, 'producer' | 'tenant'>): NewFinding[] {
  const common = {
    analytic: { uid: 'replay.request-copied', name: 'Request sent again by another producer', type_id: 1 },
    subject: `${first.producer} ${copier.id}`,
    severity_id: 4,
    title: 'A producer sent exactly what another producer had sent',
  } as const;
  const advice = 'It was refused. Unless one exporter is configured with two keys, somebody read the first producer’s requests: rotate both keys.';
  const sender = { type: 'producer', uid: copier.id, name: copier.name };
  const sentFirst = { type: 'producer', uid: first.producer };
  if (copier.tenant === first.tenant) {
    return [{ ...common, tenant: copier.tenant, message: `Producer ${copier.id} sent a request again, byte for byte, that producer ${first.producer} had sent before. ${advice}`, evidences: [{ producer_id: copier.id }, { producer_id: first.producer }], resources: [sender, sentFirst] }];
  }
  return [
    { ...common, tenant: copier.tenant, message: `Producer ${copier.id} sent a request again, byte for byte, that a producer of another tenant had sent before. ${advice}`, evidences: [{ producer_id: copier.id }], resources: [sender] },
    { ...common, tenant: first.tenant, message: `A producer of another tenant sent a request again, byte for byte, that producer ${first.producer} had sent before. ${advice}`, evidences: [{ producer_id: first.producer }], resources: [sentFirst] },
  ];
}

/** `producer` sent a span whose ids had been taken with other content. One finding a trace. */
export function versionFinding(producer: Producer, traceId: string): NewFinding {
  return {
    tenant: producer.tenant,
    analytic: { uid: 'replay.second-version', name: 'Second version of a span', type_id: 1 },
    subject: `trace ${traceId}`,
    severity_id: 4,
    title: 'A span was sent a second time with other content',
    message: `Trace ${traceId} has a span of which producer ${producer.id} sent another version. All versions are kept, the one that was stored first counts. Compare them: one may be forged, or two components give the same span ids.`,
    evidences: [{ trace_id: traceId, producer_id: producer.id }],
    resources: [{ type: 'trace', uid: traceId }, { type: 'producer', uid: producer.id, name: producer.name }],
  };
}

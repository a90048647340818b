/** Where producers come in: who sends is known before a body is read, and who is refused is recorded. */
import type { Authenticator } from '#authenticate';
import type { Config } from '#config';
import type { Meter } from '#meter';
import type { Producer } from '#model';
import { type IngestDoor, startReceivers } from '#receive';
import type { Records } from '#records';
import { isRefusal, REFUSALS, type Refusal } from '#refusal';
import type { Sequencer } from '#sequencer';
import type { Tls } from '#tls';
import type { Report } from './failure-text.ts';

export interface IngestParts {
  readonly config: Pick<Config, 'otlpHttp' | 'otlpGrpc'>;
  readonly authenticator: Pick<Authenticator, 'producer'>;
  readonly admit: () => Refusal | null;
  readonly sequencer: Pick<Sequencer, 'submit'>;
  readonly records: Pick<Records, 'refusedSender'>;
  readonly meter: Meter;
  readonly tls: Tls | null;
  readonly report: Report;
}

export function startIngest({ config, authenticator, admit, sequencer, records, meter, tls, report }: IngestParts): ReturnType<typeof startReceivers> {
  const tellRefused = (sender: Producer | Refusal): Producer | Refusal => {
    if (isRefusal(sender) && [401, 403].includes(REFUSALS[sender.refused].http)) records.refusedSender(sender.refused);
    return sender;
  };
  const door: IngestDoor<Producer> = {
    authenticate(authorization, peer) {
      const known = authenticator.producer(authorization, peer);
      return known instanceof Promise ? known.then(tellRefused) : tellRefused(known);
    },
    admit,
    submit: (producer, body, encoding) => sequencer.submit(producer, body, encoding),
  };
  return startReceivers({
    http: config.otlpHttp,
    grpc: config.otlpGrpc,
    door,
    meter,
    tls,
    report: (failure, request) => report(`cannot answer request ${request}`, failure),
  });
}

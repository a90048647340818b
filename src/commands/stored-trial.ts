/** The dry run that `tracekeep policy try --since` asks of the server that has the store. It counts as a question of a viewer of the tenant it names. */
import { commandLineReader, tenantId } from '#model';
import { readPolicy } from '#policy/read';
import type { PolicyTrial, TriedOnStored } from '#query/trial';
import { refuse } from '#refusal';
import type { Refusal } from '#refusal';

import type { AdminArguments } from './admin.ts';

export interface TrialQueries {
  readonly trial: PolicyTrial | null;
}

/** `args`: `tenant`, `text` of the policy, `since` in milliseconds since 1970. */
export async function tryOnStored({ trial }: TrialQueries, args: AdminArguments): Promise<TriedOnStored | Refusal> {
  const tenant = typeof args['tenant'] === 'string' ? tenantId(args['tenant']) : null;
  if (tenant === null) return refuse('query_invalid', 'the tenant');
  if (typeof args['text'] !== 'string' || typeof args['since'] !== 'number') return refuse('query_invalid', 'the policy, or since when');
  const { document } = readPolicy(args['text']);
  if (document === null) return refuse('policy_invalid');
  const reader = commandLineReader(tenant);
  return trial === null ? refuse('query_unsupported') : trial.trial(reader, { document, since_ms: args['since'] });
}

/** The thread of a trial: pages of stored rows in, one after another, and what was found at the end. */
import { parentPort, workerData } from 'node:worker_threads';
import { Secret, type TenantId } from '#model';
import { compilePolicy, type PolicyDocument } from '#policy';
import type { SpanRow } from '#query/span';
import type { TriedOnStored } from '#query/trial';
import { StoredRun } from './stored-run.ts';

export interface TrialData {
  readonly tried: PolicyDocument;
  readonly today: PolicyDocument;
  readonly tenant: TenantId;
  readonly pseudonymKey: Uint8Array;
}
export type ToTrial = { readonly is: 'rows'; readonly rows: readonly SpanRow[] } | { readonly is: 'end' };
export type FromTrial = { readonly is: 'taken' } | { readonly is: 'result'; readonly result: Pick<TriedOnStored, 'more' | 'changes'> };

if (parentPort === null) throw new Error('cannot run a trial outside a worker thread');
const port = parentPort;
const { tried, today, tenant, pseudonymKey } = workerData as TrialData;
const run = new StoredRun({ tried: compilePolicy(tried), today: compilePolicy(today), pseudonymKey: new Secret(pseudonymKey) }, tenant);

port.on('message', async (message: ToTrial) => {
  if (message.is === 'rows') {
    await run.take(message.rows);
    say({ is: 'taken' });
  } else say({ is: 'result', result: run.result() });
});

function say(message: FromTrial): void {
  port.postMessage(message);
}

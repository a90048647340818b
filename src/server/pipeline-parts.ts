/** The keys that seal, and the sequencer with its workers, which seal under them. */
import type { Config } from '#config';
import type { ControlStore } from '#control';
import { Custody, sourceOf as sealingRootOf } from '#custody';
import { KeyDesk } from '#custody/key-desk';
import { ProcessWindows } from '#custody/process-windows';
import type { LivePolicy } from '#enact/live';
import type { Findings } from '#findings';
import { deriveKey } from '#keys';
import { LIMITS } from '#limits';
import type { Meter } from '#meter';
import type { Secret } from '#model';
import { refusalText, type Refusal } from '#refusal';
import { Sequencer } from '#sequencer';
import type { Store } from '#store';
import type { Report } from './failure-text.ts';
import type { Parts } from './parts.ts';

export interface PipelineParts {
  readonly config: Config;
  readonly rootKey: Secret<Uint8Array>;
  readonly passphrase: Secret<Uint8Array> | null;
  readonly control: ControlStore;
  readonly store: Store;
  /** The one in force. */
  readonly policy: LivePolicy['current'];
  readonly meter: Meter;
  readonly findings: Findings;
  readonly report: Report;
  readonly parts: Parts;
}

/** A worker that does not come up within this time never will. */
const WORKERS_MS = 60_000;

/** All workers are up when resolved. */
export async function startPipeline({ config, rootKey, passphrase, control, store, policy, meter, findings, report, parts }: PipelineParts): Promise<{ readonly custody: Custody; readonly keys: KeyDesk; readonly sequencer: Sequencer }> {
  // Nobody can type a passphrase to one that serves: it seals, and opens nothing.
  const unopened = (refusal: Refusal): void => report(`cannot open the sealing root: ${refusalText(refusal)}`, null);
  const custody = new Custody({ control, source: sealingRootOf(config, passphrase), hear: unopened });
  const windows = new ProcessWindows({ control, custody, over: (hour) => sequencer.windowsOver(hour) });
  parts.add('window keys', () => windows.stop());
  const keys = new KeyDesk({
    control,
    custody: new Custody({ control, source: sealingRootOf(config, null), hear: unopened, atOnce: LIMITS.rewrap_windows_at_once_in_server }),
    sealing: config.sealing,
    onFailure: (failure) => report('cannot put windows under another version of their key', failure),
  });
  parts.add('keys', () => keys.stop());
  const sequencer = new Sequencer(store, {
    workers: config.workers,
    digestKey: deriveKey(rootKey, 'digest'),
    pseudonymKey: deriveKey(rootKey, 'pseudonyms'),
    policy,
    sealing: { tokenKey: deriveKey(rootKey, 'tokens'), windows, subjectKeys: control },
    events: {
      accounted: (account) => meter.accounted(account),
      waited: (ms) => meter.waited(ms),
      committed: (rows, ms) => meter.committed(rows, ms),
      found: findings.report,
      failed: report,
    },
  });
  parts.add('sequencer', () => sequencer.drain());
  await workersUp(sequencer);
  return { custody, keys, sequencer };
}

async function workersUp(sequencer: Sequencer): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  // Not AbortSignal.timeout, which does not keep the process: nothing else may be running yet.
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('cannot start the pipeline workers')), WORKERS_MS);
  });
  await Promise.race([sequencer.ready(), late]).finally(() => clearTimeout(timer));
}

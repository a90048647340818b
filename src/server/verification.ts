/** Verification of the store in the background of its server. */
import { join } from 'node:path';
import type { Config } from '#config';
import type { ControlStore } from '#control';
import type { Findings } from '#findings';
import { deriveKey } from '#keys';
import { LIMITS } from '#limits';
import type { Secret } from '#model';
import { readRestriction } from '#policy';
import type { Store } from '#store';
import { readVerifiers, sourceOf, verifyStore } from '#verify';
import { BackgroundVerification, reported } from '#verify/background';
import { PlaceFile } from '#verify/place-file';

/** Rows that wait for the engine: with more, somebody sends in earnest. */
const BUSY_ROWS = 4_096;

/** Compares what is stored with the log, pass after pass, when nobody needs the machine. */
export function verification(config: Config, store: Store, control: ControlStore, rootKey: Secret<Uint8Array>, findings: Findings, failed: (failure: unknown) => void): BackgroundVerification {
  const source = sourceOf(store, store.engine, control);
  const verifiers = readVerifiers(store.log.vkeys());
  if ('unreadable' in verifiers) throw new Error('cannot read the keys of the log');
  return new BackgroundVerification({
    verify: (controls) => verifyStore({ source, logDirectory: join(config.data, 'log'), verifiers, restrictsOf: (policy) => readRestriction(policy).restricts, kept: [], ...controls }),
    file: new PlaceFile(join(config.data, 'verified'), deriveKey(rootKey, 'verified')),
    found: (finding) => findings.report(reported(finding)),
    log: (entry) => store.commit({ blocks: [], requests: [], entries: [entry] }),
    isBusy: () => store.pendingRows > BUSY_ROWS,
    failed,
    shares: { idle: LIMITS.background_verify_share, busy: LIMITS.background_verify_busy_share, asked: LIMITS.background_verify_asked_share },
    times: { first_ms: LIMITS.background_verify_first_ms, pause_ms: config.verifyEvery_ms, retry_ms: LIMITS.background_verify_retry_ms, saved_ms: LIMITS.background_verify_saved_ms },
  });
}

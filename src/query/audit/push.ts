/**
 * Records pushed to whoever collects security events: batches of OCSF events, one on each line, over HTTP, in the order of the log. How far it has come is
 * on the disk, and moves only when a batch was taken: whatever fails or restarts, no record is left out, and one may come twice, with the same
 * `metadata.uid`. It reads what the log has, so it holds nobody up.
 */
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { FILES, replaceFile, type Files } from '#files';
import type { ReportFinding } from '#findings';
import { readKeyFile, Sealer } from '#keys';
import { LIMITS } from '#limits';
import type { Secret } from '#model';
import { BEGINNING, type Audit, type AuditPlace } from './audit.ts';
import { ocsfRecord } from './ocsf.ts';

export interface AuditPushOptions {
  readonly audit: Pick<Audit, 'logged'>;
  /** https, or http on this machine. */
  readonly url: string;
  /** Read for each batch, so that another one is used when it is exchanged; null: none is sent. */
  readonly tokenFile: string | null;
  /** Where it is remembered how far it has come. */
  readonly place: { readonly file: string; readonly key: Secret<Uint8Array>; readonly files?: Files };
  readonly reportFinding: ReportFinding;
  readonly onFailure: (failure: unknown) => void;
  /** For tests: shorter rests. */
  readonly times?: PushTimes;
}

export interface PushTimes {
  readonly look_ms: number;
  readonly retry_ms_min: number;
  readonly retry_ms_max: number;
  /** Failing for so long is a finding. */
  readonly failing_ms: number;
}

const TIMES: PushTimes = { look_ms: LIMITS.audit_push_look_ms, retry_ms_min: 1_000, retry_ms_max: LIMITS.audit_push_retry_ms_max, failing_ms: LIMITS.audit_push_failing_ms };
const PLACE = Buffer.from('pushed');

export class AuditPush {
  readonly #options: AuditPushOptions;
  readonly #times: PushTimes;
  readonly #sealer: Sealer;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(options: AuditPushOptions) {
    this.#options = options;
    this.#times = options.times ?? TIMES;
    this.#sealer = new Sealer(options.place.key, 'pushed');
  }

  start(): void {
    this.#running = this.#run();
  }

  stop(): Promise<void> {
    this.#stop.abort();
    return this.#running;
  }

  async #run(): Promise<void> {
    const { look_ms, retry_ms_min, retry_ms_max } = this.#times;
    let place = this.#read();
    let failingSince: number | null = null;
    let told = false;
    for (let retry_ms = retry_ms_min; !this.#stop.signal.aborted; ) {
      try {
        const next = await this.#pushOne(place);
        [failingSince, retry_ms, told] = [null, retry_ms_min, false];
        if (next === place) await this.#rest(look_ms);
        place = next;
      } catch (failure) {
        if (this.#stop.signal.aborted) return;
        if (failingSince === null) this.#options.onFailure(failure);
        failingSince ??= performance.now();
        if (!told && performance.now() - failingSince >= this.#times.failing_ms) {
          this.#options.reportFinding(FAILING);
          told = true;
        }
        await this.#rest(retry_ms);
        retry_ms = Math.min(2 * retry_ms, retry_ms_max);
      }
    }
  }

  /** One batch; where to go on, which is the same place if there is nothing more. Throws when it was not taken, or that cannot be remembered. */
  async #pushOne(place: AuditPlace): Promise<AuditPlace> {
    const { audit, url, tokenFile } = this.#options;
    const { records, next } = await audit.logged(place, LIMITS.audit_push_records_max);
    if (records.length === 0) return place;
    const body = records.map((record) => `${JSON.stringify(ocsfRecord(record))}\n`).join('');
    const token = tokenFile === null ? null : readKeyFile(tokenFile, 'token of audit-push-url', TOKEN_BYTES_MAX);
    if (token !== null && !/^[!-~]+$/.test(token)) throw new Error('cannot use the token of audit-push-url: its file does not hold one line of printable characters');
    const headers = { 'content-type': 'application/x-ndjson', ...(token === null ? {} : { authorization: `Bearer ${token}` }) };
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(LIMITS.audit_push_answer_ms_max)]);
    // A redirect would send records, and the token, somewhere that nobody configured.
    const answer = await fetch(url, { method: 'POST', body, headers, signal, redirect: 'error' }).catch((cause: unknown) => {
      throw new Error('cannot reach audit-push-url', { cause });
    });
    await answer.body?.cancel().catch(() => undefined);
    if (!answer.ok) throw new Error(`cannot hand over events: the answer was ${answer.status}`);
    await this.#write(next);
    return next;
  }

  #read(): AuditPlace {
    const { file } = this.#options.place;
    const text = existsSync(file) ? this.#sealer.open(PLACE, readFileSync(file)) : null;
    // One that cannot be believed: everything is pushed anew, and nothing left out.
    return text === null ? BEGINNING : (JSON.parse(Buffer.from(text).toString('utf8')) as AuditPlace);
  }

  #write(place: AuditPlace): Promise<void> {
    const { file, files = FILES } = this.#options.place;
    return replaceFile(files, file, Buffer.concat(this.#sealer.seal(PLACE, [Buffer.from(JSON.stringify(place))])));
  }

  async #rest(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }
}

const TOKEN_BYTES_MAX = 8 * 1024;

const FAILING = {
  tenant: null,
  analytic: { uid: 'audit.push', name: 'Pushing records', type_id: 1 },
  subject: 'audit-push-url',
  severity_id: 3,
  title: 'Records of who did what are not taken by audit-push-url',
  message: 'Whoever collects them has refused them, or cannot be reached, for a while. They are kept here and pushed when that works again; the server log names the reason. Until then what happens here is not seen there.',
  resources: [],
} as const;

/**
 * Verification that goes on in the background of a server: pass after pass over everything that is stored, in small steps and with a bounded share of a
 * core. It keeps its place over a restart, reports what it finds at once, and each full pass becomes an entry of the log.
 */
import { newSalt } from '#log';
import type { LogBody } from '#model';
import type { Finding } from './finding.ts';
import { Pace, Stopped } from './pace.ts';
import type { PlaceFile } from './place-file.ts';
import type { Progress, Report } from './outcome.ts';
import type { VerifyOptions } from './verify.ts';

/** The last pass over everything, for people. */
export interface FullPass {
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Rests included. */
  readonly took_ms: number;
  readonly findings: number;
  readonly entries: number;
  readonly blocks: number;
  readonly spans: number;
  readonly expired: { readonly blocks: number; readonly spans: number };
  readonly beforeLog: { readonly blocks: number; readonly spans: number };
}

export interface IntegrityState {
  readonly running: (Progress & { readonly startedAt: string }) | null;
  readonly full: FullPass | null;
  /** When and why the last pass could not be finished; null if it could. */
  readonly failed: { readonly at: string; readonly why: string } | null;
}

/** Where a pass is that was interrupted: blocks of entries before `entry` were read. Of `counted` the log's entry of the pass will tell. */
export interface Place {
  readonly entry: number;
  readonly startedAt: string;
  readonly counted: { readonly blocks: number; readonly spans: number; readonly findings: number; readonly expired: { readonly blocks: number; readonly spans: number } };
}

export { reported } from './finding.ts';

export interface BackgroundOptions {
  readonly verify: (options: Required<Pick<VerifyOptions, 'begin' | 'pause' | 'piece' | 'windowRows' | 'hear' | 'found'>>) => Promise<Report>;
  readonly file: Pick<PlaceFile, 'read' | 'write'>;
  readonly found: (finding: Finding) => void;
  /** Makes an entry of the log. */
  readonly log: (entry: LogBody) => Promise<void>;
  /** Whether others need the machine now. */
  readonly isBusy: () => boolean;
  readonly failed: (failure: unknown) => void;
  readonly shares: { readonly idle: number; readonly busy: number; readonly asked: number };
  /** `pause_ms` null: passes are only made when somebody asks. */
  readonly times: { readonly first_ms: number; readonly pause_ms: number | null; readonly retry_ms: number; readonly saved_ms: number };
  readonly now_ms?: () => number;
}

/** Rows that are in memory at once, and of a piece that the engine encodes and this thread reads in one go. */
const WINDOW_ROWS = 8_192;
const PIECE_ROWS = 2_048;

export class BackgroundVerification {
  readonly #options: BackgroundOptions;
  readonly #now_ms: () => number;
  #full: FullPass | null = null;
  #place: Place | null = null;
  #running: (Progress & { readonly startedAt: string }) | null = null;
  #failed: IntegrityState['failed'] = null;
  #isAsked = false;
  #pace: Pace | null = null;
  #timer: NodeJS.Timeout | null = null;
  #pass: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(options: BackgroundOptions) {
    this.#options = options;
    this.#now_ms = options.now_ms ?? Date.now;
  }

  async start(): Promise<void> {
    const known = await this.#options.file.read();
    this.#full = known?.full ?? null;
    this.#place = known?.place ?? null;
    const { first_ms, pause_ms } = this.#options.times;
    this.#schedule(pause_ms === null ? null : first_ms);
  }

  state(): IntegrityState {
    return { running: this.#running, full: this.#full, failed: this.#failed };
  }

  /** Begins a pass over everything as soon as the running one, if any, is done. */
  verifyNow(): void {
    this.#isAsked = true;
    if (this.#running === null) this.#schedule(0);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#pace?.stop();
    await this.#pass;
  }

  #schedule(wait_ms: number | null): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#isStopped || wait_ms === null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#pass = this.#run();
    }, wait_ms).unref();
  }

  async #run(): Promise<void> {
    const { times, failed } = this.#options;
    let next_ms: number | null = times.pause_ms;
    // Who asks wants everything looked at now, not from the middle on.
    const asked = this.#isAsked;
    if (asked) this.#place = null;
    this.#isAsked = false;
    try {
      await this.#verify(asked);
      this.#failed = null;
    } catch (failure) {
      if (!(failure instanceof Stopped)) {
        this.#failed = { at: new Date(this.#now_ms()).toISOString(), why: failure instanceof Error && failure.message.startsWith('cannot ') ? failure.message : 'unknown reason' };
        failed(failure);
        if (next_ms !== null) next_ms = times.retry_ms;
      }
    }
    this.#running = null;
    this.#pace = null;
    this.#schedule(this.#isAsked ? 0 : next_ms);
  }

  async #verify(asked: boolean): Promise<void> {
    const { verify, found, log, isBusy, shares, times } = this.#options;
    const before = this.#place;
    const startedAt = before?.startedAt ?? new Date(this.#now_ms()).toISOString();
    const counted = before?.counted ?? { blocks: 0, spans: 0, findings: 0, expired: { blocks: 0, spans: 0 } };
    const pace = (this.#pace = new Pace(() => (asked ? shares.asked : isBusy() ? shares.busy : shares.idle)));
    let saved_ms = this.#now_ms();
    let findings = 0;
    let saving: Promise<void> = Promise.resolve();
    const report = await verify({
      begin: before?.entry ?? 0, piece: PIECE_ROWS, windowRows: WINDOW_ROWS,
      pause: () => pace.rest(),
      found: (one) => {
        findings++;
        found(one);
      },
      hear: (progress) => {
        this.#running = { ...progress, spans: progress.spans + counted.spans, startedAt };
        if (progress.phase !== 'blocks' || this.#now_ms() - saved_ms < times.saved_ms) return;
        saved_ms = this.#now_ms();
        this.#place = { entry: progress.checkedThrough, startedAt, counted: { blocks: counted.blocks + progress.blocks, spans: counted.spans + progress.spans, findings: counted.findings + findings, expired: sum(counted.expired, progress.expired) } };
        saving = saving.then(() => this.#save());
      },
    });
    await saving;
    const finished_ms = this.#now_ms();
    this.#place = null;
    this.#full = {
      startedAt, finishedAt: new Date(finished_ms).toISOString(), took_ms: Math.max(0, finished_ms - Date.parse(startedAt)), findings: counted.findings + report.findings.length + report.more,
      entries: report.entries, blocks: counted.blocks + report.blocks, spans: counted.spans + report.spans, expired: sum(counted.expired, report.expired), beforeLog: report.beforeLog,
    };
    await this.#save();
    await log(integrityBody(this.#full, finished_ms));
  }

  async #save(): Promise<void> {
    try {
      await this.#options.file.write({ full: this.#full, place: this.#place });
    } catch (failure) {
      // Then a start begins anew: no more is lost.
      this.#options.failed(failure);
    }
  }
}

function sum(a: FullPass['expired'], b: FullPass['expired']): FullPass['expired'] {
  return { blocks: a.blocks + b.blocks, spans: a.spans + b.spans };
}

/** That everything was looked at, and how much of it was not as it should be. */
function integrityBody({ startedAt, took_ms, findings, entries, blocks, spans, expired }: FullPass, time_ms: number): LogBody {
  const statement = { time: Date.parse(startedAt), took_ms, entries, blocks, spans, expired, findings };
  return { type: 'integrity', time_ms, statement: JSON.stringify(statement), closed: JSON.stringify({ salt: newSalt() }) };
}

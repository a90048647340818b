/**
 * A policy on what is stored: pages of the newest spans are handed to a trial that runs beside this thread, until there are enough of them or the
 * time is over. What is gone already cannot be looked at again; of that the statements of the spans tell.
 */
import { readFileSync } from 'node:fs';
import { LIMITS } from '#limits';
import type { Reader, TenantId } from '#model';
import type { ActionName, Decision, Place, PolicyDocument } from '#policy';
import type { Answering } from '#query/answering';
import { firstDay } from '#query/candidates';
import type { SpanRow } from '#query/span';
import { complete, SPAN_COLUMNS } from '#query/statements';
import { refuse, type Refusal } from '#refusal';

/** What would happen to values of one kind under one key of one service. */
export interface TriedChange {
  readonly service: string;
  readonly place: Place;
  /** Of the attribute; the place's name for a text that is no attribute. */
  readonly key: string;
  /** What was recognized, or `field` for whole values. */
  readonly kind: string;
  readonly action: ActionName;
  /** Null: no rule names it. */
  readonly rule: string | null;
  readonly count: number;
  /** What the policy in force does; null: nothing. */
  readonly today: Decision | null;
  /** Whether the two differ. */
  readonly differs: boolean;
  /** Shapes of one such value as it was sent, and as it would be stored; '' if nothing would be. Absent where there is nothing to show. */
  readonly before?: string;
  readonly after?: string;
}

export interface TriedOnStored {
  readonly spans: number;
  /** There are more spans, or more changes, than were looked at. */
  readonly more: boolean;
  readonly changes: readonly TriedChange[];
}

/** Runs beside this thread, so that nobody waits for it. */
export interface RunningTrial {
  /** Resolves when it may have the next page. */
  take(rows: readonly SpanRow[]): Promise<void>;
  result(): Promise<Pick<TriedOnStored, 'more' | 'changes'>>;
  end(): void;
}
export type StartTrial = (document: PolicyDocument, tenant: TenantId) => RunningTrial;

export interface TrialQuestion {
  readonly document: PolicyDocument;
  /** Of the start of the spans, milliseconds since 1970. */
  readonly since_ms: number;
  /** Nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
}

export interface PolicyTrial {
  trial(reader: Reader, question: TrialQuestion): Promise<TriedOnStored | Refusal>;
}

const RECENT = complete(readFileSync(new URL('./sql/recent.sql', import.meta.url), 'utf8'), { span: SPAN_COLUMNS });
const BEHIND_ALL = { block: 0xffff_ffff_ffff_ffffn, row: 0xffff_ffff };

export function createPolicyTrial({ answer, settled, now_ms }: Answering, start: StartTrial): PolicyTrial {
  let running = 0;
  return {
    async trial(reader, { document, since_ms, signal }) {
      if (running >= LIMITS.policy_trials_at_once_max) return refuse('query_busy', 'other policies are being tried');
      running++;
      try {
        return await answer(reader, 'policy.try', 'scan', async (run) => {
          if (!(since_ms >= 0 && since_ms <= now_ms())) return refuse('query_invalid', 'since is no moment of the past');
          if (now_ms() - since_ms > LIMITS.search_range_ms_max) return refuse('query_invalid', 'since lies more than 31 days back');
          const until = now_ms() + LIMITS.policy_trial_ms_max;
          await settled();
          const trial = start(document, reader.tenant);
          try {
            const since = BigInt(Math.floor(since_ms)) * 1_000_000n;
            let from = BEHIND_ALL;
            let spans = 0;
            let more = false;
            // The next page is read while this one is tried.
            let taking: Promise<void> = Promise.resolve();
            for (;;) {
              const rows = await run<SpanRow>(RECENT, { day_min: firstDay(since), since, from_block: from.block, from_row: from.row, limit: LIMITS.policy_trial_page_spans }, LIMITS.policy_trial_page_spans);
              if (signal?.aborted === true) return refuse('query_timeout', 'nobody waits for the answer');
              await taking;
              if (rows.length > 0) {
                taking = trial.take(rows);
                taking.catch(() => undefined);
              }
              spans += rows.length;
              const last = rows.at(-1);
              if (last === undefined || rows.length < LIMITS.policy_trial_page_spans) break;
              from = { block: BigInt(last.atBlock), row: last.atRow };
              if (spans >= LIMITS.policy_trial_spans_max || now_ms() >= until) {
                more = true;
                break;
              }
            }
            await taking;
            const result = await trial.result();
            return { spans, more: more || result.more, changes: result.changes };
          } finally {
            trial.end();
          }
        });
      } finally {
        running--;
      }
    },
  };
}

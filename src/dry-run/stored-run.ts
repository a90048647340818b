/** A policy on spans as they are stored: they are sent through its pipeline once more, and nothing is kept. */
import type { TenantId } from '#model';
import { LIMITS } from '#limits';
import { plainOtlpJson } from '#query/otlp-json';
import { spanOf, type Span, type SpanRow } from '#query/span';
import { isRefusal } from '#refusal';
import { type Change, Changes } from './changes.ts';
import { SpanComparer, type StoredUnder } from './compare-spans.ts';
import { type DryRunPolicies, actionsOf } from './dry-run.ts';
import { Judge } from './judge.ts';
import { Sampler } from './sampler.ts';
import { StoredForms } from './stored-form.ts';

export class StoredRun {
  readonly #forms: StoredForms;
  readonly #changes: Changes;
  readonly #comparer: SpanComparer;

  constructor({ tried, today, pseudonymKey }: DryRunPolicies, tenant: TenantId) {
    this.#forms = new StoredForms(tried, { tenant, services: ['*'] }, pseudonymKey);
    this.#changes = new Changes(LIMITS.policy_try_changes_max, { tried: actionsOf(tried), today: actionsOf(today) });
    this.#comparer = new SpanComparer({ tried: new Judge(tried), today: new Judge(today), changes: this.#changes, sampler: new Sampler(tried), tenant });
  }

  async take(rows: readonly SpanRow[]): Promise<void> {
    const blocks = [...Map.groupBy(rows, ({ atBlock }) => atBlock).values()].map((block) => block.map(spanOf));
    for (const spans of blocks) {
      // What minimization says of a span is no part of it: senders cannot say it.
      const body = await plainOtlpJson({ traceId: '', spans: spans.map((span) => ({ ...span, minimized: [] })), more: false });
      this.#forms.take(Buffer.from(body), 'json');
    }
    for (const [at, answer] of this.#forms.answers().entries()) {
      if (isRefusal(answer)) throw new Error(`cannot try a policy on a stored block: ${answer.refused}`);
      this.#comparer.compareStored(together(blocks[at]!, answer.spans));
    }
  }

  result(): { readonly more: boolean; readonly changes: readonly Change[] } {
    return { more: this.#changes.more, changes: this.#changes.list() };
  }
}

/** A block may hold several spans of one id. */
function together(stored: readonly Span[], tried: readonly Span[]): StoredUnder[] {
  const byId = Map.groupBy(tried, ({ traceId, spanId }) => traceId + spanId);
  return stored.map((span) => ({ stored: span, tried: byId.get(span.traceId + span.spanId)?.shift() ?? null }));
}

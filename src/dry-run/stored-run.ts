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

/** So many spans are sent at once, within what a request may hold however large they are. */
const REQUEST_SPANS = 500;

export class StoredRun {
  readonly #forms: StoredForms;
  readonly #changes: Changes;
  readonly #comparer: SpanComparer;
  /** Spans that no request could hold. */
  #unseen = 0;

  constructor({ tried, today, pseudonymKey }: DryRunPolicies, tenant: TenantId) {
    this.#forms = new StoredForms(tried, { tenant, services: ['*'] }, pseudonymKey);
    this.#changes = new Changes(LIMITS.policy_try_changes_max, { tried: actionsOf(tried), today: actionsOf(today) });
    this.#comparer = new SpanComparer({ tried: new Judge(tried), today: new Judge(today), changes: this.#changes, sampler: new Sampler(tried), tenant });
  }

  async take(rows: readonly SpanRow[]): Promise<void> {
    for (const block of Map.groupBy(rows, ({ atBlock }) => atBlock).values()) {
      const spans = block.map(spanOf);
      for (let from = 0; from < spans.length; from += REQUEST_SPANS) await this.#try(spans.slice(from, from + REQUEST_SPANS));
    }
  }

  result(): { readonly more: boolean; readonly changes: readonly Change[] } {
    return { more: this.#changes.more || this.#unseen > 0, changes: this.#changes.list() };
  }

  /** Spans of several requests may be more together than one may be; one that was stored with less than it has now is not looked at. */
  async #try(spans: readonly Span[]): Promise<void> {
    // What minimization says of a span is no part of it: senders cannot say it.
    const body = await plainOtlpJson({ traceId: '', spans: spans.map((span) => ({ ...span, minimized: [] })), more: false });
    this.#forms.take(Buffer.from(body), 'json');
    const [answer] = this.#forms.answers();
    if (answer !== undefined && !isRefusal(answer)) this.#comparer.compareStored(together(spans, answer.spans));
    else if (spans.length === 1) this.#unseen++;
    else for (const span of spans) await this.#try([span]);
  }
}

/** A block may hold several spans of one id. */
function together(stored: readonly Span[], tried: readonly Span[]): StoredUnder[] {
  const byId = Map.groupBy(tried, ({ traceId, spanId }) => traceId + spanId);
  return stored.map((span) => ({ stored: span, tried: byId.get(span.traceId + span.spanId)?.shift() ?? null }));
}

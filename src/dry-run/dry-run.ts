/**
 * Requests under two policies, the one that is tried and the one in force, and without any: what the first would change, and what changes today.
 * Three pipelines run over the same bytes; none of them keeps anything.
 */
import type { Secret } from '#model';
import { LIMITS } from '#limits';
import { type CompiledPolicy, compilePolicy, decidingRules, type PolicyDocument } from '#policy';
import type { Span } from '#query/span';
import { isRefusal } from '#refusal';
import { type ActionOf, type Change, Changes } from './changes.ts';
import { SpanComparer, type SpanUnder } from './compare-spans.ts';
import { Judge } from './judge.ts';
import { Sampler } from './sampler.ts';
import { type Sender, StoredForms } from './stored-form.ts';

export interface DryRunResult {
  /** Requests, and how many of them no policy would let in. */
  readonly requests: number;
  readonly refusedRequests: number;
  /** Spans that would be taken but for the policies. */
  readonly spans: number;
  /** Spans that the policy drops, and the one in force. */
  readonly dropped: number;
  readonly droppedToday: number;
  /** There is more than `changes` say. */
  readonly more: boolean;
  readonly changes: readonly Change[];
}

export interface DryRunPolicies {
  readonly tried: CompiledPolicy;
  readonly today: CompiledPolicy;
  readonly pseudonymKey: Secret<Uint8Array> | null;
}

const SPAN_DROPPED = 'span_dropped_by_policy';
/** Everything stays as it was sent. */
const AS_SENT: PolicyDocument = { version: 2, rules: [{ id: 'as-sent', recognized: 'any', action: 'keep' }] };

export class DryRun {
  readonly #sent: StoredForms;
  readonly #tried: StoredForms;
  readonly #today: StoredForms;
  readonly #changes: Changes;
  readonly #comparer: SpanComparer;
  #requests = 0;
  #refused = 0;
  #spans = 0;
  #dropped = 0;
  #droppedToday = 0;

  constructor({ tried, today, pseudonymKey }: DryRunPolicies, sender: Sender) {
    const asSent = compilePolicy({ ...AS_SENT, recognizers: tried.recognizers });
    this.#sent = new StoredForms(asSent, sender, null);
    this.#tried = new StoredForms(tried, sender, pseudonymKey);
    this.#today = new StoredForms(today, sender, pseudonymKey);
    this.#changes = new Changes(LIMITS.policy_try_changes_max, { tried: actionsOf(tried), today: actionsOf(today) });
    this.#comparer = new SpanComparer({ tried: new Judge(tried), today: new Judge(today), changes: this.#changes, sampler: new Sampler(tried), tenant: sender.tenant });
  }

  /** Takes one request; nothing of `body` is needed afterwards. */
  take(body: Uint8Array, encoding: 'protobuf' | 'json'): void {
    this.#requests++;
    for (const forms of [this.#sent, this.#tried, this.#today]) forms.take(body, encoding);
    if (this.#sent.isFull) this.#compare();
  }

  /** A request that could not even be read. */
  refuse(): void {
    this.#requests++;
    this.#refused++;
  }

  result(): DryRunResult {
    this.#compare();
    return { requests: this.#requests, refusedRequests: this.#refused, spans: this.#spans, dropped: this.#dropped, droppedToday: this.#droppedToday, more: this.#changes.more, changes: this.#changes.list() };
  }

  #compare(): void {
    const [tried, today] = [this.#tried.answers(), this.#today.answers()];
    for (const [at, sent] of this.#sent.answers().entries()) {
      const [triedOne, todayOne] = [tried[at]!, today[at]!];
      if (isRefusal(sent) || isRefusal(triedOne) || isRefusal(todayOne)) this.#refused++;
      else {
        this.#spans += sent.spans.length;
        this.#dropped += triedOne.refused[SPAN_DROPPED] ?? 0;
        this.#droppedToday += todayOne.refused[SPAN_DROPPED] ?? 0;
        this.#comparer.compare(together(sent.spans, triedOne.spans, todayOne.spans));
      }
    }
  }
}

export function actionsOf({ document }: CompiledPolicy): ActionOf {
  const actions = new Map(decidingRules(document).map(({ id, action }) => [id, action]));
  return (rule) => actions.get(rule);
}

/** Spans are told by their ids, and by which of those of one id they are; a policy may have dropped some. */
function together(sent: readonly Span[], tried: readonly Span[], today: readonly Span[]): SpanUnder[] {
  const [ofTried, ofToday] = [byId(tried), byId(today)];
  const seen = new Map<string, number>();
  return sent.map((span) => {
    const id = span.traceId + span.spanId;
    const at = seen.get(id) ?? 0;
    seen.set(id, at + 1);
    // If one of several was dropped, which of them it was cannot be told by their ids.
    return { sent: span, tried: ofTried.get(id)?.[at] ?? null, today: ofToday.get(id)?.[at] ?? null };
  });
}

function byId(spans: readonly Span[]): Map<string, Span[]> {
  const found = new Map<string, Span[]>();
  for (const span of spans) {
    const id = span.traceId + span.spanId;
    const known = found.get(id);
    if (known === undefined) found.set(id, [span]);
    else known.push(span);
  }
  return found;
}

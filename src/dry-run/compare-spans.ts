/**
 * Two policies on the same spans: what each states that it changed, place by place, and which rule of it that was. What is counted is what
 * would stand in `tracekeep.minimized`, so a dry run and reality cannot disagree.
 */
import { type Decision, SEALED, type StatedPlace, statedPlace, WHOLE_VALUE } from '#policy';
import { NEUTRALIZED } from '#model';
import type { Span } from '#query/span';
import type { Changes, Sample } from './changes.ts';
import { ENDS, type Judge, type Owner, ownerOf, wholeKindIn } from './judge.ts';
import type { Sampler } from './sampler.ts';
import { valueAt } from './span-values.ts';
import { whyDropped } from './dropped-span.ts';

/** A span as it was sent, and as two policies would store it; null where the policy drops the whole span. */
export interface SpanUnder {
  readonly sent: Span;
  readonly tried: Span | null;
  readonly today: Span | null;
}

/** A span as it is stored, and as the policy would store it if it came so. */
export interface StoredUnder {
  readonly stored: Span;
  readonly tried: Span | null;
}

type Counts = ReadonlyMap<string, number>;
const NOTHING: Counts = new Map();

export class SpanComparer {
  readonly #tried: Judge;
  readonly #today: Judge;
  readonly #changes: Changes;
  readonly #sampler: Sampler;
  readonly #tenant: string;

  constructor({ tried, today, changes, sampler, tenant }: { readonly tried: Judge; readonly today: Judge; readonly changes: Changes; readonly sampler: Sampler; readonly tenant: string }) {
    this.#tried = tried;
    this.#today = today;
    this.#changes = changes;
    this.#sampler = sampler;
    this.#tenant = tenant;
  }

  /** Of one request: what a resource or scope has is counted once. */
  compare(spans: readonly SpanUnder[]): void {
    const counted = new Set<string>();
    for (const span of spans) {
      const owner = ownerOf(span.sent, this.#tenant);
      if (span.tried === null || span.today === null) this.#dropped(span, owner);
      if (span.tried === null) continue;
      const [tried, today] = [statements(span.tried), span.today === null ? new Map<string, Counts>() : statements(span.today)];
      for (const place of new Set([...tried.keys(), ...today.keys()])) {
        const at = statedPlace(place);
        // The text of a key is replaced whatever the policy says.
        if (at.inKey) continue;
        if (isCounted(counted, place, span.sent)) continue;
        this.#place(span, owner, place, at, tried.get(place) ?? NOTHING, today.get(place) ?? NOTHING);
      }
    }
  }

  #place({ sent, tried: stored }: SpanUnder, owner: Owner, place: string, at: StatedPlace, tried: Counts, today: Counts): void {
    const value = valueAt(sent, place);
    const type = value?.type;
    const service = this.#sampler.serviceOf(sent);
    const wholeOf = (judge: Judge, counts: Counts): Decision | null => {
      const kind = wholeKindIn(counts);
      return kind === null ? null : judge.did(owner, at, kind, type);
    };
    const [wholeTried, wholeToday] = [wholeOf(this.#tried, tried), wholeOf(this.#today, today)];
    const ends = (whole: Decision | null): whole is Decision => whole !== null && ENDS.has(whole.action);
    const sample = (kind: string): Sample => this.#sampler.sample(value?.text, stored === null ? undefined : valueAt(stored, place)?.text, at.key, kind);
    const add = (kind: string, { action, rule }: Decision, count: number, before: Decision | null): void => {
      this.#changes.add({ service, place: at.place, key: at.key, kind, action, rule, today: before }, count, () => sample(kind));
    };
    for (const [kind, count] of tried) {
      const isPart = kind !== WHOLE_VALUE && kind !== SEALED;
      let before = ends(wholeToday) && !(wholeToday.action === 'seal' && isPart && today.has(kind)) ? wholeToday : today.has(kind) ? this.#today.didWithin(wholeToday, owner, at, kind, type) : null;
      // What goes or is sealed as a whole may have lost parts before.
      if (before === null && !isPart && ends(wholeTried)) for (const part of today.keys()) before ??= this.#today.did(owner, at, part, type);
      add(kind, this.#tried.didWithin(wholeTried, owner, at, kind, type), count, before);
    }
    if (ends(wholeTried)) return;
    for (const [kind, count] of today) {
      if (tried.has(kind)) continue;
      const decision = this.#tried.would(owner, at, kind, type);
      // What it would not keep is covered by something that was counted, or is a kind of which it has no recognizer.
      if (decision.action !== 'keep' && tried.size > 0) continue;
      add(kind, decision.action === 'keep' ? decision : { rule: null, action: 'keep' }, count, this.#today.did(owner, at, kind, type));
    }
  }

  /**
   * Of one block: spans as they are stored, and as the policy would store them if they came so. What is in them and would go is there today; what their
   * statements say is gone, and the policy would have treated as it says.
   */
  compareStored(spans: readonly StoredUnder[]): void {
    const counted = new Set<string>();
    for (const { stored, tried } of spans) {
      const owner = ownerOf(stored, this.#tenant);
      if (tried === null) {
        const { rule, at, kind } = whyDropped(this.#tried.policy, stored, owner, stored);
        this.#changes.add({ service: this.#sampler.serviceOf(stored), place: at.place, key: at.key, kind, rule, action: 'drop-span', today: null }, 1, () => ({}));
      }
      const [more, gone] = [tried === null ? new Map<string, Counts>() : statements(tried), statements(stored)];
      for (const place of new Set([...more.keys(), ...gone.keys()])) {
        const at = statedPlace(place);
        if (at.inKey || isCounted(counted, place, stored)) continue;
        this.#storedPlace({ stored, tried }, owner, place, at, more.get(place) ?? NOTHING, gone.get(place) ?? NOTHING);
      }
    }
  }

  #storedPlace({ stored, tried }: StoredUnder, owner: Owner, place: string, at: StatedPlace, more: Counts, gone: Counts): void {
    const value = valueAt(stored, place);
    const wholeKind = wholeKindIn(more);
    const whole = wholeKind === null ? null : this.#tried.did(owner, at, wholeKind, value?.type);
    const wasDone = (kind: string): Decision => this.#today.did(owner, at, kind, undefined);
    const add = (kind: string, { rule, action }: Decision, count: number, today: Decision | null, sample: () => Sample): void => {
      this.#changes.add({ service: this.#sampler.serviceOf(stored), place: at.place, key: at.key, kind, rule, action, today }, count, sample);
    };
    for (const [kind, count] of more) {
      let today = gone.has(kind) ? wasDone(kind) : null;
      if (kind === wholeKind && whole !== null && ENDS.has(whole.action)) for (const part of gone.keys()) today ??= wasDone(part);
      add(kind, this.#tried.didWithin(whole, owner, at, kind, value?.type), Math.max(count, gone.get(kind) ?? 0), today, () => this.#sampler.storedSample(value?.text, tried === null ? undefined : valueAt(tried, place)?.text));
    }
    // What goes whole takes along what was left of its parts.
    if (whole !== null && ENDS.has(whole.action)) return;
    for (const [kind, count] of gone) if (!more.has(kind)) add(kind, this.#tried.would(owner, at, kind, undefined), count, wasDone(kind), () => ({}));
  }

  #dropped({ sent, tried, today }: SpanUnder, owner: Owner): void {
    const { policy } = tried === null ? this.#tried : this.#today;
    const why = whyDropped(policy, sent, owner, tried ?? today);
    const before: Decision | null = today !== null ? null : { rule: tried === null ? whyDropped(this.#today.policy, sent, owner, null).rule : why.rule, action: 'drop-span' };
    const decision: Decision = tried === null ? { rule: why.rule, action: 'drop-span' } : { rule: null, action: 'keep' };
    this.#changes.add({ service: this.#sampler.serviceOf(sent), place: why.at.place, key: why.at.key, kind: why.kind, ...decision, today: before }, 1, () => ({}));
  }
}

/** Whether this place of the span's resource or scope was met before; notes it. */
function isCounted(counted: Set<string>, place: string, { resource, scope }: Span): boolean {
  const group = place.startsWith('resource.') ? resource : place.startsWith('scope.') ? scope : null;
  return group !== null && counted.size === counted.add(`${place} ${group}`).size;
}

/** By place and kind; harmful characters are made visible under any policy. */
function statements(span: Span): Map<string, Map<string, number>> {
  const places = new Map<string, Map<string, number>>();
  for (const { place, kind, count } of span.minimized) {
    if (kind === NEUTRALIZED) continue;
    let kinds = places.get(place);
    if (kinds === undefined) places.set(place, (kinds = new Map()));
    kinds.set(kind, (kinds.get(kind) ?? 0) + count);
  }
  return places;
}

/**
 * Minimizes a batch where rules differ by service, place or kind of span: walks it resource by resource, scope by scope and span by span, and
 * treats each value as the rules of its place say. Rule sets are asked for once for each place of a resource, never for a span or value.
 *
 * Marks of values that are changed become numbers of outputs; so do the numbers by which later stages know equal values again, since equal values are
 * stored differently under different rules.
 */
import { DROPPED_BY_POLICY, type KeyTable, NONE, type SpanBatch } from '#batch';
import type { Inspector } from '#inspect';
import { LIMITS } from '#limits';
import { type CompiledPolicy, PLACES, type Place, type SpanKind } from '#policy';
import type { Arrival } from './minimize.ts';
import { DROPPED_SPAN, type Output } from './output.ts';
import { BY, OutputMemo, UNTOUCHED } from './output-memo.ts';
import { PERIOD_STEP_MS, type Pseudonyms } from './pseudonyms.ts';
import { environmentOf, serviceOf } from './resource-names.ts';
import { Treatment } from './treatment.ts';

/** Outputs have numbers above all marks of `inspect`: a value that nobody treated has no output, it cannot have another's. */
const OUTPUTS_FROM = 0x4000_0000;
/** Numbers of values that `inspect` gives out lie below. */
const NUMBERS_FROM = 0x8000_0000;
/** OTLP: a span that names no kind is an internal one. */
const KINDS: readonly SpanKind[] = ['internal', 'internal', 'server', 'client', 'producer', 'consumer', 'unspecified'];
const UNKNOWN_KIND = 6;
/** Of what belongs to spans of several kinds. */
const NO_KIND = 7;
const AT = Object.fromEntries(PLACES.map((place, at) => [place, at])) as Readonly<Record<Place, number>>;

interface Treated {
  readonly id: number;
  readonly by: Treatment;
}

/** Where one service's values are: treatments by kind of span and place, as they are needed. */
interface ServicePlaces {
  readonly tenant: string;
  readonly service: string;
  readonly environment: string;
  readonly treated: (Treated | undefined)[];
}

export class ByPlace {
  /** Spans that the policy refused in the batch treated last. */
  droppedSpans = 0;
  readonly #policy: CompiledPolicy;
  readonly #inspector: Inspector;
  readonly #keys: KeyTable;
  readonly #pseudonyms: Pseudonyms;
  readonly #makesPseudonyms: boolean;
  readonly #memo = new OutputMemo();
  /** By mark: the treatment that had it last (0 = none yet) and its output. Most marks only ever have one. */
  #treatedBy = new Uint32Array(1_024);
  #treatedTo = new Uint32Array(1_024);
  readonly #services = new Map<string, ServicePlaces>();
  readonly #treatments = new Map<string, Treated>();
  #now_ms = 0;
  #period = 0;
  #generation = 0;
  #keysGeneration = 0;
  /** By resource and scope of the batch: 0 = not treated yet, 1 = treated, 2 = its spans are dropped. */
  #resources = new Uint8Array(256);
  #scopes = new Uint8Array(256);
  #places: (ServicePlaces | undefined)[] = [];

  constructor(policy: CompiledPolicy, inspector: Inspector, keys: KeyTable, pseudonyms: Pseudonyms) {
    this.#policy = policy;
    this.#inspector = inspector;
    this.#keys = keys;
    this.#pseudonyms = pseudonyms;
    this.#makesPseudonyms = policy.document.rules.some(({ action }) => typeof action === 'object' && 'pseudonymize' in action);
  }

  /** The output that a value's mark stands for, undefined if nobody treated the value. */
  output(mark: number): Output | null | undefined {
    return this.#memo.outputs[mark - OUTPUTS_FROM];
  }

  minimize(batch: SpanBatch, { tenant, now_ms }: Arrival): void {
    this.#forgetWhatIsOld(now_ms);
    if (batch.resources > this.#resources.length) this.#resources = new Uint8Array(batch.resources * 2);
    if (batch.scopes > this.#scopes.length) this.#scopes = new Uint8Array(batch.scopes * 2);
    this.#resources.fill(0, 0, batch.resources);
    this.#scopes.fill(0, 0, batch.scopes);
    this.#places = [];
    this.droppedSpans = 0;
    for (let span = 0; span < batch.spans; span++) {
      if (batch.refused[span] !== 0) continue;
      const resource = batch.resource[span]!;
      const places = (this.#places[resource] ??= this.#placesOf(batch, resource, tenant));
      if (this.#resources[resource] === 0) this.#resources[resource] = this.#dropsResource(batch, resource, places) ? 2 : 1;
      const scope = batch.scope[span]!;
      if (this.#scopes[scope] === 0) this.#scopes[scope] = this.#dropsScope(batch, scope, places) ? 2 : 1;
      if (this.#resources[resource] === 2 || this.#scopes[scope] === 2 || this.#dropsSpan(batch, span, places)) {
        batch.refused[span] = DROPPED_BY_POLICY;
        this.droppedSpans++;
      }
    }
  }

  #dropsResource(batch: SpanBatch, resource: number, places: ServicePlaces): boolean {
    return this.#drops(batch, batch.resourceAttributesStart[resource]!, batch.resourceAttributesEnd[resource]!, this.#at(places, NO_KIND, AT.resource))
      || this.#dropsText(batch, batch.resourceSchemaUrl[resource]!, places, NO_KIND, AT['schema-url']);
  }

  #dropsScope(batch: SpanBatch, scope: number, places: ServicePlaces): boolean {
    return this.#drops(batch, batch.scopeAttributesStart[scope]!, batch.scopeAttributesEnd[scope]!, this.#at(places, NO_KIND, AT.scope))
      || this.#dropsText(batch, batch.scopeName[scope]!, places, NO_KIND, AT['scope-name'])
      || this.#dropsText(batch, batch.scopeVersion[scope]!, places, NO_KIND, AT['scope-version'])
      || this.#dropsText(batch, batch.scopeSchemaUrl[scope]!, places, NO_KIND, AT['schema-url']);
  }

  #dropsSpan(batch: SpanBatch, span: number, places: ServicePlaces): boolean {
    const kind = KINDS[batch.kind[span]!] === undefined ? UNKNOWN_KIND : batch.kind[span]!;
    if (this.#drops(batch, batch.attributesStart[span]!, batch.attributesEnd[span]!, this.#at(places, kind, AT.span))
      || this.#dropsText(batch, batch.name[span]!, places, kind, AT['span-name'])
      || this.#dropsText(batch, batch.statusMessage[span]!, places, kind, AT['status-message'])
      || this.#dropsText(batch, batch.traceState[span]!, places, kind, AT['trace-state'])) return true;
    for (let event = batch.eventsStart[span]!; event < batch.eventsEnd[span]!; event++) {
      if (this.#drops(batch, batch.eventAttributesStart[event]!, batch.eventAttributesEnd[event]!, this.#at(places, kind, AT.event))
        || this.#dropsText(batch, batch.eventName[event]!, places, kind, AT['event-name'])) return true;
    }
    for (let link = batch.linksStart[span]!; link < batch.linksEnd[span]!; link++) {
      if (this.#drops(batch, batch.linkAttributesStart[link]!, batch.linkAttributesEnd[link]!, this.#at(places, kind, AT.link))
        || this.#dropsText(batch, batch.linkTraceState[link]!, places, kind, AT['trace-state'])) return true;
    }
    return false;
  }

  #dropsText(batch: SpanBatch, value: number, places: ServicePlaces, kind: number, place: number): boolean {
    if (value === NONE) return false;
    const treated = this.#at(places, kind, place);
    return (treated.by.hasWhole || batch.valueMark[value] !== 0) && this.#drops(batch, value, value + 1, treated);
  }

  /** Treats a range of values. True if one of them takes its span with it: then the others do not matter. */
  #drops(batch: SpanBatch, start: number, end: number, { id, by }: Treated): boolean {
    const { valueMark, valueKey, valueType } = batch;
    const { hasWhole } = by;
    const untouched = hasWhole ? by.untouched : null;
    for (let value = start; value < end; value++) {
      const mark = valueMark[value]!;
      if (mark === 0 && (untouched === null || untouched[valueKey[value]! * 8 + valueType[value]!] === 1)) continue;
      let output: number;
      if (!hasWhole) output = this.#ofParts(batch, value, mark, id, by);
      else {
        const { action, constant, ofUnfound } = by.plan(valueKey[value]!, valueType[value]!);
        if (mark === 0 && ofUnfound !== null) output = this.#constant(ofUnfound, valueKey[value]! * 8 + valueType[value]!, id);
        else if (constant !== null) output = this.#constant(constant, valueKey[value]! * 8 + valueType[value]!, id);
        else if (action !== null) output = this.#ofWhole(batch, value, mark, id, by, action);
        else if (mark === 0) continue;
        else output = this.#ofParts(batch, value, mark, id, by);
      }
      if (output === UNTOUCHED) continue;
      if (this.#memo.outputs[output] === DROPPED_SPAN) return true;
      valueMark[value] = OUTPUTS_FROM + output;
      batch.valueNumber[value] = NUMBERS_FROM + this.#memo.numbers[output]!;
    }
    return false;
  }

  #ofParts(batch: SpanBatch, value: number, mark: number, id: number, by: Treatment): number {
    if (this.#treatedBy[mark] === id) return this.#treatedTo[mark]!;
    if (mark >= this.#treatedBy.length) this.#sizeMarks(mark * 2);
    this.#treatedBy[mark] = id;
    return (this.#treatedTo[mark] = this.#ofPartsOnce(batch, value, mark, id, by));
  }

  #ofPartsOnce(batch: SpanBatch, value: number, mark: number, id: number, by: Treatment): number {
    let output = this.#memo.find(id, mark, BY.mark);
    if (output === -1) {
      const finding = this.#inspector.findings[mark];
      if (finding == null) throw new Error('cannot minimize a value whose finding is gone');
      output = this.#memo.add(by.ofParts(finding, batch.valueKey[value]!, batch.valueType[value]!));
      this.#memo.remember(id, mark, BY.mark, output);
    }
    return output;
  }

  #ofWhole(batch: SpanBatch, value: number, mark: number, id: number, by: Treatment, action: Parameters<Treatment['ofWhole']>[0]): number {
    const number = batch.valueNumber[value]!;
    const name = mark !== 0 ? mark : number;
    const named = mark !== 0 ? BY.mark : BY.number;
    let output = name === 0 ? -1 : this.#memo.find(id, name, named);
    if (output === -1) {
      const finding = mark === 0 ? null : this.#inspector.findings[mark];
      if (finding === undefined || (finding === null && mark !== 0)) throw new Error('cannot minimize a value whose finding is gone');
      output = this.#memo.add(by.ofWhole(action, finding, batch, value));
      if (name !== 0) this.#memo.remember(id, name, named, output);
    }
    return output;
  }

  /** The same for all values of a key; numbered by it, since later stages take equal numbers for equal keys too. */
  #constant(constant: Output, key: number, id: number): number {
    let output = this.#memo.find(id, key, BY.key);
    if (output === -1) this.#memo.remember(id, key, BY.key, (output = this.#memo.add(constant)));
    return output;
  }

  #at(places: ServicePlaces, kind: number, place: number): Treated {
    return (places.treated[kind * PLACES.length + place] ??= this.#treated(places, kind, PLACES[place]!));
  }

  #treated({ tenant, service, environment }: ServicePlaces, kind: number, place: Place): Treated {
    const set = this.#policy.sets.for({ tenant, service, environment, spanKind: kind === NO_KIND ? null : KINDS[kind]!, place });
    const name = `${set.id} ${place === 'resource'} ${this.#makesPseudonyms ? tenant : ''}`;
    let treated = this.#treatments.get(name);
    if (treated === undefined) {
      const by = new Treatment(set, this.#keys, (value, use) => this.#pseudonyms.of(value, { tenant, ...use }, this.#now_ms), place === 'resource');
      this.#treatments.set(name, (treated = { id: this.#treatments.size + 1, by }));
    }
    return treated;
  }

  #placesOf(batch: SpanBatch, resource: number, tenant: string): ServicePlaces {
    const service = serviceOf(batch, resource);
    const environment = environmentOf(batch, resource);
    const name = JSON.stringify([tenant, service, environment]);
    let places = this.#services.get(name);
    if (places === undefined) {
      if (this.#services.size >= LIMITS.policy_services_max) this.#services.clear();
      this.#services.set(name, (places = { tenant, service, environment, treated: [] }));
    }
    return places;
  }

  #plans(): number {
    let plans = 0;
    for (const { by } of this.#treatments.values()) plans += by.remembered;
    return plans;
  }

  /** Only between batches: what seal reads of a batch stays. */
  #forgetWhatIsOld(now_ms: number): void {
    const period = this.#makesPseudonyms ? Math.floor(now_ms / PERIOD_STEP_MS) : 0;
    this.#now_ms = now_ms;
    if (this.#treatments.size > LIMITS.policy_treatments_max || this.#plans() > LIMITS.policy_plans_max) {
      this.#policy.sets.forget();
      this.#treatments.clear();
      this.#services.clear();
    } else if (this.#generation === this.#inspector.generation && this.#keysGeneration === this.#keys.generation && this.#period === period && this.#memo.bytes < LIMITS.policy_outputs_bytes_max) return;
    this.#generation = this.#inspector.generation;
    this.#keysGeneration = this.#keys.generation;
    this.#period = period;
    this.#memo.forget();
    this.#treatedBy.fill(0);
  }

  #sizeMarks(marks: number): void {
    const [by, to] = [new Uint32Array(marks), new Uint32Array(marks)];
    by.set(this.#treatedBy);
    to.set(this.#treatedTo);
    [this.#treatedBy, this.#treatedTo] = [by, to];
  }
}

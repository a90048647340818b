/**
 * Opening sealed values of a trace: who may, and of which fields, is decided one by one; why is asked; a second person approves where a policy says so; how many is bounded;
 * and that it happened is durable before anything of it leaves. A field that the reader may not open, or does not see, stays closed whatever else is opened.
 */
import type { Access } from '#access';
import { actorOf, type Approval, type ControlStore, type NewOpening, type Opening } from '#control';
import type { Opened } from '#evidence';
import type { ReportFinding } from '#findings';
import type { SealedField } from '#keys';
import { LIMITS } from '#limits';
import { traceId as readTraceId, type Reader, type TenantId } from '#model';
import { needsSecondPerson } from '#policy';
import type { Answering } from '#query/answering';
import type { KnownPolicies } from '#query/known-policies';
import type { Notes, Span } from '#query/span';
import { low32, traceKeyOf } from '#query/trace-key';
import { isRefusal, refuse, type Refusal } from '#refusal';
import type { OpenedSeal, SealOpener } from '#reveal/open-seals';
import type { Counts } from './answer-types.ts';
import { type ClosedSpan, fetchClosed, type SealedPlace, sealedPlaces, withOpened } from './closed-spans.ts';
import { openedMuch, opensNot } from './suspicious.ts';

export { closedOf, type RevealRow, sealedPlaces } from './closed-spans.ts';

export interface RevealParts {
  readonly opener: Pick<SealOpener, 'open'>;
  readonly control: Pick<ControlStore, 'recordOpening' | 'openingRefused' | 'openingUnapproved' | 'askApproval'>;
  /** A text of this tenant, as the minimization policy leaves it; null where that is not sure. */
  readonly minimized: (tenant: TenantId, text: string) => string | null;
  readonly report?: ReportFinding;
}

export interface RevealQuestion {
  readonly trace: string;
  readonly reason: string;
  /** Attribute keys, `status.message`; absent: all that the reader may open. */
  readonly fields?: readonly string[];
  /** Absent: all. */
  readonly spans?: readonly string[];
  readonly approval?: string;
}

export type Revealed =
  | { readonly is: 'opened'; readonly opening: Opening; readonly reason: string; readonly traceId: string; readonly spans: readonly Span[]; readonly notes: Notes; readonly more: boolean; readonly counts: Counts; readonly fields: readonly string[]; readonly whole: readonly OpenedWhole[] }
  | { readonly is: 'asked'; readonly approval: Approval };

/** A seal of which this reader opened all values. With their salt they can be proved. */
export interface OpenedWhole {
  readonly spanId: string;
  /** As it is stored. */
  readonly text: Uint8Array;
  readonly opened: Opened;
}

export interface Reveal {
  reveal(reader: Reader, question: RevealQuestion): Promise<Revealed | Refusal>;
}

type Letter = Opened['values'][number]['letter'];

/** A span with those of its sealed places that are to be opened. */
export interface Wanted {
  readonly closed: ClosedSpan;
  readonly places: readonly SealedPlace[];
}

interface Found {
  readonly wanted: readonly Wanted[];
  readonly keys: readonly string[];
  readonly values: number;
  readonly notes: Notes;
  readonly more: boolean;
  readonly needsApproval: boolean;
}

export function createReveal({ answer, access, settled, store }: Answering, policies: KnownPolicies, { opener, control, minimized, report = () => undefined }: RevealParts): Reveal {
  const find = (reader: Reader, { trace, fields, spans }: RevealQuestion): Promise<Found | Refusal> =>
    // What is opened is part of a trace, so it is seen as one reads traces.
    answer(reader, 'trace.read', 'lookup', async (run) => {
      const id = readTraceId(trace);
      if (id === null) return refuse('query_invalid', 'a trace id is 32 hexadecimal digits, not all zero');
      const readable = !store.mayBePending(low32(traceKeyOf(id))) || (await settled());
      const { isFound, closed, notes, more } = await fetchClosed(id, run);
      if (!isFound) return readable ? refuse('not_found') : refuse('query_timeout', 'what was just acknowledged cannot be read yet');
      const named = spans === undefined ? null : new Set(spans.map((one) => one.toLowerCase()));
      const may = mayOpen(access, reader);
      let forbidden: Refusal | null = null;
      const wanted = closed.filter(({ span }) => named === null || named.has(span.spanId)).map((one): Wanted => ({
        closed: one,
        places: sealedPlaces(one).filter(({ key }) => {
          if (run.sight.hides(key) || (fields !== undefined && !fields.includes(key))) return false;
          const allowed = may(key);
          if (allowed !== true) forbidden = allowed;
          return allowed === true;
        }),
      })).filter(({ places }) => places.length > 0);
      if (wanted.length === 0) return forbidden ?? refuse('not_found', 'nothing of these fields is sealed in this trace');
      const sets = await policies.rulesOf(wanted.map(({ closed: { block } }) => block), run);
      // The rule under which it was sealed, or the one that would seal it now: whichever is stricter.
      const needsApproval = wanted.some(({ closed: { span, block, environment }, places }) => [sets.get(block), policies.inForce().sets].some((rules) => rules !== undefined && places.some(({ at }) => needsSecondPerson(rules, { tenant: reader.tenant, service: span.service, environment, spanKind: span.kind, at }))));
      return { wanted, keys: [...new Set(wanted.flatMap(({ places }) => places.map(({ key }) => key)))].sort(), values: wanted.reduce((sum, { places }) => sum + places.length, 0), notes, more, needsApproval };
    });

  return {
    async reveal(reader, question) {
      const allowed = access.decide(reader, 'field.reveal', { tenant: reader.tenant });
      if (allowed !== true) return allowed;
      const reason = reasonIn(question.reason);
      if (reason === null) return refuse('reveal_reason');
      const kept = minimized(reader.tenant, reason);
      if (kept === null) return refuse('record_unavailable');
      const may = mayOpen(access, reader);
      const refused = question.fields?.map(may).find((allowed) => allowed !== true);
      if (refused !== undefined) return refused;

      const found = await find(reader, question);
      if (isRefusal(found)) return found;
      const { wanted, keys, values, notes, more } = found;
      const [trace, by, person] = [question.trace.toLowerCase(), actorOf(reader), personOf(reader)];
      const { approval = null } = question;
      if (approval === null && found.needsApproval) {
        const asked = await control.askApproval({ kind: 'reveal', tenant: reader.tenant, person, reason: kept, trace, fields: keys, subject: null }, by);
        return isRefusal(asked) ? asked : { is: 'asked', approval: asked };
      }
      // Before anything is opened for it; when it is recorded, the same is asked again.
      const unapproved = approval === null ? null : control.openingUnapproved({ tenant: reader.tenant, approval, person, trace, fields: keys });
      const full = unapproved ?? control.openingRefused(person ?? reader.id, values);
      if (full?.refused === 'reveal_limit') report(openedMuch(reader.tenant, person ?? reader.id));
      if (full !== null) return full;

      const seals = wanted.flatMap(({ closed }) => closed.seals.map((seal) => ({ ...seal, traceId: Buffer.from(closed.span.traceId, 'hex'), spanId: Buffer.from(closed.span.spanId, 'hex') })));
      const answers = await opener.open(reader.tenant, seals);
      if (isRefusal(answers)) return answers;
      const { spans, counts, fields, whole } = openedSpans(wanted, answers);
      const record: NewOpening = { tenant: reader.tenant, reader: person ?? reader.id, person, trace, spans: spans.map(({ spanId }) => spanId), fields: keys, values: counts.opened, erased: counts.erased, changed: counts.changed, reason: kept, approval };
      if (counts.changed > 0) report(opensNot(reader.tenant, trace));
      // Nothing is shown before this is durable.
      const opening = await control.recordOpening(record, by);
      return isRefusal(opening) ? opening : { is: 'opened', opening, reason: kept, traceId: trace, spans, notes: notesOf(wanted, spans, notes), more, counts, fields, whole };
    },
  };
}

/** The account of a person, also of whom a token acts for. Null: nobody's. */
export function personOf({ kind, id, person }: Pick<Reader, 'kind' | 'id' | 'person'>): string | null {
  return person?.id ?? (kind === 'person' ? id : null);
}

/** Decided once for each key. */
export function mayOpen(access: Pick<Access, 'decide'>, reader: Reader): (key: string) => true | Refusal {
  const decided = new Map<string, true | Refusal>();
  return (field) => {
    const known = decided.get(field) ?? access.decide(reader, 'field.reveal', { tenant: reader.tenant, field });
    decided.set(field, known);
    return known;
  };
}

/** In one line; null where it is none. */
export function reasonIn(text: string): string | null {
  const line = text.replace(/[\0-\x1f\x7f-\x9f\u2028\u2029]+/g, ' ').trim();
  return line.length < LIMITS.reveal_reason_characters_min || line.length > LIMITS.reveal_reason_characters_max ? null : line;
}

/** Of each span what was opened in its places; answers are of the seals of all spans, in their order. */
export function openedSpans(wanted: readonly Wanted[], answers: readonly OpenedSeal[]): { readonly spans: readonly Span[]; readonly counts: Counts; readonly fields: readonly string[]; readonly whole: readonly OpenedWhole[] } {
  const counts = { opened: 0, erased: 0, changed: 0 };
  const fields = new Set<string>();
  const whole: OpenedWhole[] = [];
  let next = 0;
  const spans = wanted.map(({ closed, places }) => {
    const own = answers.slice(next, (next += closed.seals.length));
    const values = new Map(own.flatMap((one) => (one.is === 'opened' ? one.fields : [])).map((value) => [value.field, value]));
    const opened = new Map<string, SealedField>();
    for (const { field, key } of places) {
      const value = values.get(field);
      // What stood under another key is not what may be opened here.
      if (value !== undefined && value.key === key) {
        opened.set(field, value);
        fields.add(key);
        counts.opened += 1;
      } else if (value !== undefined || own.some(({ is }) => is === 'changed')) counts.changed += 1;
      else if (own.some(({ is }) => is === 'erased')) counts.erased += 1;
    }
    for (const [at, one] of own.entries()) {
      if (one.is === 'opened' && one.fields.every(({ field }) => opened.has(field))) whole.push({ spanId: closed.span.spanId, text: closed.seals[at]!.text, opened: { salt: one.salt, values: one.fields.map(({ field, type, text }) => ({ field, letter: type as Letter, text })) } });
    }
    return withOpened(closed.span, opened);
  });
  return { spans, counts, fields: [...fields].sort(), whole };
}

/** What is to be said of spans, of their opened forms. */
function notesOf(wanted: readonly Wanted[], spans: readonly Span[], notes: Notes): Notes {
  return new Map(spans.flatMap((span, at) => {
    const note = notes.get(wanted[at]?.closed.span ?? span);
    return note === undefined ? [] : [[span, note] as const];
  }));
}

/**
 * Everything that is held of a person, for the person: all spans of which values were sealed for them, with these opened, page by page. Whoever may do it answers people; it takes
 * no permission of an investigator, and is told to the log before each page is shown. A second person approves it where opening any field ever needed one.
 */
import { timingSafeEqual } from 'node:crypto';
import type { Actor, Approval, ControlStore, Opening } from '#control';
import { LIMITS } from '#limits';
import { readerName, type Reader, type TenantId } from '#model';
import { decidingRules, sealing, type PolicyDocument } from '#policy';
import type { Answering } from '#query/answering';
import { closedOf, openedSpans, personOf, sealedPlaces, type RevealRow } from '#query/reveal';
import type { Counts } from '#query/reveal/answer-types';
import { groupedJson, spanJson } from '#query/otlp-json';
import type { Span } from '#query/span';
import { isRefusal, refuse, type Refusal } from '#refusal';
import type { SealOpener } from '#reveal/open-seals';
import type { ExportTold } from './answer-types.ts';
import { STATEMENTS } from './statements.ts';
import { spansParams, type SubjectPlaces } from './subject-spans.ts';

export interface ExportQuestion {
  readonly subject: string;
  readonly reason: string;
  readonly approval?: string;
  /** Of the page before. */
  readonly cursor?: string;
}

export type ExportPage =
  | { readonly is: 'page'; readonly opening: Opening; readonly by: string; readonly reason: string; readonly spans: readonly Span[]; readonly counts: Counts; readonly nextCursor: string | null }
  | { readonly is: 'asked'; readonly approval: Approval };

export interface ExportParts {
  readonly answering: Answering;
  readonly control: Pick<ControlStore, 'recordExport' | 'askApproval' | 'approvalUnusable' | 'proofOf'>;
  readonly opener: Pick<SealOpener, 'open'>;
  readonly now_ms: () => number;
}

/** Whom it is about, as it was found, and what was settled before. */
export interface Exported {
  readonly places: () => SubjectPlaces;
  readonly digest: string;
  /** As it is kept. */
  readonly reason: string;
  readonly needsApproval: boolean;
}

interface Place {
  readonly block: bigint;
  readonly row: number;
  /** The export of which this is a page. */
  readonly of: string | null;
}

/** On every resource, as on those of what was opened for a reason. */
export const OPENING_KEY = 'tracekeep.opening';

const BEGINNING: Place = { block: 0n, row: 0, of: null };

/** Refusals: approval_needs_person, approval_unusable, control_limit, query_invalid, action_forbidden, those of the sealing root and of a query. */
export async function exportPage({ answering, control, opener, now_ms }: ExportParts, reader: Reader, by: Actor, { approval, cursor }: ExportQuestion, { places, digest, reason, needsApproval }: Exported): Promise<ExportPage | Refusal> {
  const { tenant } = reader;
  const from = cursor === undefined ? BEGINNING : placeIn(control, reader, digest, cursor, now_ms());
  if (from === null) return refuse('query_invalid', 'the cursor: it is of another export, or is over');
  const person = personOf(reader);
  if (from.of === null && needsApproval && approval === undefined) {
    const asked = await control.askApproval({ kind: 'export', tenant, person, reason, trace: null, fields: [], subject: digest }, by);
    return isRefusal(asked) ? asked : { is: 'asked', approval: asked };
  }
  const wanted = from.of === null && approval !== undefined ? { id: approval, person, subject: digest } : null;
  const unusable = wanted === null ? null : control.approvalUnusable(tenant, wanted.id, 'export', wanted.person, ({ subject }) => subject === digest);
  if (unusable !== null) return unusable;

  const found = await answering.answer(reader, 'subject.export', 'scan', async (run) => {
    if (!run.sight.seesAllPlaces) return refuse('action_forbidden', 'it is about all services of the tenant, of which you see some');
    await answering.settled();
    const limit = LIMITS.subject_export_spans + 1;
    const at = places();
    const rows = at.keyIds.length === 0 ? [] : await run<RevealRow>(STATEMENTS.exported, { ...spansParams(at), from_block: from.block, from_row: from.row, limit }, limit);
    const spans = rows.slice(0, LIMITS.subject_export_spans).map(closedOf).map((closed) => ({ closed, places: sealedPlaces(closed).filter(({ key }) => !run.sight.hides(key)) }));
    return { spans, next: rows[LIMITS.subject_export_spans] };
  });
  if (isRefusal(found)) return found;
  const seals = found.spans.flatMap(({ closed }) => closed.seals.map((seal) => ({ ...seal, traceId: Buffer.from(closed.span.traceId, 'hex'), spanId: Buffer.from(closed.span.spanId, 'hex') })));
  const answers = await opener.open(tenant, seals);
  if (isRefusal(answers)) return answers;
  const { spans, counts } = openedSpans(found.spans, answers);
  const opening = await control.recordExport({ tenant, of: from.of, spans: spans.length, values: counts.opened, erased: counts.erased, changed: counts.changed, reason, approval: wanted }, by);
  if (isRefusal(opening)) return opening;
  const next = found.next === undefined ? null : cursorOf(control, reader, digest, { block: BigInt(found.next.atBlock), row: found.next.atRow, of: opening.id }, now_ms() + LIMITS.subject_export_ms_max);
  return { is: 'page', opening, by: readerName(reader), reason, spans, counts, nextCursor: next };
}

/** The list `resourceSpans` as JSON, which keeps every number as it is stored; each resource names the export. */
export async function exportText({ opening, by, reason, spans, counts, nextCursor }: Extract<ExportPage, { is: 'page' }>): Promise<{ readonly resourceSpans: string; readonly told: ExportTold }> {
  const at = new Date(opening.at).toISOString();
  const { resourceSpans } = await groupedJson(spans, (span) => spanJson(span), [JSON.stringify({ key: OPENING_KEY, value: { stringValue: opening.id } })]);
  return { resourceSpans, told: { id: opening.id, by, reason, at, watermark: `Exported by ${by}, ${at.slice(0, 19).replace('T', ' ')}Z, ${opening.id}`, spans: spans.length, ...counts, nextCursor } };
}

/** Whether opening any field takes two people under this policy. */
export function needsTwo(document: PolicyDocument): boolean {
  return decidingRules(document).some(({ action }) => sealing(action)?.approval !== undefined);
}

/** It says that the pages before were allowed, so nobody else can make one. */
function cursorOf(control: Pick<ControlStore, 'proofOf'>, reader: Reader, digest: string, { block, row, of }: Place, until: number): string {
  const text = `${block}.${row}.${of ?? ''}.${until}`;
  return `${text}.${proofOf(control, reader.tenant, reader.id, digest, text)}`;
}

function placeIn(control: Pick<ControlStore, 'proofOf'>, reader: Reader, digest: string, cursor: string, now: number): Place | null {
  const [, text = '', block = '', row = '', of = '', until = '', proof = ''] = /^((\d{1,20})\.(\d{1,10})\.(o_[0-9a-f]{16})\.(\d{1,16}))\.([\w-]{1,64})$/.exec(cursor) ?? [];
  const expected = proofOf(control, reader.tenant, reader.id, digest, text);
  if (text === '' || proof.length !== expected.length || !timingSafeEqual(Buffer.from(proof), Buffer.from(expected)) || Number(until) <= now) return null;
  return { block: BigInt(block), row: Number(row), of };
}

function proofOf(control: Pick<ControlStore, 'proofOf'>, tenant: TenantId, reader: string, digest: string, text: string): string {
  return control.proofOf('export', tenant, reader, digest, text);
}

/** The spans of a trace with the place of each in the store, and who sent it. */
import type { TraceId } from '#model';
import type { Run } from '#query/answering';
import { fetchEach, PAGE_SPANS } from '#query/fetch-trace';
import { spanOf, type Span, type SpanRow } from '#query/span';
import { STATEMENTS } from '#query/statements';
import { traceKeyOf } from '#query/trace-key';

export interface StoredSpan {
  readonly block: number;
  readonly row: number;
  readonly producer: string;
  readonly span: Span;
  /** What it has sealed, closed. */
  readonly seals: readonly { readonly key: Uint8Array; readonly text: Uint8Array }[];
}

/** In the order of the store; of one span if `spanId` is not ''. */
export function fetchStored(id: TraceId, spanId: string, run: Run): Promise<{ readonly spans: readonly StoredSpan[]; readonly more: boolean }> {
  const which = { trace: traceKeyOf(id), trace_id: id, span_id: spanId };
  return fetchEach<SpanRow & SealedRow & { readonly producerId: string }, StoredSpan>(STATEMENTS.evidence, which, run, PAGE_SPANS, (row) => ({ block: Number(row.atBlock), row: row.atRow, producer: row.producerId, span: spanOf(row), seals: sealsOf(row) }));
}

/** Of `sql/evidence.sql`. */
export interface SealedRow {
  /** Hexadecimal. */
  readonly sealedKeys: readonly string[];
  /** Base64. */
  readonly sealedTexts: readonly string[];
}

export function sealsOf({ sealedKeys, sealedTexts }: SealedRow): StoredSpan['seals'] {
  return sealedKeys.map((key, at) => ({ key: Buffer.from(key, 'hex'), text: Buffer.from(sealedTexts[at] ?? '', 'base64') }));
}

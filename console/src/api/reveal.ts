/** Opening sealed values of a trace: `POST /api/v1/traces/:id/reveal`. What it answers is kept in the page that asked, for as long as it says, and nowhere else. */
import type { Approval } from './approvals.ts';
import { post } from './client.ts';

export interface RevealNote {
  readonly id: string;
  readonly by: { readonly id: string; readonly name: string };
  readonly reason: string;
  /** ISO 8601. */
  readonly at: string;
  readonly until: string;
  /** Who opened it and when, to stand over what is shown. */
  readonly watermark: string;
  /** Values, as the next two. */
  readonly opened: number;
  /** The person's keys were destroyed. */
  readonly erased: number;
  /** What is stored is not what was sealed. */
  readonly changed: number;
  readonly fields: readonly string[];
  /** Of seals of which all values were opened. */
  readonly proofs?: readonly SealProof[];
}

/** With the evidence of the trace, anybody sees by it that these values are what was sealed. */
export interface SealProof {
  readonly spanId: string;
  /** Base64, of the seal. */
  readonly text: string;
  readonly salt: string;
  readonly values: readonly { readonly field: string; readonly type: string; readonly text: string }[];
}

/** OTLP/JSON. */
export interface RevealedTrace<Span> {
  readonly resourceSpans: readonly { readonly scopeSpans?: readonly { readonly spans?: readonly Span[] }[] }[];
  readonly reveal: RevealNote;
}

export interface RevealWish {
  readonly reason: string;
  /** Attribute keys, or `status.message`. */
  readonly fields: readonly string[];
  /** The id of an approval that was given for it. */
  readonly approval?: string;
}

export type RevealAnswer<Span> = RevealedTrace<Span> | { readonly approval: Approval };

export async function revealTrace<Span>(traceId: string, wish: RevealWish): Promise<RevealAnswer<Span>> {
  return post<RevealAnswer<Span>>(`/api/v1/traces/${encodeURIComponent(traceId)}/reveal`, { ...wish, proofs: true });
}

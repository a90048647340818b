/** Opening sealed values of a trace: `POST /api/v1/traces/:id/reveal`. What it answers is kept in the page that asked, for as long as it says, and nowhere else. */
import type { RevealNote } from '#query/reveal/answer-types';
import type { Approval } from './approvals.ts';
import { post } from './client.ts';

export type { RevealNote, SealProof } from '#query/reveal/answer-types';

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

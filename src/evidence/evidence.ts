/**
 * What is in the tamper-evident log, and evidence that can be checked without the server: entries, the canonical bytes of spans, and the
 * document that proves the spans of a trace. Pure like `#merkle`, the only door it knows: server, command line and browser run these very files.
 */
import { checkInclusion, flawText, isFlaw, leafHash, parseCheckpoint, parseNote, type Checkpoint, type Claim, type Note, type OpenedNote, type Sha256, type Verifier, type Verify } from '#merkle';
import { BLOCK_ENTRY, readStatement, type BlockStatement } from './block-statement.ts';
import { readDocument, type Evidence, type EvidenceBlock, type EvidenceSpan } from './document.ts';
import { commitmentOf, printEntry } from './entry.ts';
import { isEvidenceFlaw, orFlaw, Wrong, type EvidenceFlaw } from './flaw.ts';
import type { Shown } from './restricted.ts';
import type { OpenedValue } from './seals.ts';
import { claimsOfAll, openedBy, type Signatures } from './signatures.ts';
import { readSpan, type Beside, type PlacedSpan, type SpanEntry } from './span-entry.ts';

export { commitmentOf, ENTRY_BYTES, entryBytes, parseEntry, printEntry, textHash, type Entry, type EntryBody } from './entry.ts';
export { EVIDENCE_FLAWS, evidenceFlawText, isEvidenceFlaw, type EvidenceFlaw, type EvidenceFlawCode } from './flaw.ts';
export { EVIDENCE_BYTES_MAX, EVIDENCE_FORMAT, EVIDENCE_SPANS_MAX, type Evidence, type EvidenceBlock, type EvidenceSpan } from './document.ts';
export { restrictedDigest, SALT_BYTES, STATUS_MESSAGE, type Restricted, type Shown } from './restricted.ts';
export { valueOf, type Value } from './any-value.ts';
export { readStatement, type BlockStatement } from './block-statement.ts';
export type { Signatures } from './signatures.ts';
export { SEAL_KEY_BYTES, SEALED_MARK, SEALED_VALUES, sealCommitment, sealDigest, type Opened, type OpenedValue, type Sealed, type SealedValue } from './seals.ts';
export type { Beside, Minimized, PlacedSpan, SpanEntry } from './span-entry.ts';

export interface ProvedSpan {
  readonly spanId: string;
  readonly service: string;
  readonly name: string;
  /** Nanoseconds since 1970. */
  readonly start: bigint;
  /** The entry of its block, and its row there. */
  readonly index: number;
  readonly row: number;
  readonly producer: string;
  /** Values of it, its resource and its scope that were left out. */
  readonly leftOut: number;
  /** Texts of sealed values that are here, closed. */
  readonly sealed: number;
  /** What was sealed and is shown. */
  readonly opened: readonly OpenedValue[];
}

export interface ProvedBlock extends BlockStatement {
  readonly index: number;
  /** When the log says that it was stored, in milliseconds since 1970. */
  readonly time_ms: number;
  readonly spans: number;
}

/** What a document proves. Without a key that was known beforehand it proves only that it agrees with itself. */
export interface Proved {
  readonly traceId: string;
  readonly checkpoint: Checkpoint;
  readonly pinned: boolean;
  /** Who of the given keys signed the checkpoint: the log first of all, witnesses with the time that they say. */
  readonly claims: readonly Claim[];
  /** In the order of the document. */
  readonly spans: readonly ProvedSpan[];
  readonly blocks: readonly ProvedBlock[];
  /** Keys, and how many values of each were left out. */
  readonly omitted: readonly { readonly key: string; readonly values: number }[];
}

/** A document from bytes that may be attacker-controlled in everything. */
export function parseEvidence(bytes: Uint8Array): Evidence | EvidenceFlaw {
  return orFlaw(() => readDocument(bytes));
}

/** The leaf of a span, and what was read on the way; for whoever makes evidence, or compares it. */
export function spanEntry(sha256: Sha256, placed: PlacedSpan, beside: Beside, visit: (key: string, shown: Shown) => void = () => {}): SpanEntry | EvidenceFlaw {
  return orFlaw(() => readSpan(sha256, placed, beside, visit));
}

/** What a document proves to whoever trusts these keys, or what is wrong with it. Without keys nothing is pinned. */
export function checkEvidence(evidence: Evidence, trusted: readonly Verifier[], sha256: Sha256, verify: Verify): Proved | EvidenceFlaw {
  const signatures = signaturesOf(evidence, trusted, sha256);
  if (isEvidenceFlaw(signatures)) return signatures;
  const holds = signatures.claims.map(({ algorithm, verifier, message, signature }) => verify(algorithm, verifier.publicKey, message, signature));
  return checkSignedEvidence(evidence, signatures, holds, sha256);
}

/** What the signatures of the checkpoint claim, for whoever verifies them in another way; then `checkSignedEvidence`. */
export function signaturesOf(evidence: Evidence, trusted: readonly Verifier[], sha256: Sha256): Signatures | EvidenceFlaw {
  return orFlaw(() => {
    const note = parseNote(new TextEncoder().encode(evidence.checkpoint));
    if (isFlaw(note)) throw new Wrong('checkpoint_refused', flawText(note));
    return claimsOfAll(note, evidence.keys, trusted, sha256);
  });
}

/** The same with an answer for each claim: whether it holds, or undefined where that cannot be checked, which is not enough for a key that is trusted. */
export function checkSignedEvidence(evidence: Evidence, signatures: Signatures, holds: readonly (boolean | undefined)[], sha256: Sha256): Proved | EvidenceFlaw {
  return orFlaw(() => new Check(evidence, sha256).all(signatures.note, openedBy(signatures, holds)));
}

class Check {
  readonly #evidence: Evidence;
  readonly #sha256: Sha256;
  readonly #spans: (ProvedSpan | undefined)[];
  readonly #omitted: Map<string, number>;
  /** Fields of the span at hand, until it is proved: what they say counts afterwards. */
  #fields: [key: string, shown: Shown][] = [];

  constructor(evidence: Evidence, sha256: Sha256) {
    this.#evidence = evidence;
    this.#sha256 = sha256;
    this.#spans = new Array<ProvedSpan | undefined>(evidence.spans.length).fill(undefined);
    this.#omitted = new Map(evidence.omitted.map((key) => [key, 0]));
  }

  all(note: Note, opened: OpenedNote | undefined): Proved {
    const { traceId } = this.#evidence;
    const checkpoint = this.#checkpoint(note, opened);
    const blocks = this.#evidence.blocks.map((block, at) => this.#block(block, at, checkpoint));
    const spans = this.#spans.map((span, at) => {
      if (span === undefined) throw new Wrong('span_unproved', undefined, { span: at });
      return span;
    });
    const omitted = [...this.#omitted].map(([key, values]) => ({ key, values }));
    if (omitted.some(({ values }) => values === 0)) throw new Wrong('omitted_mismatch', 'a field is named that no span has');
    return { traceId, checkpoint, pinned: opened !== undefined, claims: opened?.claims ?? [], spans, blocks, omitted };
  }

  #checkpoint({ text }: Note, opened: OpenedNote | undefined): Checkpoint {
    const checkpoint = parseCheckpoint(text);
    if (isFlaw(checkpoint)) throw new Wrong('checkpoint_refused', flawText(checkpoint));
    if (checkpoint.origin !== this.#evidence.origin) throw new Wrong('origin_mismatch');
    // No tree proves such lines, and not every signature covers them.
    if (checkpoint.extensions.length > 0) throw new Wrong('checkpoint_refused', 'it says more than origin, size and root');
    if (opened !== undefined && !opened.claims.some(({ verifier }) => verifier.name === checkpoint.origin)) throw new Wrong('checkpoint_refused', 'the key of the log itself is not among the given ones');
    return checkpoint;
  }

  #block(block: EvidenceBlock, at: number, checkpoint: Checkpoint): ProvedBlock {
    const { index, time_ms, closedHash, proof, spans } = block;
    const entry = printEntry({ type: BLOCK_ENTRY, time_ms, commitment: commitmentOf(this.#sha256, block.statement, closedHash) });
    const flaw = checkInclusion(this.#sha256, index, checkpoint.size, leafHash(this.#sha256, entry), proof, checkpoint.root);
    if (flaw !== undefined) throw new Wrong('block_unproved', flawText(flaw), { block: at });
    const statement = orWrong(() => readStatement(block.statement), { block: at });
    for (const span of spans) this.#span(span, at, statement, index);
    return { ...statement, index, time_ms, spans: spans.length };
  }

  #span(beside: EvidenceSpan, block: number, { rows, root }: BlockStatement, index: number): void {
    const where = { block, span: beside.span };
    const placed = this.#evidence.spans[beside.span];
    if (placed === undefined) throw new Wrong('document_malformed', 'no such span', where);
    if (this.#spans[beside.span] !== undefined) throw new Wrong('span_proved_twice', undefined, where);
    this.#fields = [];
    const { entry, traceId, ...rest } = orWrong(() => readSpan(this.#sha256, placed, beside, (key, shown) => this.#fields.push([key, shown])), where);
    const flaw = checkInclusion(this.#sha256, beside.row, rows, leafHash(this.#sha256, entry), beside.proof, root);
    if (flaw !== undefined) throw new Wrong('span_mismatch', flawText(flaw), where);
    if (traceId !== this.#evidence.traceId) throw new Wrong('trace_mismatch', undefined, where);
    this.#spans[beside.span] = { ...rest, index, row: beside.row, producer: beside.producer, leftOut: this.#leftOut(where), sealed: (beside.sealed ?? []).filter(({ digest, opened }) => (digest ?? opened) === undefined).length };
  }

  /** How many values the span at hand leaves out, all of them of keys that the document names, and none of those keys shown. */
  #leftOut(where: { readonly block: number; readonly span: number }): number {
    let count = 0;
    for (const [key, shown] of this.#fields) {
      const values = this.#omitted.get(key);
      if ((shown === 'left out') !== (values !== undefined)) throw new Wrong('omitted_mismatch', undefined, where);
      if (values === undefined) continue;
      this.#omitted.set(key, values + 1);
      count++;
    }
    return count;
  }
}

/** The place of what is wrong, where it is known. */
function orWrong<T>(read: () => T, place: { readonly block?: number; readonly span?: number }): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Wrong) throw new Wrong(error.flaw.flaw, error.flaw.detail, place);
    throw error;
  }
}

/**
 * The whole argument about a trace, in the order in which it is made: the checkpoint is of the log that this browser knows, the evidence leads from every span
 * to it, and what the page shows are those spans. Whatever does not hold ends it; what could not be had is no answer.
 */
import { checkSignedEvidence, evidenceFlawText, isEvidenceFlaw, parseEvidence, signaturesOf, type Evidence, type EvidenceFlaw, type Proved, type Signatures } from '#evidence';
import { flawText, toBase64 } from '#merkle';
import { CannotVerify } from './ed25519.ts';
import { follow, type Followed, type LogSource } from './follow.ts';
import { contentsOf, provenSpans } from './proven-spans.ts';
import { holdsHere } from './open-note.ts';
import type { Remembered } from './remembered.ts';
import { sha256 } from './sha256.ts';
import { withDrawn, type DrawnSeal } from './opened.ts';
import { differences, DIFFERENCES_MAX, type Difference, type Shown } from './shown.ts';
import type { BrokenWhy, ProofFacts, Verdict } from './verdict.ts';

export interface SealRequest {
  readonly traceId: string;
  readonly shown: Shown;
  readonly remembered: Remembered | 'unreadable' | null;
  readonly now_ms: number;
  /** What stands open of it, as it is drawn. */
  readonly drawn?: readonly DrawnSeal[];
}

/** The server refused, in its words. */
export class Refused extends Error {
  readonly code: string;
  readonly advice: string;

  constructor(code: string, says: string, advice: string) {
    super(says);
    this.code = code;
    this.advice = advice;
  }
}

export interface SealSource extends LogSource {
  /** `unprovable`: spans that the server says it cannot prove to whoever asks, because a value in them was restricted after they were stored. */
  readonly evidence: (traceId: string) => Promise<{ readonly bytes: Uint8Array; readonly unprovable: number }>;
  /** How many spans the trace has now. */
  readonly size: (traceId: string) => Promise<number>;
}

/** The newest spans wait for a checkpoint. */
const PENDING = 'evidence_pending';
/** What is in the proof is not for whoever asks. */
const NOT_FOR_YOU = 'evidence_not_for_you';
/** The server itself says that there can be none. */
const NO_EVIDENCE: ReadonlyMap<string, BrokenWhy> = new Map([['evidence_mismatch', 'mismatch'], ['evidence_unlogged', 'unlogged']]);

export async function verifyTrace(request: SealRequest, source: SealSource): Promise<Verdict> {
  const began = performance.now();
  try {
    const { bytes, unprovable } = await source.evidence(request.traceId);
    const closed = parseEvidence(bytes);
    const evidence = isEvidenceFlaw(closed) || request.drawn === undefined ? closed : withDrawn(closed, request.drawn);
    if (evidence === null) return { state: 'broken', why: 'opened', detail: 'It is of no seal in the evidence.', differences: [], now: { key: null, size: null }, hasEvidence: true, facts: null };
    if (isEvidenceFlaw(evidence)) return { state: 'unchecked', says: `What the server sent is no evidence. ${evidenceFlawText(evidence)}`, advice: 'Check again; if it stays so, something between this browser and the server changes its answers.' };
    const followed = await follow(evidence.checkpoint, request.remembered, source, request.now_ms);
    if (followed.alarm !== null) return { state: 'broken', why: followed.alarm, detail: followed.flaw === null ? '' : flawText(followed.flaw), differences: [], now: followed.now, hasEvidence: true, facts: null };
    const broken = (why: 'proof' | 'shown' | 'opened', detail: string, where: readonly Difference[], facts: ProofFacts | null): Verdict => ({ state: 'broken', why, detail, differences: where, now: { key: followed.remember.key, size: followed.checkpoint.size }, hasEvidence: true, facts });
    if (evidence.traceId !== request.traceId) return broken('proof', 'The evidence is about another trace.', [], null);
    const signatures = signaturesOf(evidence, followed.opened.claims.map(({ verifier }) => verifier), sha256);
    if (isEvidenceFlaw(signatures)) return broken('proof', evidenceFlawText(signatures), [], null);
    const holds = await Promise.all(signatures.claims.map(holdsHere));
    const proved = checkSignedEvidence(evidence, signatures, holds, sha256);
    if (isEvidenceFlaw(proved)) return broken(proved.flaw === 'seal_mismatch' ? 'opened' : 'proof', evidenceFlawText(proved), placesOf(proved, evidence, request.shown), null);
    const differ = differences(request.shown, provenSpans(evidence, proved), Math.max(DIFFERENCES_MAX, unprovable + 1));
    const facts = factsOf({ evidence, signatures, holds, proved, followed, bytes: bytes.length, began });
    // Nobody has to believe it: these are told as spans of which nothing is proved.
    const unproved = differ.length <= unprovable && differ.every(({ span, fields }) => span !== -1 && fields.length === 0) ? differ.map(({ span }) => span) : [];
    if (differ.length === unproved.length) {
      const hidden = request.shown.hidden.reduce((sum, one) => sum + one, 0);
      return { state: 'verified', facts, contents: contentsOf(evidence), remember: followed.remember, isFirst: followed.isFirst, hidden, unproved, omitted: evidence.omitted, opened: proved.spans.reduce((sum, { opened }) => sum + opened.length, 0) };
    }
    // Spans may have come since the page asked for its picture.
    if ((await source.size(request.traceId)) !== request.shown.size) return { state: 'stale' };
    return broken('shown', '', differ, facts);
  } catch (error) {
    return unchecked(error);
  }
}

function unchecked(error: unknown): Verdict {
  if (error instanceof Refused) {
    const why = NO_EVIDENCE.get(error.code);
    if (why !== undefined) return { state: 'broken', why, detail: `${error.code}: ${error.message}`, differences: [], now: { key: null, size: null }, hasEvidence: false, facts: null };
    if (error.code === NOT_FOR_YOU) return { state: 'unchecked', title: 'Not provable for you', says: error.message, advice: error.advice };
    return error.code === PENDING ? { state: 'waiting' } : { state: 'unchecked', says: error.message, advice: error.advice };
  }
  if (error instanceof CannotVerify) return { state: 'unchecked', says: error.message, advice: 'The command line verifies everywhere: “tracekeep evidence verify”.' };
  return { state: 'unchecked', says: 'The check ended with an error of this page.', advice: 'Check again, or verify the trace with the command line.' };
}

/** The drawn spans that a flaw is about; all of a block if it is the block. */
function placesOf({ span, block }: EvidenceFlaw, evidence: Evidence, shown: Shown): Difference[] {
  const spans = span === undefined ? (evidence.blocks[block ?? -1]?.spans.map((one) => one.span) ?? []) : [span];
  const ids = new Set(spans.map((at) => (evidence.spans[at]?.span as { readonly spanId?: unknown } | undefined)?.spanId));
  return shown.ids.flatMap((spanId, at) => (ids.has(spanId) ? [{ span: at, spanId, fields: [] }] : []));
}

interface Checked {
  readonly evidence: Evidence;
  readonly signatures: Signatures;
  readonly holds: readonly (boolean | undefined)[];
  readonly proved: Proved;
  readonly followed: Extract<Followed, { alarm: null }>;
  readonly bytes: number;
  readonly began: number;
}

function factsOf({ evidence, signatures, holds, proved, followed, bytes, began }: Checked): ProofFacts {
  const { checkpoint, remember } = followed;
  return {
    origin: checkpoint.origin, key: remember.key,
    checkpoint: { size: checkpoint.size, root: toBase64(checkpoint.root), text: evidence.checkpoint },
    signatures: signatures.claims.map(({ verifier, time_s = 0 }, at) => ({ name: verifier.name, time_s: time_s > 0 && time_s < TIME_S_MAX ? time_s : null, verified: holds[at] === true })),
    blocks: proved.blocks.map(({ index, time_ms, rows, spans }, at) => ({ index, time_ms, rows, spans, pathLength: evidence.blocks[at]?.proof.length ?? 0 })),
    spans: proved.spans.length, bytes,
    took_ms: performance.now() - began,
  };
}

/** The end of the year 9999: what comes after is no time that a page can show. */
const TIME_S_MAX = 253_402_300_799;

/**
 * What a witness makes of a submission, in the order of C2SP tlog-witness: origin, signature, old size, what was cosigned before, proof. Pure:
 * nothing is cosigned or kept here.
 */
import { checkConsistency, emptyRoot, isFlaw, openedCheckpoint, openNote, sameBytes, type Checkpoint, type Note, type Sha256, type Verifier, type Verify } from '#merkle';
import { refuse, type Refusal } from '#refusal';
import type { Submission } from './submission.ts';

/** The largest tree of a log that was cosigned. */
export interface Cosigned {
  readonly size: number;
  readonly root: Uint8Array;
}

/**
 * Why a checkpoint that the log's own key signed was refused. `fork`: another tree of the size that was cosigned, which nothing but two
 * histories explains. `rollback`: a smaller tree; `unproven`: a larger one whose proof does not hold. Both may also be somebody else's doing, who
 * has seen checkpoints of the log.
 */
export type Suspicion = 'fork' | 'rollback' | 'unproven';

export interface Verdict {
  /** Null: to be cosigned. */
  readonly refusal: Refusal | null;
  readonly suspicion: Suspicion | null;
}

/** The checkpoint as far as known keys of its log signed it. */
export function openSubmitted(note: Note, keys: readonly Verifier[], verify: Verify): Checkpoint | Refusal {
  const opened = openNote(note, keys, verify);
  if (isFlaw(opened)) return refuse('checkpoint_signature', opened.flaw);
  const checkpoint = openedCheckpoint(opened);
  if (isFlaw(checkpoint)) return refuse('checkpoint_malformed');
  // An Ed25519 cosignature would vouch for lines that no key of the log has signed.
  const covered = opened.claims.some(({ coversText }) => coversText) || note.text.split('\n').length === 4;
  return covered ? checkpoint : refuse('checkpoint_signature', 'no known key signed the lines after the third');
}

export function judgeSubmission(sha256: Sha256, { old, proof }: Pick<Submission, 'old' | 'proof'>, { size, root }: Checkpoint, before: Cosigned | null): Verdict {
  const has = before?.size ?? 0;
  const suspicion = before === null ? null : suspicionOf(size, root, before);
  const no = (refusal: Refusal, otherwise: Suspicion | null = null): Verdict => ({ refusal, suspicion: suspicion ?? otherwise });
  if (old > size) return no(refuse('checkpoint_old_size'));
  if (old !== has) return no(refuse('checkpoint_conflict'));
  if (size === 0 && !sameBytes(root, emptyRoot(sha256))) return no(refuse('checkpoint_inconsistent', 'the root of an empty tree'), 'unproven');
  if (old === 0) return proof.length === 0 ? { refusal: null, suspicion: null } : no(refuse('checkpoint_inconsistent', 'a proof from an empty tree has no hashes'));
  // INVARIANT: old is not 0, so there is one before.
  const flaw = checkConsistency(sha256, old, size, before?.root ?? root, proof, root);
  return flaw === undefined ? { refusal: null, suspicion: null } : no(refuse('checkpoint_inconsistent', flaw.flaw), size > old ? 'unproven' : null);
}

function suspicionOf(size: number, root: Uint8Array, before: Cosigned): Suspicion | null {
  if (size < before.size) return 'rollback';
  return size === before.size && !sameBytes(root, before.root) ? 'fork' : null;
}

/**
 * Checkpoints against the tree: the one that the server keeps beside its keys, and those that an auditor kept. Whoever checks says which keys are
 * trusted; without any, those beside the data are used, and a thief of the machine could have exchanged both.
 */
import { sha256, verifyNatively } from '#keys/signing';
import { flawText, isFlaw, openedCheckpoint, openNote, parseNote, parseVkey, sameBytes, type Checkpoint, type Verifier } from '#merkle';
import { finding, rangesText, type Finding } from './finding.ts';
import type { CheckedTree } from './tree.ts';

/** A signed note that somebody holds up to the log. */
export interface HeldCheckpoint {
  /** Such as `the checkpoint beside the keys`, or the name of a file. */
  readonly what: string;
  readonly note: string;
  /** Kept by somebody else: then the log must contain it. */
  readonly kept: boolean;
}

export interface OpenedCheckpoint extends HeldCheckpoint {
  readonly checkpoint: Checkpoint;
  /** How many of the keys signed it. */
  readonly signatures: number;
}

/** Opens each; one of the log's own that is not signed as it must be is a finding. Throws for one that somebody kept: it says nothing about the store. */
export function openCheckpoints(held: readonly HeldCheckpoint[], verifiers: readonly Verifier[]): { readonly opened: OpenedCheckpoint[]; readonly findings: Finding[] } {
  const opened: OpenedCheckpoint[] = [];
  const findings: Finding[] = [];
  for (const one of held) {
    const note = parseNote(Buffer.from(one.note));
    const open = isFlaw(note) ? note : openNote(note, verifiers, verifyNatively);
    const checkpoint = isFlaw(open) ? open : openedCheckpoint(open);
    const signatures = isFlaw(open) ? 0 : open.claims.length;
    const why = isFlaw(checkpoint) ? flawText(checkpoint) : verifiers.some(({ name }) => name === checkpoint.origin) ? null : 'it is of another log';
    if (why !== null && one.kept) throw new Error(`cannot use the checkpoint ${one.what}: ${why}`);
    if (isFlaw(checkpoint) || why !== null) findings.push(finding('log-signature', one.what, `${capital(one.what)} cannot be believed: ${why}`));
    else opened.push({ ...one, checkpoint, signatures });
  }
  return { opened, findings };
}

/** What the roots of the tree say about the checkpoints, and which of two files that contradict each other was changed. */
export function compareCheckpoints(tree: CheckedTree, opened: readonly OpenedCheckpoint[]): Finding[] {
  const findings: Finding[] = [];
  const holding = (roots: ReadonlyMap<number, Uint8Array>, { size, root }: Checkpoint): boolean => sameBytes(roots.get(size) ?? new Uint8Array(0), root);
  const reached = opened.filter(({ checkpoint }) => checkpoint.size <= tree.size);
  for (const { what, kept, checkpoint } of opened) {
    if (checkpoint.size > tree.size) findings.push(finding('log-cut', what, `${capital(what)} was signed over ${checkpoint.size} entries and there are ${tree.size}, so the newest are gone, or this is an older copy.`, { places: [{ entry: tree.size }] }));
    else if (!holding(tree.roots, checkpoint) && !holding(tree.hashRoots, checkpoint)) {
      const before = reached.filter((other) => other.checkpoint.size < checkpoint.size && holding(tree.roots, other.checkpoint)).reduce((size, other) => Math.max(size, other.checkpoint.size), 0);
      const where = before === 0 ? '' : ` The first ${before} are as another checkpoint says.`;
      findings.push(finding(kept ? 'log-fork' : 'log-root', what, `The first ${checkpoint.size} entries of the log are not those that ${what} was signed over.${where}`));
    }
  }
  if (tree.differing.length > 0) findings.push(differing(tree, reached.some(({ checkpoint }) => checkpoint.size > (tree.differing[0] ?? 0) && holding(tree.hashRoots, checkpoint)), reached.some(({ checkpoint }) => checkpoint.size > (tree.differing[0] ?? 0) && holding(tree.roots, checkpoint))));
  return findings;
}

function differing({ differing: indexes }: CheckedTree, hashesHold: boolean, entriesHold: boolean): Finding {
  const places = indexes.map((entry) => ({ entry }));
  const which = rangesText(indexes);
  if (entriesHold) return finding('log-hash', `hash ${which}`, `Hash ${which} of the file hashes.0 was changed; the entry itself is as it was signed.`, { places });
  if (hashesHold) return finding('log-entry', `entry ${which}`, `Entry ${which} of the log was changed; its hash is as it was signed.`, { places });
  return finding('log-entry', `entry ${which}`, `Entry ${which} of the log is not what its hash was made from, and neither is as it was signed.`, { places });
}

/** Keys from their lines. The first that is none is named by its number. */
export function readVerifiers(vkeys: readonly string[]): readonly Verifier[] | { readonly unreadable: number; readonly why: string } {
  const verifiers: Verifier[] = [];
  for (const [at, text] of vkeys.entries()) {
    const verifier = parseVkey(sha256, text.trim());
    if (isFlaw(verifier)) return { unreadable: at + 1, why: flawText(verifier) };
    if (!verifiers.some(({ name, keyId }) => name === verifier.name && keyId === verifier.keyId)) verifiers.push(verifier);
  }
  return verifiers;
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

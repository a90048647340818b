/**
 * The tamper-evident log as mathematics: Merkle trees (RFC 6962, RFC 9162), their proofs, tiles, checkpoints and signed notes (C2SP). Pure: no
 * import leaves this folder, the hash and the signature schemes are arguments. Server, command line and browser run these very files.
 */
import { openedCheckpoint, type OpenedNote } from './signed-note.ts';
import type { Checkpoint } from './checkpoint.ts';
import { flawed, isFlaw, type Flaw } from './flaw.ts';
import { leafHash, type Sha256 } from './hashes.ts';
import { checkInclusion, type Proof } from './proofs.ts';

export { FLAWS, flawText, isFlaw, type Flaw, type FlawCode } from './flaw.ts';
export { emptyRoot, HASH_BYTES, leafHash, nodeHash, sameBytes, type Sha256 } from './hashes.ts';
export { consistencyRanges, inclusionRanges, isSubtree, nodesOf, type NodeAt, type Range } from './ranges.ts';
export { checkConsistency, checkInclusion, checkSubtreeConsistency, checkSubtreeInclusion, proveConsistency, proveInclusion, rangeHash, type Nodes, type Proof } from './proofs.ts';
export { CompactRange } from './compact-range.ts';
export { parseTilePath, tilePath, tilesBetween, tilesFor, tileWidth, TILE_WIDTH, type Tile } from './tiles.ts';
export { tileNodes, type ReadTile } from './tile-nodes.ts';
export { TileBuilder, type TileBytes } from './tile-builder.ts';
export { BUNDLE_BYTES_MAX, ENTRY_BYTES_MAX, packBundle, unpackBundle } from './bundles.ts';
export { fromBase64, toBase64 } from './base64.ts';
export { isKeyName, NOTE_BYTES_MAX, parseNote, parseSignatures, printNote, printSignature, type Note, type NoteSignature } from './note.ts';
export { parseCheckpoint, printCheckpoint, type Checkpoint } from './checkpoint.ts';
export { KEY_TYPES, parseVkey, printVkey, verifierOf, type Algorithm, type KeyTypeByte, type Verifier } from './vkey.ts';
export { cosignatureMessage, subtreeMessage, type SubtreeStatement } from './cosignature.ts';
export { claimsOf, cosigners, judge, openedCheckpoint, openNote, signNote, type Claim, type OpenedNote, type Verify } from './signed-note.ts';

/**
 * The whole argument that an entry is in a log: the note is opened with keys that the reader trusts, it is a checkpoint of the log that is
 * meant, and the proof leads from the entry to its root. The checkpoint, or the flaw.
 */
export function checkEntry(sha256: Sha256, opened: OpenedNote, origin: string, entry: Uint8Array, index: number, proof: Proof): Checkpoint | Flaw {
  const checkpoint = openedCheckpoint(opened);
  if (isFlaw(checkpoint)) return checkpoint;
  if (checkpoint.origin !== origin) return flawed('checkpoint_malformed', 'of another log');
  const flaw = checkInclusion(sha256, index, checkpoint.size, leafHash(sha256, entry), proof, checkpoint.root);
  return flaw ?? checkpoint;
}

/**
 * Why a proof, a note or a tile does not hold. The inputs of this folder come from whoever wants to be believed, so a flaw is an expected
 * answer and is returned, never thrown. It names a place (a line, a length, a coordinate) and carries nothing of what was sent.
 */

export const FLAWS = {
  // trees
  range_invalid: 'The range, index or size is not one of this tree.',
  hash_length: 'A hash is not 32 bytes long.',
  proof_length: 'The proof has more or fewer hashes than this place in this tree needs.',
  root_mismatch: 'The proof leads to another root.',
  node_missing: 'A node that the proof needs is not there.',
  // tiles
  tile_path: 'The path names no tile.',
  tile_length: 'The tile or bundle is shorter or longer than its width says.',
  entry_too_large: 'An entry is longer than 65,535 bytes.',
  // notes
  note_too_large: 'The note is larger than the limit, or has more signatures.',
  note_malformed: 'The note is not text, an empty line and signature lines.',
  name_invalid: 'The name of a key or origin is empty, too long, or holds a space or a plus sign.',
  key_malformed: 'The verifier key is not name, key id and key.',
  key_type_unknown: 'The key is of a type that is not supported here.',
  key_ambiguous: 'Two of the verifier keys have the same name and id.',
  signature_malformed: 'The signature has not the length or time that its type asks for.',
  signature_false: 'A known key did not make this signature.',
  signature_missing: 'No known key signed this note.',
  checkpoint_malformed: 'The text is not origin, size and root hash.',
  time_invalid: 'The time is not one that can be signed here.',
} as const;

export type FlawCode = keyof typeof FLAWS;

export interface Flaw {
  readonly flaw: FlawCode;
  /** Where: a line, a length, a coordinate; nothing that was sent. */
  readonly detail?: string;
}

export function flawed(flaw: FlawCode, detail?: string): Flaw {
  return detail === undefined ? { flaw } : { flaw, detail };
}

export function isFlaw(value: unknown): value is Flaw {
  return typeof value === 'object' && value !== null && 'flaw' in value && typeof value.flaw === 'string' && Object.hasOwn(FLAWS, value.flaw);
}

/** The sentence people see. */
export function flawText({ flaw, detail }: Flaw): string {
  return `${flaw}: ${FLAWS[flaw]}${detail === undefined ? '' : ` (${detail})`}`;
}

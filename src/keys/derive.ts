/**
 * One root key, many purposes: HKDF-SHA256 (RFC 5869) gives each purpose its own key, so that none can be turned into another
 * and a key that leaks opens one thing.
 */

import { hkdfSync } from 'node:crypto';
import { Secret } from '#model';

/**
 * check: proves that a root key belongs to a data directory. disk: encrypts the engine's files. journal, remembered, set-aside, access: parents of the segment keys. pushed: how far records were pushed.
 * control: the control store. digest: recognises repeated requests. credential: hashes of ingest keys and tokens.
 * sealing, sealing check: of the sealing root, what wraps and what recognises it.
 * records: digests of what was searched for. pseudonyms: parent of the keys of pseudonyms. tokens: of those of tokens of sealed values and of whom they belong to.
 */
export type KeyPurpose = 'check' | 'disk' | 'journal' | 'remembered' | 'set-aside' | 'access' | 'pushed' | 'control' | 'digest' | 'credential' | 'records' | 'verified' | 'pseudonyms' | 'tokens' | 'sealing' | 'sealing check';

/** The 32-byte key of a purpose; `salt` separates keys of the same purpose (one per journal segment, for instance). */
export function deriveKey(parent: Secret<Uint8Array>, purpose: KeyPurpose | 'segment', salt: Uint8Array = new Uint8Array(0)): Secret<Uint8Array> {
  return new Secret(new Uint8Array(hkdfSync('sha256', parent.reveal(), salt, `tracekeep/1/${purpose}`, 32)));
}

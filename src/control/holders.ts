/**
 * Who holds a credential: an ingest key or token, a client certificate, a token that an issuer signed. Answered from memory, never staler than `revocation_ms_max` allows;
 * each of these throws when the database cannot be read to see whether it changed, and the caller then lets nobody in.
 */
import type { Producer } from '#model';
import { refuse } from '#refusal';
import type { Refusal } from '#refusal';

import { credentialHash } from './change.ts';
import { credentialFault } from './credential.ts';
import type { ControlRows } from './rows.ts';
import type { BoundTrust, CredentialHolder } from './snapshot.ts';

export function holdersIn(rows: ControlRows) {
  return {
    /**
     * Whose credential this is. One that is not known yet is looked for at once, so that it is valid as soon as it was made. Unknown, revoked and expired are one
     * answer: who guesses learns nothing.
     */
    findCredential(text: string): CredentialHolder | Refusal {
      const malformed = credentialFault(text);
      if (malformed !== null) return refuse('credential_unknown', malformed);
      const hash = credentialHash(rows.sealer, text);
      const found = rows.current().credentials.get(hash) ?? rows.look().credentials.get(hash);
      if (found === undefined || (found.expires !== null && found.expires <= rows.now())) return refuse('credential_unknown');
      return found.holder;
    },

    /** Whose client certificate this is: by the one name in it, unless it was revoked. */
    findCertificate({ name, fingerprint }: { readonly name: string; readonly fingerprint: string }): Producer | Refusal {
      const { certificates, revokedCertificates } = rows.current();
      if (revokedCertificates.has(fingerprint)) return refuse('certificate_revoked');
      return certificates.get(name) ?? refuse('certificate_unknown');
    },

    /** What producers trust of an issuer: attacker-controlled, as the token names it. */
    findTrusts(issuer: string): readonly BoundTrust[] {
      return rows.current().trusts.get(issuer) ?? [];
    },

    /** Null as soon as it, or its producer, is gone. */
    findTrust(id: string): BoundTrust | null {
      return rows.current().trustsById.get(id) ?? null;
    },

    /** A text that only this store can make of the parts: proves later that it made it, for this use. */
    proofOf(use: 'export' | 'provider' | 'csrf' | 'device' | 'recovery code', ...parts: readonly string[]): string {
      return rows.sealer.hash(use, ...parts).toString('base64url');
    },
  };
}

/** Client certificates that were revoked. They are known by their fingerprint, so that those of any authority can be, and are refused on open connections too. */
import { isRefusal, refuse } from '#refusal';
import type { Refusal } from '#refusal';
import { LIMITS } from '#limits';

import { COMMAND_LINE } from './actor.ts';
import type { Actor } from './actor.ts';
import type { Change } from './change.ts';
import { readName } from './names.ts';
import { tellLog } from './outbox.ts';
import { certificatePlace } from './records.ts';
import type { RevokedCertificate } from './records.ts';
import type { ControlRows } from './rows.ts';

export type NewRevocation = Pick<RevokedCertificate, 'fingerprint' | 'name' | 'expires'>;

export function certificatesIn(rows: ControlRows) {
  return {
    /** Newest first. */
    async listRevokedCertificates(): Promise<readonly RevokedCertificate[]> {
      return [...rows.current().revokedCertificates.values()].sort((a, b) => b.revoked - a.revoked);
    },

    /** A certificate that was revoked before stays as it is. */
    async revokeCertificate(wanted: NewRevocation, by: Actor = COMMAND_LINE): Promise<RevokedCertificate | Refusal> {
      return rows.change(by, (change) => revokeCertificate(change, wanted));
    },
  };
}

async function revokeCertificate(change: Change, { fingerprint, name: wanted, expires }: NewRevocation): Promise<RevokedCertificate | Refusal> {
  if (!/^[0-9a-f]{64}$/.test(fingerprint)) throw new Error('cannot revoke a certificate: its fingerprint is not 64 hexadecimal digits');
  const name = readName(wanted);
  if (isRefusal(name)) return name;
  const id = change.sealer.hash('certificate', fingerprint).toString('hex');
  const known = await change.rows.selectFrom('revoked_certificates').select('sealed').where('id', '=', id).executeTakeFirst();
  if (known !== undefined) return change.sealer.open(certificatePlace(id), known.sealed) as RevokedCertificate;
  await forgetEnded(change);
  const { count } = await change.rows.selectFrom('revoked_certificates').select((is) => is.fn.countAll<number>().as('count')).executeTakeFirstOrThrow();
  if (count >= LIMITS.revoked_certificates_max) return refuse('control_limit', `${LIMITS.revoked_certificates_max} revoked certificates`);
  const record: RevokedCertificate = { fingerprint, name, revoked: change.now, expires };
  await change.rows.insertInto('revoked_certificates').values({ id, sealed: change.sealer.seal(certificatePlace(id), record) }).execute();
  await tellLog(change, 'producer', { what: 'certificate revoked', fingerprint, expires }, { name });
  return record;
}

/** Clocks of servers may be behind ours. */
const KEPT_MS = 7 * 24 * 3_600_000;

async function forgetEnded(change: Change): Promise<void> {
  for (const { id, sealed } of await change.rows.selectFrom('revoked_certificates').selectAll().execute()) {
    const { expires } = change.sealer.open(certificatePlace(id), sealed) as RevokedCertificate;
    if (expires + KEPT_MS < change.now) await change.rows.deleteFrom('revoked_certificates').where('id', '=', id).execute();
  }
}

/**
 * What whoever had a person forgotten is given. The entry of the log has a commitment to the person and names nobody; the salt that opens the commitment is made for the receipt and
 * is nowhere else, so that only who has a receipt can show whom the entry is about.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { TenantId } from '#model';
import type { Receipt } from './answer-types.ts';

const SALT_BYTES = 32;
const LABEL = 'tracekeep/1/erasure\0';

export function newCommitment(tenant: TenantId, subject: string): Pick<Receipt, 'salt' | 'commitment'> {
  const salt = randomBytes(SALT_BYTES);
  return { salt: salt.toString('base64'), commitment: commitmentOf(salt, tenant, subject).toString('base64') };
}

/** Whether a receipt is about this person. What is in it is not believed: `commitment` has to be the one of the entry. */
export function isAbout({ tenant, salt, commitment }: Pick<Receipt, 'tenant' | 'salt' | 'commitment'>, subject: string): boolean {
  const [opened, said] = [commitmentOf(Buffer.from(salt, 'base64'), tenant, subject), Buffer.from(commitment, 'base64')];
  return opened.length === said.length && timingSafeEqual(opened, said);
}

function commitmentOf(salt: Uint8Array, tenant: string, subject: string): Buffer {
  const name = Buffer.from(tenant);
  return createHash('sha256').update(LABEL).update(salt).update(Uint8Array.of(name.length)).update(name).update(subject).digest();
}

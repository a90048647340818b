/**
 * What whoever had a person forgotten is given. The entry of the log has a commitment to the person and names nobody; the salt that opens the commitment is made for the receipt and
 * is nowhere else, so that only who has a receipt can show whom the entry is about.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { TenantId } from '#model';
import type { ClearPlace } from './clear-places.ts';

export interface Receipt {
  /** As the entry of the log says it. */
  readonly id: string;
  readonly tenant: TenantId;
  /** ISO 8601. */
  readonly at: string;
  readonly by: string;
  /** Index of the entry in the log. */
  readonly entry: number;
  /** How many keys were destroyed. */
  readonly keys: number;
  /** Spans with values that cannot be read any more. */
  readonly spans: number;
  /** Search tokens that were removed. */
  readonly tokens: number;
  /** Base64, as `commitment`. */
  readonly salt: string;
  readonly commitment: string;
  /** Where the person may still stand, because the policy keeps it in clear. */
  readonly clear: readonly ClearPlace[];
  readonly log: ReceiptLog;
}

/** That the entry is in the log. */
export interface ReceiptLog {
  readonly origin: string;
  /** How many entries the tree has that the proof leads to. */
  readonly size: number;
  /** Base64: of the tree, the 41 bytes of the entry, and the hashes between. */
  readonly root: string;
  readonly leaf: string;
  readonly proof: readonly string[];
  /** Signed over that tree. */
  readonly checkpoint: string;
}

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

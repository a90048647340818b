/**
 * What every change to control data is given: the transaction it belongs to, the moment it happens, and the means to seal records
 * and make credentials.
 */
import type { Transaction } from 'kysely';

import type { Secret, TenantId } from '#model';

import type { Actor } from './actor.ts';
import { newCredential } from './credential.ts';
import type { CredentialKind } from './credential.ts';
import type { ControlTables } from './database.ts';
import type { ColumnSealer } from './sealed.ts';

export interface Change {
  readonly rows: Transaction<ControlTables>;
  readonly sealer: ColumnSealer;
  /** Who makes it. */
  readonly by: Actor;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly random: (bytes: number) => Uint8Array;
}

/** A producer or token of a tenant, by its name or its id. */
export interface Named {
  readonly tenant: TenantId;
  readonly name: string;
}

/** Ten years; longer is a mistake or means "for ever", which has its own way to be said. */
const PERIOD_MS_MAX = 3_653 * 24 * 3_600_000;

/** A new credential and the keyed hash under which it is kept. */
export function issueCredential(change: Change, kind: CredentialKind): { readonly credential: Secret<string>; readonly hash: string } {
  const credential = newCredential(kind, change.random);
  return { credential, hash: credentialHash(change.sealer, credential.reveal()) };
}

export function credentialHash(sealer: ColumnSealer, text: string): string {
  return sealer.hash('credential', text).toString('hex');
}

/** 16 hexadecimal digits behind a prefix. */
export function newId(change: Change, prefix: string): string {
  return prefix + Buffer.from(change.random(8)).toString('hex');
}

export function isPeriod(ms: number, least: number): boolean {
  return Number.isSafeInteger(ms) && ms >= least && ms <= PERIOD_MS_MAX;
}

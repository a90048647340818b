/**
 * Window keys and the subject keys below them. A window key belongs to one process, tenant and hour; it was encapsulated to the tenant's public key before its
 * first use, and is only in memory beside that. A subject key is random too and lies in the control store, wrapped by its window's key.
 */
import type { Secret, SubjectKeyRow, TenantId } from '#model';
import { decapsulate, encapsulate } from './hybrid-kem.ts';
import { randomKey, wipe } from './secret-bytes.ts';
import { unwrapKey, wrapKey } from './wrapped-key.ts';

export const WINDOW_MS = 3_600_000;

export interface WindowKey {
  /** Of its row in the control store. */
  readonly id: number;
  readonly key: Secret<Uint8Array>;
}

export interface WindowKeys {
  /** Of the tenant's window at this moment. Throws where there is none. */
  current(tenant: TenantId, now_ms: number): WindowKey;
}

/** What is known of a window for ever. */
export interface WindowPlace {
  readonly id: number;
  readonly tenant: TenantId;
  /** Hours since 1970. */
  readonly hour: number;
}

/** A window's key as it is stored. */
export interface EncapsulatedWindow extends WindowPlace {
  /** Of the tenant's key pair. */
  readonly version: number;
  readonly encapsulation: Uint8Array;
  readonly wrapped: Uint8Array;
}

export function hourOf(now_ms: number): number {
  return Math.floor(now_ms / WINDOW_MS);
}

export function encapsulateWindow(place: WindowPlace, key: Secret<Uint8Array>, version: number, publicKey: Uint8Array): EncapsulatedWindow {
  const { sharedKey, encapsulation } = encapsulate(publicKey);
  const wrapped = wrapKey(sharedKey, key, windowBinding(place, version));
  wipe(sharedKey);
  return { ...place, version, encapsulation, wrapped };
}

/** By the tenant's private key. Null where it is the wrong one, or anything was changed. */
export function openWindow(window: EncapsulatedWindow, seed: Secret<Uint8Array>): Secret<Uint8Array> | null {
  const sharedKey = decapsulate(seed, window.encapsulation);
  const key = unwrapKey(sharedKey, window.wrapped, windowBinding(window, window.version));
  wipe(sharedKey);
  return key;
}

export type SubjectPlace = Pick<SubjectKeyRow, 'tenant' | 'window' | 'keyId'>;

export function newSubjectKey(): Secret<Uint8Array> {
  return randomKey();
}

export function wrapSubjectKey(window: WindowKey, key: Secret<Uint8Array>, place: SubjectPlace): Uint8Array {
  if (window.id !== place.window) throw new Error('cannot wrap a subject key under the key of another window');
  return wrapKey(window.key, key, subjectBinding(place));
}

/** Null where the window's key is the wrong one, or the row was moved or changed. */
export function unwrapSubjectKey(window: WindowKey, row: SubjectPlace & Pick<SubjectKeyRow, 'wrapped'>): Secret<Uint8Array> | null {
  return window.id === row.window ? unwrapKey(window.key, row.wrapped, subjectBinding(row)) : null;
}

const windowBinding = ({ id, tenant, hour }: WindowPlace, version: number) => ['window', tenant, id, hour, version];
export const subjectBinding = ({ tenant, window, keyId }: SubjectPlace) => ['subject', tenant, window, keyId];

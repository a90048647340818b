/**
 * Receipts of this visit. The server does not keep them: until somebody takes one along it is in this page's memory alone, so it outlives leaving for another page, and the
 * browser asks before the tab is closed.
 */
import { useEffect, useSyncExternalStore } from 'react';
import type { Receipt } from '#api/subjects.ts';

export interface KeptReceipt {
  readonly receipt: Receipt;
  /** Of whoever forgot. */
  readonly account: string;
  readonly isTaken: boolean;
}

let kept: readonly KeptReceipt[] = [];
const listeners = new Set<() => void>();

function change(next: readonly KeptReceipt[]): void {
  kept = next;
  for (const listener of listeners) listener();
}

export function keepReceipt(receipt: Receipt, account: string): void {
  change([{ receipt, account, isTaken: false }, ...kept]);
  watchLeaving();
}

export function markTaken(id: string): void {
  change(kept.map((one) => (one.receipt.id === id ? { ...one, isTaken: true } : one)));
}

/** Newest first, of one account. */
export function useReceipts(account: string): readonly KeptReceipt[] {
  const all = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => kept,
  );
  useEffect(watchLeaving, []);
  return all.filter((one) => one.account === account);
}

let isWatching = false;

function watchLeaving(): void {
  if (isWatching) return;
  isWatching = true;
  addEventListener('beforeunload', (event) => {
    if (kept.some(({ isTaken }) => !isTaken)) event.preventDefault();
  });
}

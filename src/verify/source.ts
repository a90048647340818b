/**
 * What verification reads: the store of a data directory at rest, of this process, or of a running server. A snapshot says up to where the tables must
 * agree with the log; what was committed after it is in flight and not looked at.
 */
import type { StoreSnapshot } from '#store';
import { answer, type Question, type Reading } from './questions.ts';

export interface Source {
  snapshot(): Promise<StoreSnapshot>;
  read(question: Question): Promise<Uint8Array>;
}

/** A store whose engine is in this process. */
export function sourceOf(store: { snapshot(): Promise<StoreSnapshot> }, reading: Reading): Source {
  return { snapshot: () => store.snapshot(), read: (question) => answer(reading, question) };
}

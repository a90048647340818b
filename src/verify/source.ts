/**
 * What verification reads: the store of a data directory at rest, of this process, or of a running server. A snapshot says up to where the tables must
 * agree with the log; what was committed after it is in flight and not looked at.
 */
import type { StoreSnapshot } from '#store';
import type { KeyDigests } from './erased-keys.ts';
import { answer, type Question, type Reading } from './questions.ts';

export interface Source {
  snapshot(): Promise<StoreSnapshot>;
  read(question: Question): Promise<Uint8Array>;
  /** The columns of a block that the engine could not read and that is kept apart; null if it is not. */
  setAsideRows(block: number): Promise<Uint8Array | null>;
  /** Of the keys of people that there are. */
  keyDigests(after: number): Promise<KeyDigests>;
  /** The control database is not there, or is none. Absent: it is. */
  readonly isControlGone?: boolean;
}

/** Whoever has the keys of people. */
export interface KeyTable {
  digestSubjectKeys(after: number): KeyDigests;
}

/** A store whose engine is in this process. */
export function sourceOf(store: Pick<Source, 'snapshot' | 'setAsideRows'>, reading: Reading, keys: KeyTable): Source {
  return { keyDigests: async (after) => keys.digestSubjectKeys(after), snapshot: () => store.snapshot(), setAsideRows: (block) => store.setAsideRows(block), read: (question) => answer(reading, question) };
}

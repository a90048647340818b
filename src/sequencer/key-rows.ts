/**
 * The rows of subject keys on their way from the workers to the control store. Messages of a worker come in their order, so a block never comes before the rows of a key
 * that it was sealed with; here it is seen to that it is not committed before them either.
 */
import { SUBJECT_KEY_ROW_BYTES, unpackSubjectKeys } from '#keys';
import { LIMITS } from '#limits';
import type { PackedSubjectKeys, SubjectKeyRow } from '#model';

export interface SubjectKeyStore {
  /** All of them, or none, durable when resolved. */
  addSubjectKeys(rows: readonly SubjectKeyRow[]): Promise<void>;
}

/** Rows that must be durable before a block is that came after them. */
export class KeyRows {
  readonly #store: SubjectKeyStore | null;
  readonly #failed: (error: unknown) => void;
  #waiting: PackedSubjectKeys[] = [];
  #waitingRows = 0;
  #writing: Promise<boolean> = Promise.resolve(true);
  #writes = 0;

  /** `store`: null where nothing is sealed, so that no key comes. */
  constructor(store: SubjectKeyStore | null, failed: (error: unknown) => void) {
    this.#store = store;
    this.#failed = failed;
  }

  /** More than that are not held in memory for a control store that takes none. */
  get isFull(): boolean {
    return this.#waitingRows >= LIMITS.subject_keys_waiting_max;
  }

  /** Whether these and all before them are durable; null: they are. Rows that could not be written are written with the next ones. */
  durable(keys: readonly PackedSubjectKeys[]): Promise<boolean> | null {
    this.#add(keys);
    if (this.#waiting.length === 0 && this.#writes === 0) return null;
    this.#writes++;
    return (this.#writing = this.#writing.then(() => this.#write()));
  }

  async #write(): Promise<boolean> {
    const keys = this.#waiting;
    this.#waiting = [];
    this.#waitingRows = 0;
    try {
      if (keys.length > 0) await this.#keep(keys.flatMap(unpackSubjectKeys));
      return true;
    } catch (error) {
      const newer = this.#waiting;
      this.#waiting = [];
      this.#waitingRows = 0;
      this.#add([...keys, ...newer]);
      this.#failed(error);
      return false;
    } finally {
      this.#writes--;
    }
  }

  #add(keys: readonly PackedSubjectKeys[]): void {
    for (const packed of keys) {
      this.#waiting.push(packed);
      this.#waitingRows += packed.rows.length / SUBJECT_KEY_ROW_BYTES;
    }
  }

  async #keep(rows: readonly SubjectKeyRow[]): Promise<void> {
    if (this.#store === null) throw new Error('cannot keep the keys of sealed values: there is nothing to seal with');
    await this.#store.addSubjectKeys(rows);
  }
}

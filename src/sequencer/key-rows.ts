/**
 * The rows of subject keys on their way from the workers to the control store. Messages of a worker come in their order, so a block never comes before the rows of a key
 * that it was sealed with; here it is seen to that it is not committed before them either.
 */
import { SEAL_KEY_ID_BYTES, SUBJECT_KEY_ROW_BYTES, unpackSubjectKeys } from '#keys';
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

  /** Of what was handed over before, rows of these keys are durable when resolved, or never will be: their blocks were refused. */
  async settle(keyIds: readonly Uint8Array[]): Promise<void> {
    const ids = new Set(keyIds.map((id) => Buffer.from(id).toString('hex')));
    this.#writing = this.#writing.then((durable) => {
      const waiting = this.#waiting;
      this.#waiting = [];
      this.#waitingRows = 0;
      this.#add(waiting.map((packed) => without(packed, ids)));
      return durable;
    });
    await this.#writing;
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

function without(packed: PackedSubjectKeys, ids: ReadonlySet<string>): PackedSubjectKeys {
  const rows = Array.from({ length: packed.rows.length / SUBJECT_KEY_ROW_BYTES }, (_, row) => packed.rows.subarray(row * SUBJECT_KEY_ROW_BYTES, (row + 1) * SUBJECT_KEY_ROW_BYTES));
  const left = rows.filter((row) => !ids.has(Buffer.from(row.subarray(0, SEAL_KEY_ID_BYTES)).toString('hex')));
  return left.length === rows.length ? packed : { ...packed, rows: new Uint8Array(Buffer.concat(left)) };
}

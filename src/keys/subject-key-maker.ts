/**
 * Makes the subject keys of one window in one thread, as many as new people come, so what can be done for many at once is: keys and nonces are drawn together, and lie
 * together, so that they are wiped together. What is left of a key is a row: its id, the token of whom it belongs to, and the key wrapped by that of the window.
 *
 * Ids are a random beginning and a number. Rows with ids in order go to the end of the control store's index instead of a page of their own each, which is most of what
 * a row costs.
 */
import { randomFillSync } from 'node:crypto';
import { type PackedSubjectKeys, Secret, type SubjectKeyRow, type TenantId } from '#model';
import { SEAL_KEY_ID_BYTES, SealingKey } from './field-seal.ts';
import { emptyBytes, wipe } from './secret-bytes.ts';
import { TOKEN_BYTES } from './tokens.ts';
import { subjectBinding, type WindowKey } from './window-keys.ts';
import { associated, WRAP_NONCE_BYTES, WRAPPED_KEY_BYTES, writeWrappedKey } from './wrapped-key.ts';

const KEY_BYTES = 32;
const KEYS_AT_ONCE = 64;
/** Of an id, drawn at random; the rest is a number. Among a million of such beginnings two are the same with a chance of one in five hundred, and then their numbers have to meet. */
const ID_RANDOM_BYTES = 6;
const IDS_MAX = 0x1_0000;
/** Id, token, wrapped key. */
export const SUBJECT_KEY_ROW_BYTES = SEAL_KEY_ID_BYTES + TOKEN_BYTES + WRAPPED_KEY_BYTES;

export class SubjectKeyMaker {
  readonly window: WindowKey;
  readonly #tenant: TenantId;
  /** All that were drawn, those that are not used yet too. */
  readonly #drawn: Uint8Array[] = [];
  readonly #nonces = new Uint8Array(WRAP_NONCE_BYTES * KEYS_AT_ONCE);
  readonly #made: SealingKey[] = [];
  /** Ends in the id of the key that is being made. */
  readonly #bound: Buffer;
  #ids = IDS_MAX;
  #rows = new Uint8Array(SUBJECT_KEY_ROW_BYTES * KEYS_AT_ONCE);
  #rowsEnd = 0;

  constructor(tenant: TenantId, window: WindowKey) {
    this.window = window;
    this.#tenant = tenant;
    this.#bound = Buffer.from(associated(subjectBinding({ tenant, window: window.id, keyId: new Uint8Array(SEAL_KEY_ID_BYTES) })));
  }

  /** A key of whom the token stands for. */
  make(token: Uint8Array): SealingKey {
    const at = this.#made.length % KEYS_AT_ONCE;
    if (at === 0) this.#draw();
    const key = this.#drawn.at(-1)!.subarray(at * KEY_BYTES, (at + 1) * KEY_BYTES);
    const id = this.#nextId();
    this.#addRow(id, token, key, this.#nonces.subarray(at * WRAP_NONCE_BYTES, (at + 1) * WRAP_NONCE_BYTES));
    const made = new SealingKey(id, new Secret(key));
    this.#made.push(made);
    return made;
  }

  /** The rows of keys made since they were taken last; null: none. */
  takeRows(): PackedSubjectKeys | null {
    if (this.#rowsEnd === 0) return null;
    const rows = this.#rows.slice(0, this.#rowsEnd);
    this.#rowsEnd = 0;
    return { tenant: this.#tenant, window: this.window.id, rows };
  }

  /** Nothing is closed with any of its keys any more. */
  wipe(): void {
    for (const key of this.#made) key.wipe();
    wipe(...this.#drawn);
    this.#made.length = this.#drawn.length = 0;
  }

  #draw(): void {
    this.#drawn.push(randomFillSync(emptyBytes(KEY_BYTES * KEYS_AT_ONCE)));
    randomFillSync(this.#nonces);
  }

  #nextId(): Uint8Array {
    const end = this.#bound.length;
    if (this.#ids === IDS_MAX) {
      randomFillSync(this.#bound, end - SEAL_KEY_ID_BYTES, ID_RANDOM_BYTES);
      this.#ids = 0;
    }
    this.#bound.writeUInt16BE(this.#ids++, end - SEAL_KEY_ID_BYTES + ID_RANDOM_BYTES);
    return new Uint8Array(this.#bound.subarray(end - SEAL_KEY_ID_BYTES));
  }

  #addRow(id: Uint8Array, token: Uint8Array, key: Uint8Array, nonce: Uint8Array): void {
    const at = this.#rowsEnd;
    this.#rowsEnd += SUBJECT_KEY_ROW_BYTES;
    if (this.#rowsEnd > this.#rows.length) {
      const larger = new Uint8Array(this.#rows.length * 2);
      larger.set(this.#rows);
      this.#rows = larger;
    }
    this.#rows.set(id, at);
    this.#rows.set(token, at + SEAL_KEY_ID_BYTES);
    writeWrappedKey(this.window.key, key, nonce, this.#bound, this.#rows, at + SEAL_KEY_ID_BYTES + TOKEN_BYTES);
  }
}

/** The rows, in place. */
export function unpackSubjectKeys({ tenant, window, rows }: PackedSubjectKeys): SubjectKeyRow[] {
  return Array.from({ length: rows.length / SUBJECT_KEY_ROW_BYTES }, (_, row) => {
    const at = row * SUBJECT_KEY_ROW_BYTES;
    const token = at + SEAL_KEY_ID_BYTES;
    const wrapped = token + TOKEN_BYTES;
    return { tenant, window, keyId: rows.subarray(at, token), token: rows.subarray(token, wrapped), wrapped: rows.subarray(wrapped, wrapped + WRAPPED_KEY_BYTES) };
  });
}

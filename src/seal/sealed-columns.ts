/**
 * What is sealed of each span: the columns `sealed.key` and `sealed.text`, and by what it is found, in the table of tokens. Values of a span are gathered into one text,
 * field by field, and closed at once, when all rows of its request are there, under the key of the first person that it names. No object is made for a value, and none of the
 * texts outlives its request.
 */
import { randomFillSync } from 'node:crypto';
import { ArrayColumn, type ColumnWriter, Offsets, PlainColumn } from '#columns';
import { bindingOf, SEAL_KEY_ID_BYTES, SEAL_OVER_BYTES, SEAL_SALT_BYTES, type SealingKey, TOKEN_BYTES, type TokenPlace } from '#keys';
import type { MinimizedBatch } from '#minimize';
import type { TenantId } from '#model';
import type { BlockIdentity } from './block-identity.ts';
import { stringAt } from './field-tokens.ts';
import type { SubjectKeys } from './subject-keys.ts';
import type { TokenColumns } from './token-columns.ts';

/** The place of a value that is no attribute but the status message. */
export const STATUS_MESSAGE = -1;
const STATUS_FIELD = Buffer.from('status.message');
const PLACES: readonly TokenPlace[] = ['span', 'event', 'message'];
const ID_BYTES = 24;
/** Names of the first fields of attributes are made once. */
const FIELDS_KEPT = 256;
/** Of salts, drawn at once. */
const SALTS_BYTES = 512 * SEAL_SALT_BYTES;
const WAITING = 6;
const SEARCHED = 3;
const NOTHING = new Uint8Array(0);

export class SealedColumns {
  readonly columns: readonly ColumnWriter[];
  readonly #keys: SubjectKeys | null;
  readonly #offsets = new Offsets();
  readonly #keyIds = new PlainColumn(1_024);
  readonly #texts = new PlainColumn(8_192);
  readonly #text = new PlainColumn(65_536);
  readonly #fields: Buffer[] = [];
  readonly #salts = new Uint8Array(SALTS_BYTES);
  #salt = SALTS_BYTES;
  /** Of the row under construction: where its text begins, and in it whom it belongs to. */
  #start = 0;
  #subject = 0;
  /** Of rows that are not closed yet: span, row, where its text begins and ends, whom it belongs to, and where its searchable values end. */
  readonly #waiting: number[] = [];
  readonly #tokens: TokenColumns;
  /** The value that was written last: where its key begins in the text, and where it stands. */
  #name = 0;
  #place: TokenPlace = 'span';
  /** Of searchable values of these rows: where the key begins, where the value ends, and the place. */
  readonly #searched: number[] = [];
  /** Associated data of the tenant at hand; ids of trace, span and key are written over. */
  #tenant: TenantId | null = null;
  #binding: Uint8Array = NOTHING;

  /** Without keys nothing can be closed, and nothing is kept of what would have been. */
  constructor(keys: SubjectKeys | null, tokens: TokenColumns) {
    this.#tokens = tokens;
    this.#keys = keys;
    this.columns = [new ArrayColumn(this.#offsets, this.#keyIds), new ArrayColumn(this.#offsets, this.#texts)];
  }

  /** Begins a value of the row under construction: its text is to be written to what is returned, as a string. `at`: its place in its list, or `STATUS_MESSAGE`, which has no `key`. */
  add(place: 'span' | 'event' | 'link', index: number, at: number, key: Uint8Array, letter: number): PlainColumn {
    const text = this.#text;
    const field = place === 'span' ? this.#fieldOf(at) : Buffer.from(`${place}s[${index}].attributes[${at}]`);
    if (text.length === this.#start) this.#addSalt();
    const name = at === STATUS_MESSAGE ? STATUS_FIELD : key;
    text.string(field, 0, field.length);
    this.#name = text.length;
    this.#place = at === STATUS_MESSAGE ? 'message' : place === 'event' ? 'event' : 'span';
    text.string(name, 0, name.length);
    text.uint8(letter);
    return text;
  }

  /** The value that was written from `start` on names whom all of the span's sealed values belong to. The first one counts. */
  setSubject(start: number): void {
    // INVARIANT: a value has a salt and its field before it, so it never begins at 0.
    if (this.#subject === 0) this.#subject = start;
  }

  /** The value that was written last is found by those who may search. */
  setSearchable(): void {
    this.#searched.push(this.#name, this.#text.length, PLACES.indexOf(this.#place));
  }

  /** `row`: of the block. */
  endRow(span: number, row: number): void {
    const start = this.#start;
    const end = this.#text.length;
    const isSealed = end > start && this.#keys !== null;
    this.#offsets.push(isSealed ? 1 : 0);
    if (isSealed) this.#waiting.push(span, row, start, end, this.#subject, this.#searched.length);
    this.#start = end;
    this.#subject = 0;
  }

  /** Closes what the rows since the last time have, one after another: between the other work on rows each would take half as much again. */
  close(batch: MinimizedBatch, { tenant, block }: BlockIdentity): void {
    const text = this.#text;
    const waiting = this.#waiting;
    let searched = 0;
    for (let at = 0; at < waiting.length; at += WAITING) {
      const row = waiting[at + 1]!;
      const subject = waiting[at + 4]!;
      const traceId = batch.traceId[waiting[at]!]!;
      const { sealing, token } = this.#keys!.of(tenant, subject === 0 ? null : stringAt(text.bytes, subject));
      this.#close(sealing, batch, waiting[at]!, tenant, text.bytes.subarray(waiting[at + 2]!, waiting[at + 3]!));
      if (token !== null) {
        this.#tokens.token.copy(token, 0, TOKEN_BYTES);
        this.#tokens.add(block, row, batch.bytes, traceId, sealing.id);
      }
      for (const end = waiting[at + 5]!; searched < end; searched += SEARCHED) {
        this.#keys!.fieldTokens.write(tenant, PLACES[this.#searched[searched + 2]!]!, text.bytes, this.#searched[searched]!, this.#searched[searched + 1]!, this.#tokens.token);
        this.#tokens.add(block, row, batch.bytes, traceId, sealing.id);
      }
    }
    waiting.length = this.#searched.length = this.#start = 0;
    text.bytes.fill(0, 0, text.length);
    text.reset();
  }

  #close(key: SealingKey, batch: MinimizedBatch, span: number, tenant: TenantId, text: Uint8Array): void {
    const binding = tenant === this.#tenant ? this.#binding : this.#bindingOf(tenant);
    const ids = binding.length - ID_BYTES - SEAL_KEY_ID_BYTES;
    copy(binding, ids, batch.bytes, batch.traceId[span]!, 16);
    copy(binding, ids + 16, batch.bytes, batch.spanId[span]!, 8);
    copy(binding, ids + ID_BYTES, key.id, 0, SEAL_KEY_ID_BYTES);
    this.#keyIds.copy(key.id, 0, SEAL_KEY_ID_BYTES);
    const texts = this.#texts;
    const length = text.length + SEAL_OVER_BYTES;
    texts.varuint(length);
    texts.reserve(length);
    texts.length += key.close(text, binding, texts.bytes, texts.length);
  }

  /** None of them stays here: whoever has one can try values. */
  #addSalt(): void {
    if (this.#salt === SALTS_BYTES) {
      randomFillSync(this.#salts);
      this.#salt = 0;
    }
    this.#text.copy(this.#salts, this.#salt, SEAL_SALT_BYTES);
    this.#salts.fill(0, this.#salt, (this.#salt += SEAL_SALT_BYTES));
  }

  #fieldOf(at: number): Buffer {
    if (at === STATUS_MESSAGE) return STATUS_FIELD;
    if (at >= FIELDS_KEPT) return Buffer.from(`attributes[${at}]`);
    return (this.#fields[at] ??= Buffer.from(`attributes[${at}]`));
  }

  #bindingOf(tenant: TenantId): Uint8Array {
    this.#tenant = tenant;
    return (this.#binding = bindingOf(tenant, new Uint8Array(16), new Uint8Array(8), new Uint8Array(SEAL_KEY_ID_BYTES)));
  }
}

function copy(to: Uint8Array, at: number, from: Uint8Array, start: number, length: number): void {
  for (let i = 0; i < length; i++) to[at + i] = from[start + i]!;
}

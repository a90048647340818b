/** The digests of one dictionary of resources or scopes, each made when the first of its rows is met. */
import { textStart } from './attribute-heads.ts';
import type { GroupDigests, GroupKind, RestrictedInGroup } from './group-digests.ts';
import type { DictionaryColumn } from './native-columns.ts';
import { copyBytes, DIGEST_BYTES, HashedBytes } from './sha256.ts';
import type { SpanColumns } from './span-columns.ts';

export class DigestColumn {
  readonly #kind: GroupKind;
  readonly #groups: GroupDigests;
  /** Digest of key `i` of the dictionary, if `#known[i]`. */
  readonly #digests = new HashedBytes(1_024);
  #known = new Uint8Array(32);
  #columns: SpanColumns | null = null;
  #column: DictionaryColumn | null = null;

  constructor(kind: GroupKind, groups: GroupDigests) {
    this.#kind = kind;
    this.#groups = groups;
  }

  begin(columns: SpanColumns, column: DictionaryColumn): void {
    this.#columns = columns;
    this.#column = column;
    this.#digests.room(0, column.size * DIGEST_BYTES);
    if (this.#known.length < column.size) this.#known = new Uint8Array(column.size * 2);
    else this.#known.fill(0);
  }

  /** Writes the digest of key `index`, and gives the place behind it. */
  write(index: number, target: HashedBytes, to: number): number {
    const place = index * DIGEST_BYTES;
    if (this.#known[index] === 0) {
      this.#digests.bytes.set(this.#groups.digest(this.#kind, this.#textOf(index)), place);
      this.#known[index] = 1;
    }
    return copyBytes(target, to, this.#digests.bytes, this.#digests.view, place, place + DIGEST_BYTES);
  }

  restricted(index: number): RestrictedInGroup[] {
    const restricted: RestrictedInGroup[] = [];
    this.#groups.digest(this.#kind, this.#textOf(index), restricted);
    return restricted;
  }

  #textOf(index: number): Uint8Array {
    const { native } = this.#columns!;
    const { starts } = this.#column!.keys;
    return native.bytes.subarray(textStart(native, starts[index]!), starts[index + 1]!);
  }
}

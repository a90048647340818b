/**
 * What comes in an entry between the parts of fixed length and the attributes: producer, service, name, trace state, status message, resource, scope. All
 * but the message come from dictionaries, and few combinations of them are many spans: each is put together once.
 */
import type { GroupDigests } from './group-digests.ts';
import type { DictionaryColumn } from './native-columns.ts';
import { copyBytes, DIGEST_BYTES, HashedBytes } from './sha256.ts';
import { DigestColumn } from './digest-column.ts';
import type { SpanColumns } from './span-columns.ts';

const SLOTS = 1 << 10;
/** Of the prefixes of a block; beyond it they are made anew. */
const PREFIXES_BYTES_MAX = 1 << 20;
/** An open status message that is empty. */
const NO_MESSAGE_BYTES = 2;

export class EntryPrefixes {
  readonly bytes = new HashedBytes(1 << 14);
  /** Of the prefix that `find` found last: where it begins and ends, and where the two bytes of its empty status message are. */
  start = 0;
  message = 0;
  end = 0;

  readonly resources: DigestColumn;
  readonly scopes: DigestColumn;
  #columns: SpanColumns | null = null;
  /** By slot: indexes in the dictionaries, and the places in `bytes`; an end of 0 = none. */
  readonly #producer = new Uint32Array(SLOTS);
  readonly #service = new Uint32Array(SLOTS);
  readonly #name = new Uint32Array(SLOTS);
  readonly #traceState = new Uint32Array(SLOTS);
  readonly #resource = new Uint32Array(SLOTS);
  readonly #scope = new Uint32Array(SLOTS);
  readonly #start = new Uint32Array(SLOTS);
  readonly #message = new Uint32Array(SLOTS);
  readonly #end = new Uint32Array(SLOTS);

  constructor(groups: GroupDigests) {
    this.resources = new DigestColumn('resource', groups);
    this.scopes = new DigestColumn('scope', groups);
  }

  begin(columns: SpanColumns): void {
    this.#columns = columns;
    this.resources.begin(columns, columns.resource);
    this.scopes.begin(columns, columns.scope);
    this.#clear();
  }

  find(at: number): void {
    const columns = this.#columns!;
    const producer = columns.producer.indexes[at]!;
    const service = columns.service.indexes[at]!;
    const name = columns.name.indexes[at]!;
    const traceState = columns.traceState.indexes[at]!;
    const resource = columns.resource.indexes[at]!;
    const scope = columns.scope.indexes[at]!;
    let hash = Math.imul(name, 0x9e3779b1) ^ Math.imul(resource, 0x85ebca6b) ^ Math.imul(scope, 0xc2b2ae35) ^ Math.imul(traceState, 0x27d4eb2f) ^ (producer + service);
    hash ^= hash >>> 15;
    const slot = (hash ^ (hash >>> 7)) & (SLOTS - 1);
    const isKnown =
      this.#end[slot] !== 0 && this.#name[slot] === name && this.#resource[slot] === resource && this.#scope[slot] === scope && this.#producer[slot] === producer &&
      this.#service[slot] === service && this.#traceState[slot] === traceState;
    if (!isKnown) {
      this.#make(slot, at);
      this.#producer[slot] = producer;
      this.#service[slot] = service;
      this.#name[slot] = name;
      this.#traceState[slot] = traceState;
      this.#resource[slot] = resource;
      this.#scope[slot] = scope;
    }
    this.start = this.#start[slot]!;
    this.message = this.#message[slot]!;
    this.end = this.#end[slot]!;
  }

  #make(slot: number, at: number): void {
    const columns = this.#columns!;
    const { bytes } = this;
    if (bytes.length > PREFIXES_BYTES_MAX) this.#clear();
    const start = bytes.length;
    let to = start;
    for (const column of [columns.producer, columns.service, columns.name, columns.traceState]) to = this.#text(column, at, to);
    this.#start[slot] = start;
    this.#message[slot] = to;
    bytes.room(to, NO_MESSAGE_BYTES + 2 * DIGEST_BYTES);
    bytes.bytes.fill(0, to, to + NO_MESSAGE_BYTES);
    to = this.resources.write(columns.resource.indexes[at]!, bytes, to + NO_MESSAGE_BYTES);
    to = this.scopes.write(columns.scope.indexes[at]!, bytes, to);
    this.#end[slot] = bytes.length = to;
  }

  #text(column: DictionaryColumn, at: number, to: number): number {
    const index = column.indexes[at]!;
    const start = column.keys.starts[index]!;
    const end = column.keys.starts[index + 1]!;
    this.bytes.room(to, end - start);
    const { bytes, view } = this.#columns!.native;
    return copyBytes(this.bytes, to, bytes, view, start, end);
  }

  #clear(): void {
    this.bytes.length = 0;
    this.#end.fill(0);
  }
}

/**
 * Who read what, gathered until it is written: equal requests of a second are counted, and of a reader who asks for very much those beyond a
 * number are summed, with every id that they name: no id is left out. What waits is bounded in number and size; beyond that nothing more is
 * taken, and the request it belongs to is refused.
 */
import { LIMITS } from '#limits';
import type { LogBody, Reader, TenantId } from '#model';

import { bodyOf } from './body.ts';

/** One request, or one trace that a verb showed. */
export interface Read {
  readonly reader: Pick<Reader, 'id' | 'name' | 'tenant'>;
  /** In the words of `#access`. */
  readonly action: string;
  /** Method and pattern of the path. */
  readonly route: string;
  /** Of traces, spans, findings: those that the request names. */
  readonly ids: readonly string[];
  /** Keyed digest of the query string; empty if there is none. */
  readonly query: string;
}

interface Gathered extends Omit<Read, 'ids'> {
  readonly ids: Set<string>;
  /** Several that differ, of a reader who asks for very much. */
  readonly summed: boolean;
  count: number;
  readonly first: number;
  last: number;
}

/** What a body has beside its lists, with room to spare. */
const FRAME_BYTES = 512;

export class Reads {
  #gathered = new Map<string, Gathered>();
  /** How many each reader has of them, by id. */
  readonly #ofReader = new Map<string, number>();
  #bytes = 0;

  get size(): number {
    return this.#gathered.size;
  }

  /** When the oldest came, in milliseconds since 1970; null if there is none. */
  get oldest(): number | null {
    const [first] = this.#gathered.values();
    return first?.first ?? null;
  }

  /** False if there is no room. */
  add(read: Read, now: number): boolean {
    const { id, tenant, name } = read.reader;
    const who = [id, tenant, name, read.action, read.route];
    const key = JSON.stringify([...who, read.ids, read.query]);
    const equal = this.#gathered.get(key);
    if (equal !== undefined) return this.#count(equal, read, now);
    const own = this.#ofReader.get(id) ?? 0;
    if (own < LIMITS.records_per_reader_max) {
      this.#ofReader.set(id, own + 1);
      return this.#keep(key, read, false, now);
    }
    const sumKey = JSON.stringify(who);
    const sum = this.#gathered.get(sumKey);
    if (sum === undefined) return this.#keep(sumKey, { ...read, query: '' }, true, now);
    if (sum.ids.size + read.ids.length <= LIMITS.record_ids_max) return this.#count(sum, read, now);
    // It names as much as one may: it stays under another name, and the next one goes on.
    this.#gathered.delete(sumKey);
    this.#gathered.set(`${sumKey} ${this.#gathered.size}`, sum);
    return this.#keep(sumKey, { ...read, query: '' }, true, now);
  }

  #keep(key: string, read: Read, summed: boolean, now: number): boolean {
    if (this.#gathered.size >= LIMITS.records_waiting_max || !this.#hasRoom(key.length + lengthOf(read.ids))) return false;
    this.#gathered.set(key, { ...read, ids: new Set(read.ids.slice(0, LIMITS.record_ids_max)), summed, count: 1, first: now, last: now });
    return true;
  }

  #count(gathered: Gathered, read: Read, now: number): boolean {
    if (gathered.summed && !this.#hasRoom(lengthOf(read.ids))) return false;
    if (gathered.summed) for (const one of read.ids) gathered.ids.add(one);
    gathered.count += 1;
    gathered.last = now;
    return true;
  }

  #hasRoom(bytes: number): boolean {
    if (this.#bytes + bytes > LIMITS.records_waiting_bytes_max) return false;
    this.#bytes += bytes;
    return true;
  }

  /** Everything gathered as bodies, each of one tenant and with so much as fits, oldest first. What comes from here on begins anew. */
  take(now: number): readonly LogBody[] {
    const chunks: Chunk[] = [];
    for (const [tenant, reads] of Map.groupBy(this.#gathered.values(), ({ reader }) => reader.tenant)) {
      let chunk = new Chunk(tenant);
      chunks.push(chunk);
      for (const read of reads) {
        if (chunk.takes(read)) continue;
        chunk = new Chunk(tenant);
        chunks.push(chunk);
        chunk.takes(read);
      }
    }
    const bodies = chunks.map((chunk) => chunk.body(now));
    this.#gathered = new Map();
    this.#ofReader.clear();
    this.#bytes = 0;
    return bodies;
  }
}

function lengthOf(texts: readonly string[]): number {
  return texts.reduce((sum, { length }) => sum + length, 0);
}

/** The reads of one body: administrators of a tenant see who read theirs, and nothing of others. */
class Chunk {
  readonly #tenant: TenantId;
  readonly #readers = new Map<string, number>();
  readonly #readerTexts: object[] = [];
  readonly #texts: object[] = [];
  #bytes = FRAME_BYTES;
  #first = Number.POSITIVE_INFINITY;
  #last = 0;
  #count = 0;

  constructor(tenant: TenantId) {
    this.#tenant = tenant;
  }

  /** False if it does not fit any more. */
  takes({ reader: { id, name }, action, route, ids, query, summed, count, first, last }: Gathered): boolean {
    const who = { id, name };
    const whoText = JSON.stringify(who);
    const known = this.#readers.get(whoText);
    const reader = known ?? this.#readers.size;
    const text = { time: first, reader, action, route, ...(ids.size === 0 ? {} : { ids: [...ids] }), ...(query === '' ? {} : { query }), ...(summed ? { summed } : {}), ...(count === 1 ? {} : { count, until: last }) };
    const bytes = Buffer.byteLength(JSON.stringify(text)) + 1 + (known === undefined ? Buffer.byteLength(whoText) + 1 : 0);
    if (this.#texts.length >= LIMITS.records_per_entry_max || (this.#texts.length > 0 && this.#bytes + bytes > LIMITS.entry_text_bytes_max)) return false;
    if (known === undefined) {
      this.#readers.set(whoText, reader);
      this.#readerTexts.push(who);
    }
    this.#texts.push(text);
    this.#bytes += bytes;
    this.#first = Math.min(this.#first, first);
    this.#last = Math.max(this.#last, last);
    this.#count += count;
    return true;
  }

  body(now: number): LogBody {
    return bodyOf('access', now, { time: this.#first, until: this.#last, what: 'read', tenant: this.#tenant, reads: this.#count }, { readers: this.#readerTexts, reads: this.#texts });
  }
}

/**
 * Who read what, gathered until it is written: equal requests of a second are counted, none is left out. What waits is bounded in number and
 * size; beyond that nothing more is taken, and the request it belongs to is refused.
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

interface Gathered extends Read {
  count: number;
  readonly first: number;
  last: number;
}

/** What a body has beside its lists, with room to spare. */
const FRAME_BYTES = 512;

export class Reads {
  #gathered = new Map<string, Gathered>();
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
    const key = JSON.stringify([read.reader.id, read.reader.tenant, read.reader.name, read.action, read.route, read.ids, read.query]);
    const equal = this.#gathered.get(key);
    if (equal !== undefined) {
      equal.count += 1;
      equal.last = now;
      return true;
    }
    if (this.#gathered.size >= LIMITS.records_waiting_max || this.#bytes + key.length > LIMITS.records_waiting_bytes_max) return false;
    this.#gathered.set(key, { ...read, ids: read.ids.slice(0, LIMITS.record_ids_max), count: 1, first: now, last: now });
    this.#bytes += key.length;
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
    this.#bytes = 0;
    return bodies;
  }
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
  takes({ reader: { id, name }, action, route, ids, query, count, first, last }: Gathered): boolean {
    const who = { id, name };
    const whoText = JSON.stringify(who);
    const known = this.#readers.get(whoText);
    const reader = known ?? this.#readers.size;
    const text = { time: first, reader, action, route, ...(ids.length === 0 ? {} : { ids }), ...(query === '' ? {} : { query }), ...(count === 1 ? {} : { count, until: last }) };
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

/**
 * Who read what, and who was not let in, gathered until the log has it: equal requests of a second are counted, and of a reader who asks for very
 * much those beyond a number are summed, with every id that they name: no id is left out. What waits is bounded in number and size; beyond
 * that there is no room, and the request it would belong to is refused.
 */
import { LIMITS } from '#limits';
import type { LogBody, Reader, TenantId } from '#model';

import { bodyOf } from './body.ts';

/** allowed: it was answered. refused: who asked may not. failed: it could not be answered, or there is nothing of the kind. */
export type Outcome = 'allowed' | 'refused' | 'failed';

/** One request, or one thing that a verb showed. */
export interface Read {
  /** Null for whoever has no valid credential. */
  readonly reader: Pick<Reader, 'id' | 'name' | 'tenant' | 'kind'> | null;
  /** In the words of `#access`. */
  readonly action: string;
  /** Method and pattern of the path, or the verb. */
  readonly route: string;
  readonly outcome: Outcome;
  /** The refusal, if it was one. */
  readonly code?: string;
  /** Of traces, spans, findings: those that the request names, and those of traces that it was shown whole. */
  readonly ids: readonly string[];
  /** Keyed digest of the query string; empty if there is none. */
  readonly query: string;
  /** What was asked for, minimized; empty if there is nothing, or its minimized form is not sure. */
  readonly filter: string;
  /** How many things were shown; null where nobody counts them. */
  readonly rows: number | null;
  /** Why, as the request says, minimized; empty if it does not. */
  readonly reason: string;
  /** Whence, as a network; empty for verbs. */
  readonly network: string;
}

interface Gathered extends Omit<Read, 'ids'> {
  readonly ids: Set<string>;
  /** Several that differ, of a reader who asks for very much. */
  readonly summed: boolean;
  count: number;
  rows: number | null;
  readonly first: number;
  last: number;
}

/** What a body has beside its lists, with room to spare. */
const FRAME_BYTES = 512;
/** In place of an id, for all who have no valid credential: they share what one reader has. */
const NOBODY = '';

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

  /** Whether one more may come, beside so many that are on their way here. */
  hasRoomFor(read: Read, arriving = 0): boolean {
    return this.#gathered.size + arriving < LIMITS.records_waiting_max && this.#bytes + sizeOf(read) <= LIMITS.records_waiting_bytes_max;
  }

  /** Takes it whether or not there is room: it is written down already. */
  add(read: Read, now: number): void {
    const { reader, ids, query, filter, reason, network } = read;
    const who = [reader?.id ?? NOBODY, reader?.tenant, reader?.name, read.action, read.route, read.outcome, read.code];
    const key = JSON.stringify([...who, ids, query, filter, reason, network]);
    const equal = this.#gathered.get(key);
    if (equal !== undefined) return this.#count(equal, read, now);
    const own = this.#ofReader.get(reader?.id ?? NOBODY) ?? 0;
    if (own < (reader === null ? LIMITS.record_attempts_max : LIMITS.records_per_reader_max)) {
      this.#ofReader.set(reader?.id ?? NOBODY, own + 1);
      return this.#keep(key, read, false, now);
    }
    const sumKey = JSON.stringify(who);
    const sum = this.#gathered.get(sumKey);
    const summed = { ...read, query: '', filter: '', reason: '', network: '' };
    if (sum === undefined) return this.#keep(sumKey, summed, true, now);
    if (sum.ids.size + ids.length <= LIMITS.record_ids_max) return this.#count(sum, read, now);
    // It names as much as one may: it stays under another name, and the next one goes on.
    this.#gathered.delete(sumKey);
    this.#gathered.set(`${sumKey} ${this.#gathered.size}`, sum);
    return this.#keep(sumKey, summed, true, now);
  }

  #keep(key: string, read: Read, summed: boolean, now: number): void {
    this.#bytes += sizeOf(read);
    this.#gathered.set(key, { ...read, ids: new Set(read.ids), summed, count: 1, first: now, last: now });
  }

  #count(gathered: Gathered, { ids, rows }: Read, now: number): void {
    if (gathered.summed) {
      this.#bytes += lengthOf(ids);
      for (const one of ids) gathered.ids.add(one);
    }
    gathered.count += 1;
    if (rows !== null) gathered.rows = (gathered.rows ?? 0) + rows;
    gathered.last = now;
  }

  /** Everything gathered as bodies, each of one tenant and with so much as fits, oldest first. What comes from here on begins anew. */
  take(now: number): readonly LogBody[] {
    const chunks: Chunk[] = [];
    for (const [tenant, reads] of Map.groupBy(this.#gathered.values(), ({ reader }) => reader?.tenant ?? null)) {
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

function sizeOf({ ids, filter, reason }: Read): number {
  return FRAME_BYTES + lengthOf(ids) + filter.length + reason.length;
}

function lengthOf(texts: readonly string[]): number {
  return texts.reduce((sum, { length }) => sum + length, 0);
}

/** The reads of one body: administrators of a tenant see who read theirs, and nothing of others. Whoever had no credential is of no tenant. */
class Chunk {
  readonly #tenant: TenantId | null;
  readonly #readers = new Map<string, number>();
  readonly #readerTexts: object[] = [];
  readonly #texts: object[] = [];
  #bytes = FRAME_BYTES;
  #first = Number.POSITIVE_INFINITY;
  #last = 0;
  #count = 0;

  constructor(tenant: TenantId | null) {
    this.#tenant = tenant;
  }

  /** False if it does not fit any more. */
  takes(gathered: Gathered): boolean {
    const { reader: who, first, last, count } = gathered;
    const whoText = who === null ? null : JSON.stringify({ id: who.id, name: who.name, kind: who.kind });
    const known = whoText === null ? null : this.#readers.get(whoText);
    const text = textOf(gathered, known === undefined ? this.#readers.size : known);
    const bytes = Buffer.byteLength(JSON.stringify(text)) + 1 + (known === undefined ? Buffer.byteLength(whoText ?? '') + 1 : 0);
    if (this.#texts.length >= LIMITS.records_per_entry_max || (this.#texts.length > 0 && this.#bytes + bytes > LIMITS.entry_text_bytes_max)) return false;
    if (known === undefined && who !== null) {
      this.#readers.set(whoText ?? '', this.#readers.size);
      this.#readerTexts.push({ id: who.id, name: who.name, kind: who.kind });
    }
    this.#texts.push(text);
    this.#bytes += bytes;
    this.#first = Math.min(this.#first, first);
    this.#last = Math.max(this.#last, last);
    this.#count += count;
    return true;
  }

  body(now: number): LogBody {
    const what = this.#tenant === null ? 'refused' : 'read';
    return bodyOf('access', now, { time: this.#first, until: this.#last, what, tenant: this.#tenant, reads: this.#count }, { readers: this.#readerTexts, reads: this.#texts });
  }
}

/** What is as usual, or empty, is left out. */
function textOf({ action, route, outcome, code, ids, query, filter, rows, reason, network, summed, count, first, last }: Gathered, reader: number | null): object {
  return {
    time: first, ...(reader !== null && { reader }), action, route,
    ...(outcome !== 'allowed' && { outcome }), ...(code !== undefined && { code }),
    ...(ids.size > 0 && { ids: [...ids] }), ...(query !== '' && { query }), ...(filter !== '' && { filter }),
    ...(rows !== null && { rows }), ...(reason !== '' && { reason }), ...(network !== '' && { network }),
    ...(summed && { summed }), ...(count > 1 && { count, until: last }),
  };
}

/**
 * How remembered requests lie in a record: version (1 byte, 2), the moment before which requests have been forgotten (8 bytes, double), length of the head (4 bytes), head
 * (JSON, zstd where it is long: producers with their tenants, and the sentences of partial successes by place), then 36 bytes for each request: digest, place of its
 * producer in the head, spans received, spans rejected, and when it was durable (double, milliseconds). Little-endian. Read without an object for
 * each request, except where it is asked for.
 *
 * Version 1 was zstd of a JSON array of accounts, and said nothing of what had been forgotten.
 */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { type ProducerId, type RequestAccount, type TakenRequest, takenOf, type TenantId } from '#model';

export interface RememberedRequest {
  readonly digest: string;
  readonly request: TakenRequest;
  /** When it was durable. */
  readonly at_ms: number;
}

/** Of a record: how many requests, and when the first and the last of them were durable. `since_ms` is null if it does not say what was forgotten. */
export interface RecordFigures {
  readonly since_ms: number | null;
  readonly count: number;
  readonly first_ms: number;
  readonly last_ms: number;
}

interface Head {
  readonly producers: readonly (readonly [ProducerId, TenantId])[];
  readonly messages: readonly (readonly [number, string])[];
}

const VERSION = 2;
const FIXED_BYTES = 13;
const REQUEST_BYTES = 36;
const DIGEST_BYTES = 16;
/** A shorter head is left as it is: there are tens of thousands of records to read at a start. */
const COMPRESSED_BYTES_MIN = 1_024;
/** The first byte of zstd, and so of a record of version 1. */
const ZSTD = 0x28;

export function writeRecord(requests: readonly RememberedRequest[], since_ms: number): Uint8Array {
  const places = new Map<ProducerId, number>();
  const producers: [ProducerId, TenantId][] = [];
  const messages: [number, string][] = [];
  const rows = Buffer.alloc(requests.length * REQUEST_BYTES);
  requests.forEach(({ digest, request: { producer, tenant, received, rejected, message }, at_ms }, index) => {
    const at = index * REQUEST_BYTES;
    if (rows.write(digest, at, 'hex') !== DIGEST_BYTES) throw new Error('cannot remember a request by what is no digest of 16 bytes');
    if (!places.has(producer)) places.set(producer, producers.push([producer, tenant]) - 1);
    rows.writeUInt32LE(places.get(producer)!, at + 16);
    rows.writeUInt32LE(received, at + 20);
    rows.writeUInt32LE(rejected, at + 24);
    rows.writeDoubleLE(at_ms, at + 28);
    if (message !== '') messages.push([index, message]);
  });
  const text = Buffer.from(JSON.stringify({ producers, messages } satisfies Head));
  const head = text.length < COMPRESSED_BYTES_MIN ? text : zstdCompressSync(text);
  const fixed = Buffer.alloc(FIXED_BYTES);
  fixed.writeUInt8(VERSION, 0);
  fixed.writeDoubleLE(since_ms, 1);
  fixed.writeUInt32LE(head.length, 9);
  return Buffer.concat([fixed, head, rows]);
}

export function figuresOf(record: Uint8Array): RecordFigures {
  if (record[0] === ZSTD) {
    const requests = readVersion1(record);
    return { since_ms: null, count: requests.length, first_ms: requests[0]?.at_ms ?? 0, last_ms: requests.at(-1)?.at_ms ?? 0 };
  }
  const { view, rows, count } = open(record);
  const time = (index: number): number => (count === 0 ? 0 : view.readDoubleLE(rows + index * REQUEST_BYTES + 28));
  return { since_ms: view.readDoubleLE(1), count, first_ms: time(0), last_ms: time(count - 1) };
}

export function* readRecord(record: Uint8Array): Iterable<RememberedRequest> {
  if (record[0] === ZSTD) return yield* readVersion1(record);
  const { view, rows, count } = open(record);
  const text = view.subarray(FIXED_BYTES, rows);
  const head = JSON.parse((text[0] === ZSTD ? zstdDecompressSync(text) : text).toString('utf8')) as Head;
  const messages = new Map(head.messages);
  for (let index = 0; index < count; index++) {
    const at = rows + index * REQUEST_BYTES;
    const [producer, tenant] = head.producers[view.readUInt32LE(at + 16)]!;
    yield {
      digest: view.toString('hex', at, at + DIGEST_BYTES),
      request: { producer, tenant, received: view.readUInt32LE(at + 20), rejected: view.readUInt32LE(at + 24), message: messages.get(index) ?? '' },
      at_ms: view.readDoubleLE(at + 28),
    };
  }
}

/** `rows`: where they begin. */
function open(record: Uint8Array): { view: Buffer; rows: number; count: number } {
  if (record[0] !== VERSION) throw new Error(`cannot read remembered requests of version ${record[0]}: a newer build wrote them`);
  const view = Buffer.from(record.buffer, record.byteOffset, record.byteLength);
  const rows = FIXED_BYTES + view.readUInt32LE(9);
  return { view, rows, count: (view.length - rows) / REQUEST_BYTES };
}

function readVersion1(record: Uint8Array): RememberedRequest[] {
  const requests = JSON.parse(zstdDecompressSync(record).toString('utf8')) as { digest: string; account: RequestAccount; at_ms: number }[];
  return requests.map(({ digest, account, at_ms }) => ({ digest, request: takenOf(account), at_ms }));
}

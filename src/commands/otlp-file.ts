/**
 * Requests out of a file, as exporters would send them: OTLP/JSON, one document a line or a single one over many lines, or one protobuf message.
 * Read as it comes, so that a file may be larger than memory.
 */
import { createReadStream } from 'node:fs';
import { extname } from 'node:path';

import { LIMITS } from '#limits';
import { isRefusal, refuse } from '#refusal';
import type { Refusal } from '#refusal';

import { OperatorError } from './operator-error.ts';

export interface FileRequest {
  /** Valid until the next one is asked for. */
  readonly body: Uint8Array;
  readonly encoding: 'protobuf' | 'json';
}

const JSON_NAMES: ReadonlySet<string> = new Set(['.json', '.jsonl', '.ndjson']);
const PROTOBUF_NAMES: ReadonlySet<string> = new Set(['.pb', '.bin', '.binpb', '.otlp', '.proto']);
const BODY_BYTES_MAX = LIMITS.body_inflated_bytes_max;
const LINE_FEED = 0x0a;
const LINE_END = Buffer.of(LINE_FEED);
const OPEN_OBJECT = 0x7b;
/** What a gzip file begins with, and neither JSON nor a request in protobuf does. */
const GZIP = 0x1f8b;
const TOO_LARGE = refuse('body_too_large');

/** In the order of the file; `-` is standard input. What is larger than a server takes is refused in its place. Throws if the file cannot be read. */
export async function* fileRequests(file: string): AsyncGenerator<FileRequest | Refusal> {
  try {
    const parts: AsyncIterable<Buffer> = file === '-' ? process.stdin : createReadStream(file, { highWaterMark: 1024 * 1024 });
    yield* requestsOf(parts, encodingOf(file));
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && 'syscall' in cause) throw new OperatorError(`cannot read ${file === '-' ? 'standard input' : file}`, 2, { cause });
    throw cause;
  }
}

/** By extension; null where only the content can say. */
function encodingOf(file: string): 'protobuf' | 'json' | null {
  const name = extname(file).toLowerCase();
  return JSON_NAMES.has(name) ? 'json' : PROTOBUF_NAMES.has(name) ? 'protobuf' : null;
}

async function* requestsOf(parts: AsyncIterable<Buffer>, named: 'protobuf' | 'json' | null): AsyncGenerator<FileRequest | Refusal> {
  const rest = parts[Symbol.asyncIterator]();
  let first = await rest.next();
  while (first.done !== true && first.value.length === 0) first = await rest.next();
  if (first.done === true) return;
  if (first.value.length > 1 && first.value.readUInt16BE(0) === GZIP) throw new OperatorError('cannot read requests that are compressed: unpack them first, gunzip -c FILE | tracekeep … --otlp -', 2);
  const all = restOf(first.value, rest);
  if ((named ?? sniffed(first.value)) === 'json') yield* jsonRequests(linesOf(all));
  else {
    const body = await whole(all);
    yield isRefusal(body) ? body : { body, encoding: 'protobuf' };
  }
}

/** A protobuf request begins with the tag of its first field, which in JSON would be a line feed. */
function sniffed(bytes: Buffer): 'protobuf' | 'json' {
  return /^[\ufeff\t\r ]*\{/.test(bytes.toString('utf8', 0, 64)) ? 'json' : 'protobuf';
}

/** If the first line is no document of its own, the file may be a single one over many lines. */
async function* jsonRequests(lines: AsyncGenerator<Buffer | Refusal>): AsyncGenerator<FileRequest | Refusal> {
  const held: Buffer[] = [];
  let held_bytes = 0;
  let next = await lines.next();
  if (next.done !== true && !isRefusal(next.value) && next.value[0] === OPEN_OBJECT && !isJson(next.value)) {
    for (; next.done !== true && !isRefusal(next.value) && held_bytes <= BODY_BYTES_MAX; next = await lines.next()) {
      held.push(Buffer.from(next.value), LINE_END);
      held_bytes += next.value.length + 1;
    }
    const document = Buffer.concat(held);
    if (next.done === true && isJson(document)) return yield requestOf(document);
  }
  for (const line of held) if (line !== LINE_END) yield requestOf(line);
  for (; next.done !== true; next = await lines.next()) yield isRefusal(next.value) ? next.value : requestOf(next.value);
}

function requestOf(body: Buffer): FileRequest {
  return { body, encoding: 'json' };
}

function isJson(text: Buffer): boolean {
  try {
    JSON.parse(text.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

/** Lines with something in them, without what ends them; each is valid until the next one is asked for. One that is too long is a refusal. */
async function* linesOf(parts: AsyncIterable<Buffer>): AsyncGenerator<Buffer | Refusal> {
  let begun: Buffer[] = [];
  let begun_bytes = 0;
  let isFirst = true;
  for await (const part of parts) {
    let start = isFirst && part.length >= 3 && part.readUIntBE(0, 3) === 0xefbbbf ? 3 : 0;
    isFirst = false;
    for (let end = part.indexOf(LINE_FEED, start); end >= 0; start = end + 1, end = part.indexOf(LINE_FEED, start)) {
      begun_bytes += end - start;
      const line = begun_bytes > BODY_BYTES_MAX ? TOO_LARGE : begun.length === 0 ? part.subarray(start, end) : Buffer.concat([...begun, part.subarray(start, end)]);
      if (isRefusal(line) || !isBlank(line)) yield line;
      begun = [];
      begun_bytes = 0;
    }
    begun_bytes += part.length - start;
    if (begun_bytes > BODY_BYTES_MAX) begun = [];
    else if (start < part.length) begun.push(part.subarray(start));
  }
  const last = begun_bytes > BODY_BYTES_MAX ? TOO_LARGE : Buffer.concat(begun);
  if (isRefusal(last) || !isBlank(last)) yield last;
}

function isBlank(line: Buffer): boolean {
  for (const byte of line) if (byte !== 0x20 && byte !== 0x0d && byte !== 0x09) return false;
  return true;
}

async function whole(parts: AsyncIterable<Buffer>): Promise<Buffer | Refusal> {
  const all: Buffer[] = [];
  let bytes = 0;
  for await (const part of parts) {
    bytes += part.length;
    if (bytes > BODY_BYTES_MAX) return TOO_LARGE;
    all.push(part);
  }
  return Buffer.concat(all);
}

async function* restOf(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

/** What the headers of an OTLP/HTTP request say about its body (RFC 9110 §8.3, §8.4). Attacker-controlled text; no answer repeats it. */
import type { Encoding } from '#otlp';
import type { Coding } from './inflate.ts';

const ENCODINGS: ReadonlyMap<string, Encoding> = new Map([
  ['application/x-protobuf', 'protobuf'],
  ['application/json', 'json'],
]);

const CODINGS: ReadonlyMap<string, Coding> = new Map([
  ['', 'identity'],
  ['identity', 'identity'],
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['deflate', 'deflate'],
  ['zstd', 'zstd'],
]);

/** The encoding that a Content-Type names, whatever its parameters; null if it is not one of OTLP's. */
export function encodingOf(contentType: string | undefined): Encoding | null {
  if (contentType === undefined) return null;
  const known = ENCODINGS.get(contentType);
  if (known !== undefined) return known;
  const semicolon = contentType.indexOf(';');
  return ENCODINGS.get((semicolon < 0 ? contentType : contentType.slice(0, semicolon)).trim().toLowerCase()) ?? null;
}

/** The coding that a Content-Encoding names; null if unknown or more than one, for a body coded twice is a bomb more often than not. */
export function codingOf(contentEncoding: string | undefined): Coding | null {
  return contentEncoding === undefined ? 'identity' : (CODINGS.get(contentEncoding.trim().toLowerCase()) ?? null);
}

/** All values of a header, also those that Node drops because a request should have only one. */
export function valuesOf(rawHeaders: readonly string[], name: string): readonly string[] {
  const values: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const key = rawHeaders[i] as string;
    if (key.length === name.length && key.toLowerCase() === name) values.push(rawHeaders[i + 1] as string);
  }
  return values;
}

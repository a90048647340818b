/**
 * Requests that another load generator made: a folder with `reqs.bin`, each request behind its length, its spans and the places of its times, and
 * `meta.json`, which says when the newest span ended.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Traffic } from './inspecting.ts';

const HEADER_BYTES = 12;

/** Moved in time so that the newest span ends now. */
export function otherTraffic(folder: string): Traffic {
  const file = readFileSync(join(folder, 'reqs.bin'));
  const { newestNs } = JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8')) as { readonly newestNs: string };
  const shift_ns = BigInt(Date.now()) * 1_000_000n - BigInt(newestNs);
  const bodies: Buffer[] = [];
  for (let at = 0; at < file.length; ) {
    const [length, times] = [file.readUInt32LE(at), file.readUInt32LE(at + 8)];
    const start = at + HEADER_BYTES + 4 * times;
    const body = file.subarray(start, start + length);
    for (let time = 0; time < times; time++) {
      const place = file.readUInt32LE(at + HEADER_BYTES + 4 * time);
      body.writeBigUInt64LE(body.readBigUInt64LE(place) + shift_ns, place);
    }
    bodies.push(body);
    at = start + length;
  }
  return { requests: bodies.length, body: (at) => bodies[at]! };
}

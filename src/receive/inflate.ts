/**
 * Inflates request bodies without trusting them: every piece of output is checked against the limit and accounted before
 * the next one is made, so a bomb costs the limit and no more. Truncated streams and bytes after the end are refused. The
 * work runs on libuv's threads, a few bodies at a time.
 */
import { constants, createGunzip, createInflate, createInflateRaw, createZstdDecompress } from 'node:zlib';
import { LIMITS } from '#limits';
import { type Refusal, refuse } from '#refusal';
import type { Lease } from './budget.ts';
import { isExclusive, release } from '#batch';

export type Coding = 'identity' | 'gzip' | 'deflate' | 'zstd';

/** Larger than what Node takes from its pool, so that each piece has a buffer of its own. */
const PIECE_MIN = 128 * 1024;
const PIECE_MAX = 4 * 1024 * 1024;

export class Inflater {
  readonly #inflatedBytesMax: number;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(inflatedBytesMax: number) {
    this.#inflatedBytesMax = inflatedBytesMax;
  }

  /**
   * The inflated body in an ArrayBuffer of its own, accounted in `lease`; the caller gives the compressed bytes back.
   * Refusals: body_too_large, body_undecodable, overloaded.
   */
  async inflate(body: Uint8Array, coding: Exclude<Coding, 'identity'>, lease: Lease): Promise<Uint8Array | Refusal> {
    while (this.#running >= LIMITS.inflations_at_once_max) await new Promise<void>((resume) => this.#waiting.push(resume));
    this.#running++;
    try {
      return await this.#run(body, coding, lease);
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }

  #run(body: Uint8Array, coding: Exclude<Coding, 'identity'>, lease: Lease): Promise<Uint8Array | Refusal> {
    const max = this.#inflatedBytesMax;
    const stream = decoder(body, coding);
    const pieces: Uint8Array[] = [];
    let length = 0;
    return new Promise((resolve) => {
      const refused = (refusal: Refusal): void => {
        stream.destroy();
        resolve(refusal);
      };
      stream.on('data', (piece: Uint8Array) => {
        length += piece.length;
        if (length > max) refused(refuse('body_too_large', `more than ${max} bytes after decompression`));
        else if (!lease.take(piece.length)) refused(refuse('overloaded', 'bytes in flight'));
        else pieces.push(piece);
      });
      stream.on('error', () => refused(refuse('body_undecodable', `${coding}: malformed or truncated`)));
      stream.on('end', () => {
        // zlib stops at the end of its stream and says nothing about what follows.
        if (stream.bytesWritten !== body.length) refused(refuse('body_undecodable', `${coding}: bytes after the end`));
        else resolve(join(pieces, length));
      });
      stream.end(body);
    });
  }
}

function decoder(body: Uint8Array, coding: Exclude<Coding, 'identity'>) {
  const chunkSize = pieceBytes(body, coding);
  switch (coding) {
    case 'gzip':
      return createGunzip({ chunkSize });
    case 'deflate':
      // RFC 9110 §8.4.1.2 means zlib (RFC 1950); some senders leave its header away, and every HTTP client copes.
      return isZlib(body) ? createInflate({ chunkSize }) : createInflateRaw({ chunkSize });
    case 'zstd':
      return createZstdDecompress({ chunkSize, params: { [constants.ZSTD_d_windowLogMax]: LIMITS.zstd_window_log_max } });
  }
}

function isZlib(body: Uint8Array): boolean {
  const [method = 0, flags = 0] = body;
  return (method & 0x0f) === 8 && method >> 4 <= 7 && ((method << 8) | flags) % 31 === 0;
}

/** gzip ends with the length of its content (RFC 1952 §2.3.1): only a hint, but when true the output is one piece. */
function pieceBytes(body: Uint8Array, coding: Coding): number {
  const at = body.length - 4;
  const hint = coding === 'gzip' && at >= 0 ? new DataView(body.buffer, body.byteOffset + at, 4).getUint32(0, true) : body.length * 4;
  return Math.min(PIECE_MAX, Math.max(PIECE_MIN, hint));
}

function join(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const [first] = pieces;
  if (first !== undefined && pieces.length === 1 && isExclusive(first)) return first;
  const whole = new Uint8Array(new ArrayBuffer(length));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  // Only now: zlib puts the next piece behind the last one while there is room.
  for (const piece of pieces) release(piece);
  return whole;
}

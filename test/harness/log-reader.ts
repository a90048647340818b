/**
 * A reader of transparency logs that knows the specifications and none of our code: RFC 6962 for trees, C2SP signed-note, tlog-checkpoint,
 * tlog-tiles and tlog-cosignature for the rest. It takes what a server sends and believes what it computed.
 */
import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';

export interface ReadCheckpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
  readonly note: string;
  /** Of keys that the reader knows, and whose signatures hold. */
  readonly signers: readonly string[];
}

interface Key {
  readonly name: string;
  readonly id: Buffer;
  readonly type: number;
  readonly verify: (message: Buffer, signature: Buffer) => boolean;
}

const sha256 = (...parts: readonly (Uint8Array | string)[]): Buffer => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const nodeHash = (left: Buffer, right: Buffer): Buffer => sha256(Buffer.of(1), left, right);
const uint64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
};

/** signed-note: `<name>+<8 hexadecimal digits>+<base64(type ‖ key)>`. */
export function readKey(vkey: string): Key {
  const [name = '', id = '', ...rest] = vkey.split('+');
  const bytes = Buffer.from(rest.join('+'), 'base64');
  const [type = 0, key] = [bytes[0], bytes.subarray(1)];
  assert.equal(sha256(`${name}\n`, bytes).subarray(0, 4).toString('hex'), id, 'the id is that of the key');
  const publicKey = createPublicKey({ key, format: 'raw-public', asymmetricKeyType: type === 6 ? 'ml-dsa-44' : 'ed25519' });
  return { name, id: Buffer.from(id, 'hex'), type, verify: (message, signature) => verify(null, message, publicKey, signature) };
}

/** Opens a checkpoint: each signature of a known key holds. */
export function readCheckpoint(note: string, vkeys: readonly string[]): ReadCheckpoint {
  const end = note.lastIndexOf('\n\n') + 1;
  const text = note.slice(0, end);
  const [origin = '', size = '', root = '', ...more] = text.split('\n');
  assert.deepEqual(more, [''], 'no extension lines');
  assert.match(size, /^(0|[1-9][0-9]*)$/);
  const hash = Buffer.from(root, 'base64');
  assert.equal(hash.length, 32);
  const keys = vkeys.map(readKey);
  const signers: string[] = [];
  for (const line of note.slice(end + 1).trimEnd().split('\n')) {
    const [, name, base64] = /^\u2014 (\S+) (\S+)$/.exec(line) ?? assert.fail(line);
    const blob = Buffer.from(base64 ?? '', 'base64');
    const key = keys.find((one) => one.name === name && one.id.equals(blob.subarray(0, 4)));
    if (key === undefined) continue;
    assert.ok(holds(key, text, origin, Number(size), hash, blob.subarray(4)), `the signature of ${name}, type ${key.type}`);
    signers.push(`${name} ${key.type}`);
  }
  return { origin, size: Number(size), root: hash, note, signers };
}

function holds(key: Key, text: string, origin: string, size: number, root: Buffer, blob: Buffer): boolean {
  if (key.type === 1) return key.verify(Buffer.from(text), blob);
  const [time, signature] = [blob.readBigUInt64BE(0), blob.subarray(8)];
  assert.ok(time > 0n);
  if (key.type === 4) return key.verify(Buffer.from(`cosignature/v1\ntime ${time}\n${text}`), signature);
  const named = (name: string): Buffer => Buffer.concat([Buffer.of(Buffer.byteLength(name)), Buffer.from(name)]);
  return key.verify(Buffer.concat([Buffer.from('subtree/v1\n\0'), named(key.name), uint64(Number(time)), named(origin), uint64(0), uint64(size), root]), signature);
}

export class LogReader {
  readonly #prefix: string;
  readonly #vkeys: readonly string[];
  readonly #tiles = new Map<string, Buffer>();
  requests = 0;

  constructor(prefix: string, vkeys: readonly string[]) {
    this.#prefix = prefix;
    this.#vkeys = vkeys;
  }

  async checkpoint(): Promise<ReadCheckpoint> {
    const { body, type } = await this.#get('checkpoint');
    assert.equal(type, 'text/plain; charset=utf-8');
    return readCheckpoint(body.toString(), this.#vkeys);
  }

  /** All entries of a tree, from its bundles. */
  async entries(size: number): Promise<Buffer[]> {
    const entries: Buffer[] = [];
    for (let index = 0; index * 256 < size; index++) {
      const width = Math.min(256, size - index * 256);
      const { body } = await this.#get(pathOf('entries', index, width));
      let at = 0;
      for (let count = 0; count < width; count++) {
        const length = body.readUInt16BE(at);
        entries.push(body.subarray(at + 2, at + 2 + length));
        at += 2 + length;
      }
      assert.equal(at, body.length, 'the bundle ends with its last entry');
    }
    return entries;
  }

  /** A proof that an entry is in a tree (RFC 6962 §2.1.1), made of tiles alone. */
  inclusion(index: number, size: number): Promise<Buffer[]> {
    return this.#path(index, 0, size, size);
  }

  /** A proof that a tree continues another one (RFC 6962 §2.1.2), made of tiles alone. */
  consistency(from: number, to: number): Promise<Buffer[]> {
    return this.#subproof(from, 0, to, to, true);
  }

  async #path(index: number, start: number, end: number, size: number): Promise<Buffer[]> {
    if (end - start === 1) return [];
    const middle = start + splitOf(end - start);
    return index < middle ? [...(await this.#path(index, start, middle, size)), await this.#root(middle, end, size)] : [...(await this.#path(index, middle, end, size)), await this.#root(start, middle, size)];
  }

  async #subproof(from: number, start: number, end: number, size: number, whole: boolean): Promise<Buffer[]> {
    if (from === end) return whole ? [] : [await this.#root(start, end, size)];
    const middle = start + splitOf(end - start);
    return from <= middle ? [...(await this.#subproof(from, start, middle, size, whole)), await this.#root(middle, end, size)] : [...(await this.#subproof(from, middle, end, size, false)), await this.#root(start, middle, size)];
  }

  /** The root over [start, end), where start is what RFC 6962 splits at. */
  async #root(start: number, end: number, size: number): Promise<Buffer> {
    const width = end - start;
    const level = Math.log2(width);
    if (!Number.isInteger(level)) {
      const middle = start + splitOf(width);
      return nodeHash(await this.#root(start, middle, size), await this.#root(middle, end, size));
    }
    const tileLevel = Math.floor(level / 8);
    const scale = 256 ** tileLevel;
    const [first, count] = [start / scale, width / scale];
    const index = Math.floor(first / 256);
    const tile = await this.#tile(tileLevel, index, Math.min(256, Math.floor(size / scale) - index * 256));
    const hashes = Array.from({ length: count }, (_, at) => tile.subarray((first - index * 256 + at) * 32, (first - index * 256 + at + 1) * 32));
    return rootOf(hashes);
  }

  async #tile(level: number, index: number, width: number): Promise<Buffer> {
    const path = pathOf(level, index, width);
    const known = this.#tiles.get(path);
    if (known !== undefined) return known;
    const { body } = await this.#get(path);
    assert.equal(body.length, width * 32, path);
    this.#tiles.set(path, body);
    return body;
  }

  async #get(path: string): Promise<{ readonly body: Buffer; readonly type: string | null }> {
    this.requests++;
    const response = await fetch(`${this.#prefix}/${path}`, { redirect: 'error' });
    const body = Buffer.from(await response.arrayBuffer());
    assert.equal(response.status, 200, `${path}: ${body.toString().slice(0, 200)}`);
    if (path !== 'checkpoint') {
      assert.equal(response.headers.get('content-type'), 'application/octet-stream');
      assert.match(response.headers.get('cache-control') ?? '', /immutable/);
    }
    return { body, type: response.headers.get('content-type') };
  }
}

export function leafHash(entry: Buffer): Buffer {
  return sha256(Buffer.of(0), entry);
}

/** MTH of RFC 6962 §2.1. */
export function rootOf(hashes: readonly Buffer[]): Buffer {
  if (hashes.length <= 1) return hashes[0] ?? sha256('');
  const middle = splitOf(hashes.length);
  return nodeHash(rootOf(hashes.slice(0, middle)), rootOf(hashes.slice(middle)));
}

/** RFC 9162 §2.1.3.2. */
export function includes(index: number, size: number, leaf: Buffer, proof: readonly Buffer[], root: Buffer): boolean {
  let [at, last, hash] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      hash = nodeHash(sibling, hash);
      while (at % 2 === 0 && at !== 0) [at, last] = [at >> 1, last >> 1];
    } else hash = nodeHash(hash, sibling);
    [at, last] = [at >> 1, last >> 1];
  }
  return last === 0 && hash.equals(root);
}

/** RFC 9162 §2.1.4.2. */
export function continues(from: number, to: number, first: Buffer, proof: readonly Buffer[], second: Buffer): boolean {
  if (from === to) return proof.length === 0 && first.equals(second);
  const path = (from & (from - 1)) === 0 ? [first, ...proof] : [...proof];
  const [start, ...rest] = path;
  if (start === undefined || proof.length === 0) return false;
  let [at, last, old, now] = [from - 1, to - 1, start, start];
  while (at % 2 === 1) [at, last] = [at >> 1, last >> 1];
  for (const hash of rest) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      [old, now] = [nodeHash(hash, old), nodeHash(hash, now)];
      while (at % 2 === 0 && at !== 0) [at, last] = [at >> 1, last >> 1];
    } else now = nodeHash(now, hash);
    [at, last] = [at >> 1, last >> 1];
  }
  return last === 0 && old.equals(first) && now.equals(second);
}

/** tlog-tiles: groups of three digits, all but the last with an x. */
function pathOf(level: number | 'entries', index: number, width: number): string {
  const digits = String(index).padStart(Math.ceil(String(index).length / 3) * 3, '0');
  const groups = digits.match(/\d{3}/g) ?? [];
  return `tile/${level}/${groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/')}${width === 256 ? '' : `.p/${width}`}`;
}

/** The largest power of two below a number. */
function splitOf(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

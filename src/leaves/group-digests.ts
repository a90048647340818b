/**
 * The digests of resources and scopes, which many spans share, from their OTLP/JSON text. It must be exactly the text that `seal` writes of
 * what it says: else two texts could have one digest. Those without restricted values are remembered from block to block.
 */
import { hash } from 'node:crypto';
import { GroupBytes } from './group-bytes.ts';
import { SALT_BYTES, type Salts } from './salts.ts';
import { HashedBytes } from './sha256.ts';

export type GroupKind = 'resource' | 'scope';

/** A restricted attribute of a resource or scope: its place in the list, and its salt. */
export interface RestrictedInGroup {
  readonly position: number;
  readonly salt: Uint8Array;
}

const REMEMBERED_MAX = 4_096;
const MEMBERS: Readonly<Record<GroupKind, readonly string[]>> = {
  resource: ['attributes', 'droppedAttributesCount', 'schemaUrl'],
  scope: ['name', 'version', 'attributes', 'droppedAttributesCount', 'schemaUrl'],
};
const LETTERS: Readonly<Record<string, string>> = { stringValue: 's', boolValue: 'b', intValue: 'i', doubleValue: 'd', arrayValue: 'a', kvlistValue: 'm', bytesValue: 'x' };

export class MalformedGroup extends Error {
  constructor(kind: GroupKind) {
    super(`cannot read a ${kind}: its text is not as it was written`);
    this.name = 'MalformedGroup';
  }
}

export class GroupDigests {
  readonly #restricts: (key: string) => boolean;
  readonly #salts: Salts;
  /** By kind and hash of the text. */
  readonly #remembered = new Map<string, Buffer>();
  readonly #bytes = new GroupBytes(4_096);
  readonly #value = new HashedBytes(1_024);

  constructor(restricts: (key: string) => boolean, salts: Salts) {
    this.#restricts = restricts;
    this.#salts = salts;
  }

  /** The digest of this text, and what of it is restricted. */
  digest(kind: GroupKind, bytes: Uint8Array, restricted: RestrictedInGroup[] = []): Buffer {
    const name = kind + hash('sha256', bytes, 'latin1');
    const known = this.#remembered.get(name);
    if (known !== undefined) return known;
    const digest = Buffer.alloc(32);
    this.#write(kind, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), restricted);
    this.#bytes.digest(digest, 0);
    if (restricted.length === 0) {
      if (this.#remembered.size >= REMEMBERED_MAX) this.#remembered.clear();
      this.#remembered.set(name, digest);
    }
    return digest;
  }

  #write(kind: GroupKind, bytes: Buffer, restricted: RestrictedInGroup[]): void {
    const group = parsed(kind, bytes);
    const { name = '', version = '', attributes = [], droppedAttributesCount = 0, schemaUrl = '' } = group;
    if (!isText(name) || !isText(version) || !isText(schemaUrl) || !Array.isArray(attributes) || !isCount(droppedAttributesCount)) throw new MalformedGroup(kind);
    const out = this.#bytes;
    out.length = 0;
    out.append(Buffer.from(`tracekeep ${kind} v1\n`));
    if (kind === 'scope') {
      out.text(name);
      out.text(version);
    }
    this.#attributes(kind, attributes, restricted);
    out.uint32(droppedAttributesCount);
    out.text(schemaUrl);
  }

  #attributes(kind: GroupKind, list: readonly unknown[], restricted: RestrictedInGroup[]): void {
    const out = this.#bytes;
    const attributes = list.map((attribute) => attributeOf(kind, attribute));
    const restricts = attributes.map(({ key }) => this.#restricts(key));
    out.varuint(attributes.length);
    for (const [position, { letter }] of attributes.entries()) out.append(Buffer.from(restricts[position] ? 'r' : letter));
    for (const { key } of attributes) out.text(key);
    for (const [position, { key, letter, text }] of attributes.entries()) {
      if (!restricts[position]) out.text(text);
      else {
        const salt = Buffer.alloc(SALT_BYTES);
        this.#salts.writeOfGroup(position, key, letter + text, salt, 0);
        restricted.push({ position, salt });
        const value = this.#value;
        const bytes = Buffer.from(letter + text);
        value.room(0, SALT_BYTES + bytes.length);
        value.bytes.set(salt, 0);
        value.bytes.set(bytes, SALT_BYTES);
        value.length = SALT_BYTES + bytes.length;
        out.room(out.length, 32);
        value.digest(out.bytes, out.length);
        out.length += 32;
      }
    }
  }
}

/** Only a text that says the same again, byte for byte, is one that was written here; its members are then known and in order. */
function parsed(kind: GroupKind, bytes: Buffer): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new MalformedGroup(kind);
  }
  if (!isRecord(json) || !Buffer.from(JSON.stringify(json)).equals(bytes)) throw new MalformedGroup(kind);
  const names = Object.keys(json);
  if (names.join() !== MEMBERS[kind].filter((name) => names.includes(name)).join()) throw new MalformedGroup(kind);
  return json;
}

function attributeOf(kind: GroupKind, attribute: unknown): { readonly key: string; readonly letter: string; readonly text: string } {
  if (!isRecord(attribute) || Object.keys(attribute).join() !== 'key,value') throw new MalformedGroup(kind);
  const { key, value } = attribute;
  if (!isText(key) || !isRecord(value)) throw new MalformedGroup(kind);
  const [member, ...others] = Object.entries(value);
  if (member === undefined) return { key, letter: 'n', text: '' };
  const letter = LETTERS[member[0]];
  if (letter === undefined || others.length > 0) throw new MalformedGroup(kind);
  return { key, letter, text: textOf(kind, letter, member[1], value) };
}

function textOf(kind: GroupKind, letter: string, value: unknown, whole: unknown): string {
  if (letter === 'a' || letter === 'm') return JSON.stringify(whole);
  if (letter === 'b' && typeof value === 'boolean') return String(value);
  if (letter === 'd' && (typeof value === 'number' || isOddDouble(value))) return String(value);
  if (letter !== 'b' && letter !== 'd' && isText(value)) return value;
  throw new MalformedGroup(kind);
}

/** The doubles that JSON has no number for. */
function isOddDouble(value: unknown): boolean {
  return value === 'NaN' || value === 'Infinity' || value === '-Infinity' || value === '-0';
}

/** With half a surrogate pair two texts would have the same bytes. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed();
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

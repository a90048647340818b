/** Texts, lists and counts one after another: what the digest of a resource or scope is taken over. */
import { HashedBytes, writeVaruint } from './sha256.ts';

export class GroupBytes extends HashedBytes {
  uint32(value: number): void {
    this.room(this.length, 4);
    this.view.setUint32(this.length, value, true);
    this.length += 4;
  }

  varuint(value: number): void {
    this.room(this.length, 10);
    this.length = writeVaruint(this, this.length, value);
  }

  /** A length and so many bytes of UTF-8. */
  text(text: string): void {
    const bytes = Buffer.from(text);
    this.varuint(bytes.length);
    this.append(bytes);
  }

  append(bytes: Uint8Array): void {
    this.room(this.length, bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }
}

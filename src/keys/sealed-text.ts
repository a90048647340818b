/**
 * What a seal holds, once it is open: a salt, then a list of values, each with the field where it stood, the key of its attribute, a letter for its type and its text, as the span entry has them
 * (docs/reference/log-format.md). Whoever seals writes this form without an object for each value (`#seal`); this is how it is read.
 *
 * The salt is there for the commitment, a digest of all this, which stands beside the closed text and so in the log. By it anybody can tell that values that are shown to
 * them are those that were sealed, without a key. Nobody who has not opened the seal has the salt, so nobody else can try values until one fits.
 */
import { hash } from 'node:crypto';

export interface SealedField {
  /** `attributes[3]`, `events[0].attributes[1]`, `links[0].attributes[0]`, `status.message`. */
  readonly field: string;
  /** Of its attribute, or `status.message`: so that whoever may open one key opens no value that stood under another, whatever the row says now. */
  readonly key: string;
  /** `s`, `i`, … as in attribute lists. */
  readonly type: string;
  readonly text: string;
}

export interface SealedValues {
  readonly fields: readonly SealedField[];
  /** What has to be shown with all of them to whoever wants them proved. */
  readonly salt: Uint8Array;
}

export const SEAL_SALT_BYTES = 16;
export const SEAL_COMMITMENT_BYTES = 32;

/** The commitment to what is sealed, which begins with its salt. As latin1, which costs a third of a buffer. */
export function writeCommitment(text: Uint8Array, out: Buffer, at: number): void {
  out.write(hash('sha256', text, 'latin1'), at, SEAL_COMMITMENT_BYTES, 'latin1');
}

/** Null for what nobody writes. */
export function readSealedText(text: Uint8Array): SealedValues | null {
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
  const fields: SealedField[] = [];
  let at = SEAL_SALT_BYTES;
  /** Its length in the fewest bytes, and so many bytes. */
  const string = (): string | null => {
    let length = 0;
    for (let unit = 1; ; unit *= 128) {
      const byte = bytes[at++];
      if (byte === undefined || unit > 0xffff_ffff || (byte === 0 && unit > 1)) return null;
      length += (byte & 127) * unit;
      if (byte < 128) break;
    }
    return length > bytes.length - at ? null : bytes.toString('utf8', at, (at += length));
  };
  while (at < bytes.length) {
    const field = string();
    const key = field === null ? null : string();
    const type = String.fromCharCode(bytes[at++] ?? 0);
    const value = key === null ? null : string();
    if (field === null || key === null || value === null) return null;
    fields.push({ field, key, type, text: value });
  }
  return fields.length === 0 ? null : { fields, salt: Uint8Array.from(bytes.subarray(0, SEAL_SALT_BYTES)) };
}

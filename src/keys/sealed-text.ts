/**
 * What a seal holds, once it is open: a list of values, each with the field where it stood, a letter for its type and its text, as the span entry has them
 * (docs/reference/log-format.md). Whoever seals writes this form without an object for each value (`#seal`); this is how it is read.
 */

export interface SealedField {
  /** `attributes[3]`, `events[0].attributes[1]`, `links[0].attributes[0]`, `status.message`. */
  readonly field: string;
  /** `s`, `i`, … as in attribute lists. */
  readonly type: string;
  readonly text: string;
}

/** Throws for what is no such list: the text was authenticated, so nobody but a bug wrote it. */
export function readSealedText(text: Uint8Array): readonly SealedField[] {
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
  const fields: SealedField[] = [];
  let at = 0;
  const string = (): string => {
    let length = 0;
    for (let unit = 1; ; unit *= 128) {
      const byte = bytes[at++];
      if (byte === undefined || unit > 0xffff_ffff) throw new Error('cannot read sealed values: they are malformed');
      length += (byte & 127) * unit;
      if (byte < 128) break;
    }
    if (length > bytes.length - at) throw new Error('cannot read sealed values: they are malformed');
    return bytes.toString('utf8', at, (at += length));
  };
  while (at < bytes.length) {
    const field = string();
    const type = String.fromCharCode(bytes[at++] ?? 0);
    fields.push({ field, type, text: string() });
  }
  return fields;
}

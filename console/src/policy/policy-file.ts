/** A policy that people bring as a file. */

const BYTES_MAX = 256 * 1024;

/** The text of a file, or a sentence that says why it cannot be a policy. */
export async function readTextFile(file: File): Promise<{ readonly text: string } | { readonly wrong: string }> {
  if (file.size > BYTES_MAX) return { wrong: `The file is larger than ${BYTES_MAX / 1024} KiB, more than a policy may be.` };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer()).replaceAll('\r\n', '\n') };
  } catch {
    return { wrong: 'The file is no text in UTF-8.' };
  }
}

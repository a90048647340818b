/** Text of others that ends up in terminals, logs and pages: nothing that could steer a terminal, hide text or reverse its direction. */

/** Control, format (bidirectional marks and zero-width characters included), surrogate, private and unassigned characters; line and paragraph separators. */
export const HARMFUL = /[\p{C}\p{Zl}\p{Zp}]/u;

export function isPrintable(text: string): boolean {
  return !HARMFUL.test(text);
}

/** Where a page of findings ends: in the order of when they were seen last. */

export interface Place {
  /** Milliseconds since 1970. */
  readonly last: number;
  readonly uid: string;
}

export function cursorOf({ last, uid }: Place): string {
  return Buffer.from(`${last}.${uid}`).toString('base64url');
}

/** Null for what `cursorOf` did not make. Attacker-controlled. */
export function readCursor(text: string): Place | null {
  const [, last, uid] = /^([0-9]{1,15})\.(f_[0-9a-f]{16})$/.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? [];
  return last === undefined || uid === undefined ? null : { last: Number(last), uid };
}

/** Bodies of entries as texts. The salt of the closed part makes that the commitment in the log confirms no guess. */
import { randomBytes } from 'node:crypto';

import type { OutboxRow } from '#control';
import { LIMITS } from '#limits';
import type { EntryType, LogBody } from '#model';

const SALT_BYTES = 32;

/** `closed` without its salt. Throws if a text is longer than an entry's body may be: whoever makes bodies keeps them shorter. */
export function bodyOf(type: EntryType, time_ms: number, statement: object | string, closed: object): LogBody {
  const body = { type, time_ms, statement: typeof statement === 'string' ? statement : JSON.stringify(statement), closed: JSON.stringify({ salt: randomBytes(SALT_BYTES).toString('base64'), ...closed }) };
  for (const text of [body.statement, body.closed]) if (Buffer.byteLength(text) > LIMITS.entry_text_bytes_max) throw new Error(`cannot make the body of an entry: a ${type} of ${Buffer.byteLength(text)} bytes`);
  return body;
}

/** The entry's time is when it goes into the log; when it happened is in the statement. */
export function bodyOfRow({ id, type, statement, closed }: OutboxRow, time_ms: number): LogBody {
  return { ...bodyOf(type, time_ms, statement, closed), outbox: id };
}

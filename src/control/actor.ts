/** Who makes a change, as it is written down with it. */
import { readerName } from '#model';
import type { Reader } from '#model';

export type Actor =
  | { readonly is: 'person' | 'token'; readonly id: string; readonly name: string }
  /** Whoever may open the data directory: verbs carry no credential. */
  | { readonly is: 'command line' }
  /** Whoever held the link that the server printed for the first account. */
  | { readonly is: 'link' }
  /** Nobody asked: the server did it by itself. */
  | { readonly is: 'server' };

export const COMMAND_LINE: Actor = { is: 'command line' };
export const SERVER: Actor = { is: 'server' };

/** The account or token that asks. */
export function actorOf(reader: Pick<Reader, 'id' | 'name' | 'person'>): Actor {
  return { is: reader.id.startsWith('a_') ? 'person' : 'token', id: reader.id, name: readerName(reader) };
}

/**
 * The policies that the log states, by digest: a block's leaves depend on what its policy restricts. A long policy is stated in several entries, whose
 * statements make its text one after another.
 */
import { hash } from 'node:crypto';
import { objectIn, type Body } from './bodies.ts';
import type { Policies } from './blocks.ts';

export type RestrictsOf = (policy: string) => (key: string) => boolean;

export function policiesOf(bodies: readonly Pick<Body, 'statement' | 'closed'>[], restrictsOf: RestrictsOf): Policies {
  const parts = new Map<string, Map<number, string>>();
  for (const { statement, closed } of bodies) {
    const { digest, part = 1 } = objectIn(closed);
    const key = typeof digest === 'string' ? digest : hash('sha256', statement, 'hex');
    if (!parts.has(key)) parts.set(key, new Map());
    parts.get(key)!.set(Number(part), statement);
  }
  const restricts = new Map<string, ((key: string) => boolean) | null>();
  for (const [digest, texts] of parts) restricts.set(digest, believed(digest, [...texts].sort(([a], [b]) => a - b).map(([, text]) => text).join(''), restrictsOf));
  return (digest) => restricts.get(digest) ?? null;
}

/** Null unless the text is the one of the digest. */
function believed(digest: string, text: string, restrictsOf: RestrictsOf): ((key: string) => boolean) | null {
  if (hash('sha256', text, 'hex') !== digest) return null;
  try {
    return restrictsOf(text);
  } catch {
    return null;
  }
}

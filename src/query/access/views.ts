/** Versions of access policies, and decisions, as the console and programs see them. */
import type { Explained } from '#access';
import type { AccessVersion, Actor } from '#control';
import type { Reader } from '#model';

/** Of a tenant that has no policies of its own. */
export const NONE = { version: 0, policies: 0, since: null, by: '', note: '', digest: '', text: '' } as const;

export function versionView({ version, policies, since, by, note, digest }: AccessVersion): object {
  return { version, policies, since, by: nameOf(by), note, digest };
}

export function explainedView({ name, roles: has, groups }: Reader, { allowed, why, policies, roles, partly }: Explained): object {
  return { allowed, why, policies, roles, partly, who: { name, roles: has, groups } };
}

const nameOf = (actor: Actor): string => ('name' in actor ? actor.name : actor.is);

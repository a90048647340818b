/** What the routes of administration share: forms of what they are sent, roles by their names, times as they are answered. */
import type { ControlStore } from '#control';
import { readRole, ROLES, type Role } from '#model';
import { refuse, type Refusal } from '#refusal';

/** Changes that must say who makes them. */
export type Attributed<Verb extends keyof ControlStore> = { readonly [Name in Verb]: (...args: Required<Parameters<ControlStore[Name]>>) => ReturnType<ControlStore[Name]> };

export const ROLE_LIST = { type: 'array', minItems: 1, maxItems: ROLES.length, items: { type: 'string', maxLength: 32, description: `One of ${ROLES.join(', ')}.` } } as const;

export function bodyOf(properties: Readonly<Record<string, object>>, required = Object.keys(properties)): object {
  return { type: 'object', additionalProperties: false, required, properties };
}

export function idOf(letter: string): object {
  return { type: 'object', required: ['id'], properties: { id: { type: 'string', pattern: `^${letter}_[0-9a-f]{16}$` } } };
}

/** Roles by name or alias, without repetitions. */
export function readRoles(texts: readonly string[]): readonly Role[] | Refusal {
  const roles = texts.map(readRole);
  const wrong = roles.indexOf(null);
  return wrong < 0 ? [...new Set(roles.filter((role) => role !== null))] : refuse('role_unknown', `role ${wrong + 1}`);
}

export function timeText(ms: number): string {
  return new Date(ms).toISOString();
}

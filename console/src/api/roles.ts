/** Roles, and what they are called. What each may do is decided by the server. */

const WORDS = {
  viewer: 'Viewer',
  investigator: 'Investigator',
  'security-analyst': 'Security analyst',
  'privacy-officer': 'Privacy officer',
  'key-custodian': 'Key custodian',
  auditor: 'Auditor',
  operator: 'Operator',
  admin: 'Administrator',
} as const;

export type Role = keyof typeof WORDS;

export const ROLES = Object.keys(WORDS) as readonly Role[];

/** As people say them: `Auditor, operator`. */
export function rolesText(roles: readonly Role[]): string {
  const text = roles.map((role) => WORDS[role].toLowerCase()).join(', ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function roleWord(role: Role): string {
  return WORDS[role];
}

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

const NOTES: Readonly<Record<Role, string>> = {
  viewer: 'reads traces, findings and figures',
  investigator: 'the same, and opens what is sealed',
  'security-analyst': 'reads, and closes findings',
  'privacy-officer': 'reads, changes what is removed before it is stored, forgets people',
  'key-custodian': 'keys and producers; no traces',
  auditor: 'the records of who did what; no traces',
  operator: 'producers, verification, the server’s figures; no traces',
  admin: 'everything here but opening what is sealed',
};

/** For choosing among them. */
export const ROLE_CHOICES = ROLES.map((id) => ({ id, label: WORDS[id], note: NOTES[id] }));

export function roleWord(role: Role): string {
  return WORDS[role];
}

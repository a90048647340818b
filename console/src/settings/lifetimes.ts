/** How long a token is valid, to choose from, in days; 0 for no end. */
export const DAY_MS = 86_400_000;

export const LIFETIMES = [
  { id: '90', label: 'for 90 days' },
  { id: '365', label: 'for a year' },
  { id: '1', label: 'for a day' },
  { id: '0', label: 'until it is revoked' },
] as const;

export type Lifetime = (typeof LIFETIMES)[number]['id'];

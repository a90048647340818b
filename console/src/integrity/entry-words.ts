/** What an entry of the log is, and what its statement says, in a few words. Statements are read as JSON that may be anything. */
import { count, plural } from '#time/format.ts';

const TYPES: Readonly<Record<string, string>> = {
  block: 'Spans were stored',
  account: 'Spans were refused or dropped',
  policy: 'The minimization policy in force',
  producer: 'A producer was changed',
  token: 'A token was made or revoked',
  person: 'An account was changed',
  'sign-in': 'Somebody signed in or out, or failed to',
  access: 'What was read, by whom',
  retention: 'What is about to be removed, under which rule',
  'log-key': 'A signing key of the log',
  tenant: 'A tenant was set',
  integrity: 'A verification ended',
  opening: 'Sealed values were opened, or somebody asked to',
  erasure: 'A person was forgotten, or somebody asked to',
  finding: 'A finding was decided about',
  'access-policy': 'Access policies of a tenant',
  key: 'A key that seals fields was made or changed',
};

/** The types that there are, for the filter. */
export const ENTRY_TYPES: readonly string[] = Object.keys(TYPES);

export function typeWords(type: string): string {
  return Object.hasOwn(TYPES, type) ? (TYPES[type] ?? type) : 'An entry of a kind that this console does not know';
}

/** '' where nothing short can be said. */
export function statementWords(type: string, statement: string | null | undefined): string {
  if (statement === undefined || statement === null) return '';
  const { rows, block, what, reads, attempts } = membersOf(statement);
  if (type === 'block' && typeof rows === 'number' && typeof block === 'number') return `${plural(rows, 'span')}, block ${block}`;
  if (typeof reads === 'number') return plural(reads, 'read');
  if (typeof attempts === 'number') return `${plural(attempts, 'attempt')} failed`;
  if (Array.isArray(what)) return what.filter((one) => typeof one === 'string').join(', ');
  return typeof what === 'string' ? what : '';
}

/** The statement on several lines; as it is where it is no JSON. */
export function statementText(statement: string): string {
  try {
    return JSON.stringify(JSON.parse(statement), null, 2);
  } catch {
    return statement;
  }
}

/** Singular and plural; a type without words is called by its own name. */
const ENTRIES: Readonly<Record<string, readonly [string, string]>> = {
  block: ['block', 'blocks'],
  account: ['account of refusals', 'accounts of refusals'],
  policy: ['policy', 'policies'],
  producer: ['producer', 'producers'],
  token: ['token', 'tokens'],
  person: ['person', 'people'],
  'sign-in': ['sign-in', 'sign-ins'],
  access: ['account of reads', 'accounts of reads'],
  retention: ['removal', 'removals'],
  'log-key': ['signing key', 'signing keys'],
  tenant: ['tenant', 'tenants'],
  integrity: ['verification', 'verifications'],
  opening: ['opening of sealed values', 'openings of sealed values'],
  erasure: ['erasure', 'erasures'],
  finding: ['finding', 'findings'],
  'access-policy': ['version of access policies', 'versions of access policies'],
  key: ['event of a sealing key', 'events of sealing keys'],
};

/** Entries by type, most first: `1,204 blocks, 1 sign-in`. */
export function sumsOf(growth: readonly { readonly type: string; readonly entries: number }[]): string {
  const sums = new Map<string, number>();
  for (const { type, entries } of growth) sums.set(type, (sums.get(type) ?? 0) + entries);
  return [...sums].sort(([, a], [, b]) => b - a).map(([type, entries]) => (Object.hasOwn(ENTRIES, type) ? plural(entries, ...(ENTRIES[type] ?? [type])) : `${count(entries)} ${type}`)).join(', ');
}

function membersOf(statement: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(statement);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/**
 * What verification can find, and how it is said. A finding names places: entries, blocks, rows, traces and spans by their ids, never what stands
 * in them.
 */
import type { Evidence, NewFinding } from '#control';
import { tenantId } from '#model';

/** By kind: one line without ids, and what to do about it. */
export const KINDS = {
  'log-cut': ['The log was cut', 'Restore the newest copy of the data directory; whoever keeps a later checkpoint can tell what is gone.'],
  'log-entry': ['An entry of the log was changed', 'Restore the folder log from a copy of the data directory.'],
  'log-hash': ['A hash of the log was changed', 'Restore the folder log from a copy of the data directory.'],
  'log-root': ['The log is not the one that was signed', 'Compare it with a copy of the data directory from before; every statement from the first changed entry on is in doubt.'],
  'log-signature': ['A checkpoint does not carry the signature it must have', 'Check that the key is that of this log. If it is, somebody else signed, or the file was changed.'],
  'log-fork': ['The log is not the one of a checkpoint that was kept', 'Keep both checkpoints: two signatures of one key over logs that contradict each other prove that its holder, or a thief of the key, told two stories.'],
  'log-body': ['What the log says about an entry was changed', 'Restore the table of the bodies from a copy; the entry itself holds.'],
  'block-changed': ['Spans of a block were changed', 'What these rows say is not what was stored. A copy of the data directory from before has them as they were.'],
  'block-missing': ['A block is gone', 'No rule of retention removed it. A copy of the data directory from before has it.'],
  'block-added': ['A block was added that nobody logged', 'Its spans were not received by this server; do not believe them.'],
  'rows-missing': ['Spans of a block are gone', 'A copy of the data directory from before has them.'],
  'rows-added': ['Spans were added to a block', 'Which ones is told by their row numbers; do not believe them.'],
  'block-misfiled': ['Rows of a block say another tenant, day or retention class than the log', 'They would be shown to, or removed with, others than they belong to.'],
  'look-up': ['The look-up table of traces does not lead to the spans', 'The spans hold, but a search by trace id may miss them.'],
  account: ['The account is not the sum of what was logged', 'The bodies of the log have the true figures.'],
  policy: ['A block was made under a policy that the log does not know', 'What was restricted in it cannot be recomputed.'],
  'key-back': ['Keys that were destroyed are there again', 'An older copy of the control database was put in place of a newer one. "tracekeep forget --again" destroys them anew.'],
  'control-gone': ['The control database is gone', 'Put control/ back from the newest copy of the data directory; no server starts before. Then "tracekeep forget --again" destroys what was erased since that copy. Without a copy what was sealed stays closed for ever.'],
  unreadable: ['Something that is stored cannot be read', 'It was changed outside of the server, or the disk is failing. A copy of the data directory from before has it.'],
  'table-gone': ['A table is gone', 'A copy of the data directory from before has it.'],
  journal: ['The journal is gone or was changed', 'What had come last may be lost with it. A copy of the data directory from before has it.'],
  retention: ['Something was removed earlier than its rule allows', 'Ask who removed it, and why.'],
} as const satisfies Record<string, readonly [title: string, advice: string]>;

export type FindingKind = keyof typeof KINDS;

export interface Finding {
  readonly kind: FindingKind;
  /** Of what: equal findings of two runs have the same. */
  readonly subject: string;
  /** Where and what, in one sentence. */
  readonly message: string;
  /** Whose data it is about; null if it concerns the whole deployment. */
  readonly tenant: string | null;
  readonly places: readonly Evidence[];
}

export function finding(kind: FindingKind, subject: string, message: string, more: { readonly tenant?: string | null; readonly places?: readonly Evidence[] } = {}): Finding {
  return { kind, subject, message, tenant: more.tenant ?? null, places: more.places ?? [] };
}

/** As it stands among the findings of the server. What concerns the whole deployment names no span of a tenant. */
export function reported({ kind, subject, message, tenant, places }: Finding): NewFinding {
  const [title, advice] = KINDS[kind];
  const owner = tenant === null ? null : tenantId(tenant);
  const evidences = owner === null ? places.map(({ block, row, entry, producer_id }) => ({ ...(block === undefined ? {} : { block }), ...(row === undefined ? {} : { row }), ...(entry === undefined ? {} : { entry }), ...(producer_id === undefined ? {} : { producer_id }) })) : places;
  return { tenant: owner, analytic: { uid: `integrity.${kind}`, name: 'Verification of the store against its log', type_id: 1 }, subject, severity_id: REPAIRABLE.includes(kind) ? 4 : 5, title, message: `${message} ${advice}`, evidences };
}

/** The spans hold. */
const REPAIRABLE: readonly FindingKind[] = ['log-hash', 'look-up', 'account', 'log-body'];

/** Such as `3–5, 9 and 12 more`; numbers in order. */
export function rangesText(numbers: readonly number[], shown = 8): string {
  const ranges: { first: number; last: number }[] = [];
  for (const number of numbers) {
    const range = ranges.at(-1);
    if (range !== undefined && number === range.last + 1) range.last = number;
    else ranges.push({ first: number, last: number });
  }
  const texts = ranges.slice(0, shown).map(({ first, last }) => (first === last ? `${first}` : `${first}–${last}`));
  const left = ranges.slice(shown).reduce((sum, { first, last }) => sum + last - first + 1, 0);
  return left === 0 ? texts.join(', ') : `${texts.join(', ')} and ${left} more`;
}

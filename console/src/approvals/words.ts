/** A request and what became of it, in words. */
import type { Approval } from '#api/approvals.ts';

/** `open user.email of a trace`; `forget a person`. */
export function askedFor({ kind, fields }: Pick<Approval, 'kind' | 'fields'>): string {
  if (kind === 'forget') return 'forget a person';
  if (kind === 'export') return 'export what is held of a person';
  return `open ${fields.length === 0 ? 'sealed values' : fields.join(', ')} of a trace`;
}

export function stateWords({ state, decidedBy, mine }: Pick<Approval, 'state' | 'decidedBy' | 'mine'>): string {
  const by = decidedBy === null ? '' : ` by ${decidedBy.name}`;
  if (state === 'used') return `approved${by} and used`;
  if (state === 'approved') return `approved${by}, not used yet`;
  if (state === 'declined') return `declined${by}`;
  if (state === 'expired') return decidedBy === null ? 'over: nobody decided in time' : `approved${by}, and not used in time`;
  return mine ? 'waits for a second person' : 'waits';
}

/** Exports of what is held of a person, told to the log page by page before they are shown; the first page uses up the approval, where one is needed. */
import type { TenantId } from '#model';
import { isRefusal, type Refusal } from '#refusal';

import type { Actor } from './actor.ts';
import { useApproval } from './approvals.ts';
import { newId, type Change } from './change.ts';
import type { Opening } from './openings.ts';
import { tellLog } from './outbox.ts';
import type { ControlRows } from './rows.ts';

export interface NewExport {
  readonly tenant: TenantId;
  /** The page is one of this export; null: it is the first. */
  readonly of: string | null;
  readonly spans: number;
  readonly values: number;
  readonly erased: number;
  readonly changed: number;
  /** Without anything that names the person. */
  readonly reason: string;
  /** It has to be for this person. Null where none is needed, or it was used for the page before. */
  readonly approval: { readonly id: string; readonly person: string | null; readonly subject: string } | null;
}

export function exportsIn(rows: ControlRows) {
  return {
    /** Told to the log and durable when resolved: then it may be shown. Refusals: approval_unusable. */
    async recordExport(wanted: NewExport, by: Actor): Promise<Opening | Refusal> {
      return rows.change(by, (change) => recordExport(change, wanted));
    },
  };
}

async function recordExport(change: Change, { tenant, of, spans, values, erased, changed, reason, approval }: NewExport): Promise<Opening | Refusal> {
  const used = approval === null ? null : await useApproval(change, tenant, approval.id, 'export', approval.person, ({ subject }) => subject === approval.subject);
  if (isRefusal(used)) return used;
  const id = of ?? newId(change, 'o_');
  await tellLog(change, 'opening', { what: 'exported', tenant, opening: id, spans, values, erased, changed, approval: approval?.id ?? null }, { reason, ...(used === null ? {} : { approvedBy: used.decidedBy }) });
  return { id, at: change.now, by: change.by };
}

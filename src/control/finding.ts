/**
 * Findings as they are reported and kept, with the names and numbers of OCSF 1.8, class Detection Finding (2004). Whoever reports one says what was
 * found (analytic) about what (subject): what is equal in both, within a tenant, is one finding that is counted.
 */
import type { TenantId } from '#model';

import type { Actor } from './actor.ts';

/** What found it. OCSF `analytic.type_id`: 1 rule, 2 behavioural, 3 statistical, 4 learning. */
export interface Analytic {
  /** Stable, such as `integrity.block` or `witness.refused`: lower-case letters, digits, dots and hyphens, at most 64. */
  readonly uid: string;
  readonly name: string;
  readonly type_id: 1 | 2 | 3 | 4;
}

/** 1 informational, 2 low, 3 medium, 4 high, 5 critical, 6 fatal. */
export type SeverityId = 1 | 2 | 3 | 4 | 5 | 6;

/** 1 new, 2 in progress, 3 suppressed, 4 resolved, 5 archived. */
export type StatusId = 1 | 2 | 3 | 4 | 5;

/** Resolved and archived: if it happens again, it is new again. */
export const CLOSED: readonly StatusId[] = [4, 5];

/** A place where it can be seen. Never what stands there. */
export interface Evidence {
  readonly block?: number;
  readonly row?: number;
  /** Index of an entry of the log. */
  readonly entry?: number;
  readonly trace_id?: string;
  readonly span_id?: string;
  readonly producer_id?: string;
}

/** What it is about: `type` in our words (block, trace, producer, log, witness …), `uid` its id. */
export interface FindingResource {
  readonly type: string;
  readonly uid: string;
  readonly name?: string;
}

export interface NewFinding {
  /** Null: it concerns the whole deployment, is shown to every tenant, and names nothing of one. */
  readonly tenant: TenantId | null;
  readonly analytic: Analytic;
  /** What it was found about, such as `block 17`. Not shown. */
  readonly subject: string;
  readonly severity_id: SeverityId;
  /** One line without ids: the same for all of its kind. */
  readonly title: string;
  /** A sentence or two: what was found, where, and what to do. Never payload. */
  readonly message: string;
  readonly evidences?: readonly Evidence[];
  readonly resources?: readonly FindingResource[];
}

/** Equal findings, not written yet: the newest of them, and how many there were when. */
export interface CountedFinding {
  readonly finding: NewFinding;
  readonly count: number;
  /** Milliseconds since 1970, as all times here. */
  readonly first: number;
  readonly last: number;
}

export interface FindingRecord extends Required<NewFinding> {
  /** `f_` and 16 hexadecimal digits. */
  readonly uid: string;
  readonly status_id: StatusId;
  readonly first: number;
  readonly last: number;
  readonly count: number;
  /** The last change of its status. */
  readonly changed: { readonly time: number; readonly by: Actor; readonly comment: string } | null;
}

export interface FindingFilter {
  /** Whose; those that concern the whole deployment are included. Absent: all. */
  readonly tenant?: TenantId;
  readonly status_id?: readonly StatusId[];
  /** At least so severe. */
  readonly severity_id?: SeverityId;
  readonly analytic?: string;
  /** Seen at this time or later. */
  readonly since?: number;
  /** Only what stands behind this one in the order: last seen first. */
  readonly after?: { readonly last: number; readonly uid: string };
  readonly limit: number;
}

/** Without repetitions. The first ones stay: somebody who can cause more must not push them out. */
export function distinct<Item extends Evidence | FindingResource>(items: readonly Item[], max: number): readonly Item[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()].slice(0, max);
}

/** People whose values are sealed: found by their name, given what is held about them, forgotten. `/api/v1/subjects`. Whom it is about stands in bodies alone. */
import type { Approval } from './approvals.ts';
import { post } from './client.ts';

/** Where somebody may stand in clear: attributes by their key with `*`, or another place. */
export interface ClearPlace {
  readonly key?: string;
  readonly place?: string;
  readonly why: string;
}

export interface FoundPerson {
  /** A keyed digest: the same for the same person. */
  readonly subject: string;
  readonly spans: number;
  readonly traces: number;
  /** That are there. */
  readonly keys: number;
  /** In so many something was sealed for them. */
  readonly hours: number;
  /** ISO 8601; null without spans. */
  readonly from: string | null;
  readonly to: string | null;
  readonly services: readonly string[];
  readonly fields: readonly { readonly key: string }[];
  readonly clear: readonly ClearPlace[];
}

/** The salt is nowhere else: whoever loses the receipt cannot show any more whom the entry of the log is about. */
export interface Receipt {
  readonly id: string;
  readonly at: string;
  readonly by: string;
  /** Index in the log. */
  readonly entry: number;
  readonly keys: number;
  readonly spans: number;
  readonly tokens: number;
  readonly salt: string;
  readonly clear: readonly ClearPlace[];
}

/** An act on a person, for a reason. `approval`: the id of one that was given for it. */
export interface PersonWish {
  readonly subject: string;
  readonly reason: string;
  readonly approval?: string;
}

export async function findPerson(subject: string): Promise<FoundPerson> {
  return post<FoundPerson>('/api/v1/subjects/find', { subject });
}

export async function forgetPerson(wish: PersonWish): Promise<Receipt | { readonly approval: Approval }> {
  return post<Receipt | { readonly approval: Approval }>('/api/v1/subjects/forget', wish);
}

/** A page of everything that is held of somebody, opened: OTLP/JSON. */
export interface ExportPage {
  readonly resourceSpans: readonly object[];
  readonly export: {
    /** Of the export, as the log has it; the same on each page. */
    readonly id: string;
    readonly spans: number;
    /** Values, as the next two. */
    readonly opened: number;
    readonly erased: number;
    readonly changed: number;
    /** Null on the last page. */
    readonly nextCursor: string | null;
  };
}

/** `cursor`: of the page before. */
export async function exportPerson(wish: PersonWish & { readonly cursor?: string }, signal?: AbortSignal): Promise<ExportPage | { readonly approval: Approval }> {
  return post<ExportPage | { readonly approval: Approval }>('/api/v1/subjects/export', wish, signal);
}

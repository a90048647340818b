/** People whose values are sealed: found by their name, given what is held about them, forgotten. `/api/v1/subjects`. Whom it is about stands in bodies alone. */
import type { ExportTold, FoundSubject, Receipt } from '#erase/answer-types';
import type { Approval } from './approvals.ts';
import { post } from './client.ts';

export type { ClearPlace, FoundSubject, Receipt } from '#erase/answer-types';

/** An act on a person, for a reason. `approval`: the id of one that was given for it. */
export interface PersonWish {
  readonly subject: string;
  readonly reason: string;
  readonly approval?: string;
}

export async function findPerson(subject: string): Promise<FoundSubject> {
  return post<FoundSubject>('/api/v1/subjects/find', { subject });
}

export async function forgetPerson(wish: PersonWish): Promise<Receipt | { readonly approval: Approval }> {
  return post<Receipt | { readonly approval: Approval }>('/api/v1/subjects/forget', wish);
}

/** A page of everything that is held of somebody, opened: OTLP/JSON. */
export interface ExportPage {
  readonly resourceSpans: readonly object[];
  readonly export: ExportTold;
}

/** `cursor`: of the page before. */
export async function exportPerson(wish: PersonWish & { readonly cursor?: string }, signal?: AbortSignal): Promise<ExportPage | { readonly approval: Approval }> {
  return post<ExportPage | { readonly approval: Approval }>('/api/v1/subjects/export', wish, signal);
}

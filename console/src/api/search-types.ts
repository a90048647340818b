/** What `GET /api/v1/search` answers: see docs/reference/query-api.md. */

export interface ServiceCount {
  readonly name: string;
  readonly spanCount: number;
  readonly errorCount: number;
}

export interface TraceSummary {
  readonly traceId: string;
  readonly rootService: string;
  readonly rootName: string;
  readonly startTimeUnixNano: string;
  readonly durationNano: string;
  readonly spanCount: number;
  readonly errorCount: number;
  readonly services: readonly ServiceCount[];
  readonly matchedSpanCount: number;
  readonly matchedSpanIds: readonly string[];
  readonly minimizedCount: number;
}

export interface SearchPage {
  readonly traces: readonly TraceSummary[];
  readonly nextCursor: string | null;
}

/** What `GET /api/v1/search`, its pictures and its suggestions answer: see docs/reference/query-api.md. */

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
  /** Values replaced; those that are sealed are counted apart. */
  readonly minimizedCount: number;
  readonly sealedCount: number;
}

export interface SearchPage {
  readonly traces: readonly TraceSummary[];
  readonly nextCursor: string | null;
}

/** `GET /api/v1/search/histogram`. */
export interface SpanHistogram {
  readonly start: string;
  readonly end: string;
  readonly stepNano: string;
  /** 1: every span was looked at. */
  readonly sampledOneIn: number;
  readonly buckets: { readonly count: readonly number[]; readonly errors: readonly number[] };
}

/** `GET /api/v1/search/points`, in columns. */
export interface SpanPoints {
  readonly start: string;
  readonly end: string;
  readonly total: number;
  /** One in so many ordinary spans is a point. */
  readonly oneIn: number;
  readonly traceIds: readonly string[];
  readonly services: readonly string[];
  readonly points: {
    readonly trace: readonly number[];
    readonly service: readonly number[];
    /** Nanoseconds from `start`. */
    readonly startOffset: readonly number[];
    readonly duration: readonly number[];
    readonly error: readonly number[];
  };
}

/** `GET /api/v1/attributes`. */
export interface AttributeKeys {
  readonly keys: readonly { readonly key: string; readonly place: 'span' | 'event' | 'resource' | 'scope'; readonly count: number; readonly types: readonly string[] }[];
  readonly more: boolean;
}

/** `GET /api/v1/attributes/values`. */
export interface AttributeValues {
  readonly values: readonly { readonly value: string; readonly count: number }[];
  readonly more: boolean;
  readonly sampled: boolean;
}

/** The server's own figures: `GET /api/v1/health`. */
import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { get } from './client.ts';
import { useMay } from './session.ts';

export interface Times {
  readonly p50_ms: number | null;
  readonly p95_ms: number | null;
  readonly p99_ms: number | null;
  readonly lastAt: string | null;
}

export interface Health {
  readonly version: string;
  readonly startedAt: string;
  readonly now: string;
  readonly uptime_ms: number;
  readonly listens: { readonly otlpHttp: Listening; readonly otlpGrpc: Listening } | null;
  readonly ready: { readonly ok: boolean; readonly code?: string; readonly message?: string; readonly advice?: string };
  readonly queue: { readonly requestsInFlight: number; readonly requestsMax: number; readonly bytesInFlight: number; readonly bytesMax: number; readonly pendingRows: number; readonly pendingRowsMax: number };
  readonly commit: Times;
  readonly flush: Times;
  readonly disk: { readonly used: number; readonly max: number | null; readonly free: number; readonly freeMin: number };
  readonly retention: readonly { readonly class: string; readonly age_ms: number; readonly oldestDay: string | null; readonly rows: number; readonly bytes: number }[];
  readonly engine: { readonly parts: number; readonly rows: number; readonly bytes: number };
  readonly memory: { readonly rss: number };
  /** Since the start. */
  readonly tls: {
    readonly connections: number;
    readonly notPostQuantum: number;
    readonly exchanges: readonly { readonly version: string; readonly group: string; readonly count: number }[];
    readonly failed: readonly { readonly reason: string; readonly count: number }[];
    readonly certificateEndsAt: string | null;
    readonly warnings: readonly { readonly message: string; readonly advice: string }[];
  };
  readonly spans: { readonly perSecond: number; readonly total: number };
}

export interface Listening {
  readonly host: string;
  readonly port: number;
}

/** Renews itself; the figures before stay while it does. `asked` changes when somebody asks for a refresh. */
export function useHealth(asked: number, every_ms: number): UseQueryResult<Health> {
  return useQuery({ enabled: useMay('server.read'), queryKey: ['health', asked], queryFn: ({ signal }) => get<Health>('/api/v1/health', {}, signal), refetchInterval: every_ms, placeholderData: keepPreviousData, retry: false, staleTime: 1_000 });
}

/** Asking for a trace. One that is not there yet may still be on its way, so it is asked for again for a while. */
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { ApiError, get } from '#api/client.ts';
import { type Outline, type OutlineAnswer, readOutline } from './outline.ts';

/** Exporters send in batches, most of them every five seconds. */
const TRIES = 8;
const PAUSE_MS = 2_000;

export function useOutline(id: string, now_ms = 0): UseQueryResult<Outline> {
  return useQuery({
    queryKey: ['outline', id, now_ms],
    queryFn: async ({ signal }) => readOutline(await get<OutlineAnswer>(`/api/v1/traces/${encodeURIComponent(id)}/outline`, {}, signal)),
    staleTime: Infinity,
    gcTime: 60_000,
    placeholderData: (before, query) => (query?.queryKey[1] === id ? before : undefined),
    structuralSharing: false,
    retry: (failures, error) => error instanceof ApiError && ((error.status === 404 && failures < TRIES) || (error.status === 0 && failures < 2)),
    retryDelay: PAUSE_MS,
  });
}

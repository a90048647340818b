/** Asking for a trace. One that is not there yet may still be on its way, so it is asked for again for a while. */
import { queryOptions, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { ApiError, get } from '#api/client.ts';
import { modelOf } from './model.ts';
import { type Outline, type OutlineAnswer, readOutline } from './outline.ts';

/** Exporters send in batches, most of them every five seconds. */
const TRIES = 8;
const PAUSE_MS = 2_000;

/** For those who see a trace coming, such as a list under the pointer. */
export function outlineOptions(id: string, now_ms: number) {
  return queryOptions({
    queryKey: ['outline', id, now_ms],
    queryFn: async ({ signal }) => {
      const answer = await get<OutlineAnswer>(`/api/v1/traces/${encodeURIComponent(id)}/outline`, {}, signal);
      // Each step of a large one in a turn of its own, so that the page goes on answering.
      await turn();
      const outline = readOutline(answer);
      await turn();
      modelOf(outline);
      await turn();
      return outline;
    },
    staleTime: Infinity,
    gcTime: 60_000,
    structuralSharing: false,
    retry: (failures, error) => error instanceof ApiError && ((error.status === 404 && failures < TRIES) || (error.status === 0 && failures < 2)),
    retryDelay: PAUSE_MS,
  });
}

export function useOutline(id: string, now_ms = 0): UseQueryResult<Outline> {
  return useQuery({ ...outlineOptions(id, now_ms), placeholderData: (before, query) => (query?.queryKey[1] === id ? before : undefined) });
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/** What the verification asks the server for. Answers are attacker-controlled: whoever uses them checks them. */
import { ApiError, get } from '#api/client.ts';
import { fetchConsistency, fetchLog } from '#api/log.ts';
import type { OutlineAnswer } from '#outline/outline.ts';
import type { LogSource } from './follow.ts';
import { Refused, type SealSource } from './verify-trace.ts';

export const askLog: LogSource = {
  keys: async () => (await asked(fetchLog())).vkeys,
  newest: async () => {
    const { published } = await asked(fetchLog());
    if (published === null) throw new Refused('evidence_pending', 'The log has no checkpoint yet.', 'Wait a moment.');
    return published.note;
  },
  consistency: async (from, to) => {
    try {
      return await fetchConsistency(from, to);
    } catch (error) {
      // It has no such proof: sizes it does not know, or does not want to know.
      if (error instanceof ApiError && (error.status === 400 || error.status === 404)) return null;
      throw refusedOf(error);
    }
  },
};

export const askServer: SealSource = {
  ...askLog,
  evidence: async (traceId) => asked(fetchEvidence(traceId)),
  size: async (traceId) => (await asked(get<OutlineAnswer>(`/api/v1/traces/${encodeURIComponent(traceId)}/outline`))).spans.id.length,
};

async function fetchEvidence(traceId: string): Promise<{ readonly bytes: Uint8Array; readonly unprovable: number }> {
  const path = `/api/v1/traces/${encodeURIComponent(traceId)}/evidence`;
  const response = await fetch(path, { headers: { accept: 'application/json' }, credentials: 'same-origin', cache: 'no-store', redirect: 'error' });
  if (response.ok) return { bytes: new Uint8Array(await response.arrayBuffer()), unprovable: Number(response.headers.get('tracekeep-unprovable-spans') ?? 0) || 0 };
  const { error } = (await response.json().catch(() => ({}))) as { readonly error?: { readonly code?: string; readonly message?: string; readonly advice?: string } };
  throw new Refused(error?.code ?? 'unreadable', error?.message ?? `The server answered ${response.status} instead of evidence.`, error?.advice ?? 'Check again; if it stays so, ask whoever runs this server.');
}

async function asked<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw refusedOf(error);
  }
}

function refusedOf(error: unknown): unknown {
  if (error instanceof ApiError) return new Refused(error.code, error.message, error.advice);
  // `fetch` says that nobody answered with this.
  return error instanceof TypeError ? new Refused('unreachable', 'The server did not answer.', 'Check again when it is reached.') : error;
}

/** Traces opened last in this browser, to go back to and to compare with. */

export interface RecentTrace {
  readonly id: string;
  readonly service: string;
  readonly name: string;
  readonly duration: number;
  readonly start_ms: number;
}

const KEY = 'tracekeep.recent-traces';
const KEPT = 12;

export function recentTraces(): readonly RecentTrace[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter(isRecent) : [];
  } catch {
    return [];
  }
}

export function rememberTrace(trace: RecentTrace): void {
  const kept = [trace, ...recentTraces().filter(({ id }) => id !== trace.id)].slice(0, KEPT);
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // A full or forbidden store forgets; nothing depends on it.
  }
}

function isRecent(value: unknown): value is RecentTrace {
  if (typeof value !== 'object' || value === null) return false;
  const { id, service, name, duration, start_ms } = value as Partial<Record<keyof RecentTrace, unknown>>;
  return typeof id === 'string' && typeof service === 'string' && typeof name === 'string' && typeof duration === 'number' && typeof start_ms === 'number';
}

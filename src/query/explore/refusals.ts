/** The table of refusals as an answer: the console says beside each figure what to do about it. */
import { REFUSALS } from '#refusal';

export function refusalsJson(): string {
  return JSON.stringify({ refusals: Object.entries(REFUSALS).map(([code, { says, advice, http }]) => ({ code, says, advice, http })) });
}

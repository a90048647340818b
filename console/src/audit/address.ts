/** What the address of the audit says: whose doings, which, on what, with which outcome, since when. */
import type { AuditFilter, Outcome } from '#api/audit.ts';
import { oneOf } from '#frame/address.ts';

export const PERIODS = ['1h', '24h', '7d', '31d', 'all'] as const;
export type Period = (typeof PERIODS)[number];

export interface AuditAddress {
  readonly who: string | undefined;
  readonly action: string | undefined;
  readonly resource: string | undefined;
  readonly outcome: Outcome | undefined;
  readonly period: Period;
}

const OUTCOMES: readonly Outcome[] = ['allowed', 'refused', 'failed'];
/** As the API bounds them. */
const CHARACTERS_MAX = 256;

export function readAuditAddress(search: Readonly<Record<string, unknown>>): AuditAddress {
  const text = (name: string): string | undefined => oneOf(search[name])?.slice(0, CHARACTERS_MAX);
  return {
    who: text('who'),
    action: text('action'),
    resource: text('resource'),
    outcome: OUTCOMES.find((one) => one === oneOf(search['outcome'])),
    period: PERIODS.find((one) => one === oneOf(search['since'])) ?? '31d',
  };
}

/** As parameters; what is as usual is left out. */
export function writeAuditAddress({ period, ...rest }: AuditAddress): Record<string, unknown> {
  return { ...rest, since: period === '31d' ? undefined : period };
}

export function filterOf({ period, ...rest }: AuditAddress): AuditFilter {
  return { ...rest, from: period === 'all' ? '0' : period };
}

/** What the address of the findings says: which are shown, and which one is open. */
import { CLOSED, type FindingsFilter, OPEN, SUPPRESSED } from '#api/findings.ts';
import { oneOf } from '#frame/address.ts';

export type Shown = 'open' | 'suppressed' | 'closed' | 'all';

export interface FindingsAddress {
  readonly shown: Shown;
  readonly severity: number | undefined;
  readonly kind: string | undefined;
  /** The finding whose details are open. */
  readonly finding: string | undefined;
}

const STATUS: Readonly<Record<Shown, readonly number[]>> = { open: OPEN, suppressed: SUPPRESSED, closed: CLOSED, all: [...OPEN, ...SUPPRESSED, ...CLOSED] };
const SEVERITIES = [2, 3, 4, 5, 6];

export function readFindingsAddress(search: Readonly<Record<string, unknown>>): FindingsAddress {
  const severity = Number(oneOf(search['severity']));
  const kind = oneOf(search['kind']);
  return {
    shown: (['suppressed', 'closed', 'all'] as const).find((shown) => shown === oneOf(search['status'])) ?? 'open',
    severity: SEVERITIES.includes(severity) ? severity : undefined,
    kind: kind !== undefined && /^[a-z][a-z0-9.-]{0,63}$/u.test(kind) ? kind : undefined,
    finding: oneOf(search['finding']),
  };
}

/** As parameters; what is as usual is left out. */
export function writeFindingsAddress({ shown, severity, kind, finding }: FindingsAddress): Record<string, unknown> {
  return { status: shown === 'open' ? undefined : shown, severity, kind, finding };
}

export function filterOf({ shown, severity, kind }: FindingsAddress): FindingsFilter {
  return { status: STATUS[shown], severity, analytic: kind };
}

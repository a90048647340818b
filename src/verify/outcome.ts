/** What a verification tells while it runs and when it has ended. */
import type { ClockNotices } from './clock.ts';
import type { Finding } from './finding.ts';

export interface Progress {
  readonly phase: 'log' | 'blocks' | 'look-up' | 'account';
  /** Checked so far, and how many there are about. */
  readonly spans: number;
  readonly spansTotal: number;
  readonly blocks: number;
  readonly expired: { readonly blocks: number; readonly spans: number };
  /** Blocks of all entries before this one were looked at. */
  readonly checkedThrough: number;
  readonly entries: number;
}

export interface Report {
  readonly full: boolean;
  readonly findings: readonly Finding[];
  /** More were found than are kept here. */
  readonly more: number;
  readonly entries: number;
  readonly blocks: number;
  readonly spans: number;
  /** What of the spans is sealed, and is closed as it was when it was stored. */
  readonly seals: number;
  /** Removed by a rule of retention that the log states. */
  readonly expired: { readonly blocks: number; readonly spans: number };
  readonly inFlight: { readonly blocks: number; readonly spans: number; readonly entries: number };
  /** From before there was a log: nothing holds them. */
  readonly beforeLog: { readonly blocks: number; readonly spans: number };
  /** Records of who did what: reads, sign-ins, changes. Each is in a body that is the one which was logged. */
  readonly records: number;
  /** In the log, and kept apart because the engine cannot read them; they were compared all the same. */
  readonly setAside: number;
  readonly checkpoints: readonly { readonly what: string; readonly size: number; readonly origin: string; readonly signatures: number }[];
  readonly accountChecked: boolean;
  readonly clock: ClockNotices;
  readonly took_ms: number;
}

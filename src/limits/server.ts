/** The server itself. Its own metrics, the console that it holds in memory, and how it stops. */

import { MiB } from './bytes.ts';

export const SERVER = {
  /** Combinations of attributes of one metric; what comes later is counted under `other`. */
  meter_rows_max: 1_000,
  /** The console’s own files, which are held in memory. */
  console_files_max: 500,
  console_bytes_max: 32 * MiB,
  /** How long a drain may take at SIGTERM before it is cut. Everything acknowledged is in the journal already. */
  drain_ms_max: 20_000,
} as const;

/**
 * Loaded before the server (`--import`) it moves the wall clock of the process and its threads by `TRACEKEEP_TEST_CLOCK_MS`, so that a test
 * can live through days. Where that names a file, it holds the number, and a test may let time pass while the server runs.
 */
import { readFileSync } from 'node:fs';

const READ_MS = 20;
const setting = process.env['TRACEKEEP_TEST_CLOCK_MS'] ?? '0';
const now = Date.now;
let shift_ms = Number(setting);
if (Number.isNaN(shift_ms)) {
  let read_ms = -Infinity;
  Date.now = () => {
    if (performance.now() - read_ms >= READ_MS) {
      read_ms = performance.now();
      shift_ms = Number(readFileSync(setting, 'utf8'));
    }
    return now() + shift_ms;
  };
} else {
  Date.now = () => now() + shift_ms;
}

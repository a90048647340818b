/**
 * Loaded before the server (`--import`) it moves the wall clock of the process and its threads by `TRACEKEEP_TEST_CLOCK_MS`, so that a test
 * can live through days.
 */
const shift_ms = Number(process.env['TRACEKEEP_TEST_CLOCK_MS'] ?? 0);
const now = Date.now;
Date.now = () => now() + shift_ms;

/**
 * Loaded into a server before it starts: queries have `TRACEKEEP_TEST_QUERY_MS` milliseconds unless they say otherwise. What a slow query does within
 * its time and at the end of it does not depend on how long that is, and the machine computes all the while.
 *
 *     NODE_OPTIONS=--import=file:///…/short-deadline.ts TRACEKEEP_TEST_QUERY_MS=4000
 */
import { LIMITS } from '#limits';

Object.assign(LIMITS, { query_ms_default: Number(process.env['TRACEKEEP_TEST_QUERY_MS']) });

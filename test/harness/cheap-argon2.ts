/**
 * Loaded before a program or a test (`--import`), it makes passwords and passphrases cheap to hash: some milliseconds, in which requests still meet. For tests that are not about what they
 * cost. There is no such setting in the product; whoever can load this into a process owns it.
 */
import { LIMITS } from '#limits';

Object.assign(LIMITS, { argon2_memory_kib: 8_192, argon2_passes: 1, argon2_lanes: 1, sealing_argon2_memory_kib: 8_192, sealing_argon2_passes: 1, sealing_argon2_lanes: 1 });

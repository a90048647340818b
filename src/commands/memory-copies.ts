/**
 * The memory of this process holds keys. What would make copies of it for others than whoever may attach to the process anyway is off: core dumps, the debugger that a
 * signal opens for every user of the machine, the environment in diagnostic reports. docs/operate/keys.md says what is left to do: swap, and whoever may attach.
 */
import { writeFileSync } from 'node:fs';

export function keepMemoryHere(): void {
  // Node would listen for a debugger on port 9229, without asking who connects.
  process.on('SIGUSR1', () => {});
  if (process.report !== undefined) process.report.excludeEnv = true;
  try {
    // core(5): none of the kinds of memory there are.
    writeFileSync('/proc/self/coredump_filter', '0');
  } catch {
    // Another system, or a /proc that cannot be written: then limits of whoever starts it count.
  }
}

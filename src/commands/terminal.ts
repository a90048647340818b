/** Standard output is for what was asked, for scripts too; standard error for everything said besides. */

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** As it is, without an end of line. */
export function writeOut(text: string): void {
  process.stdout.write(text);
}

export function note(text: string): void {
  process.stderr.write(`tracekeep: ${text}\n`);
}

/** For verbs that had the engine open: whatever a library left running must not keep the process, once what was printed is out. */
export function exitSoon(): void {
  setTimeout(() => process.exit(), 1_000).unref();
}

/**
 * For the server, which people and supervisors signal more than once: ends the process now. When Node leaves by itself it first takes the signal
 * handlers away and then tears the engine down, and a SIGTERM in between would end the drained server with a failure.
 */
export function exitNow(): never {
  process.exit();
}

/**
 * The same when a statement is still running inside the engine, whose destructors would crash under it: the process becomes one that does
 * nothing and ends well. What was acknowledged is in the journal.
 */
export function exitWithoutTeardown(): never {
  process.execve?.(process.execPath, [process.execPath, '--eval', ''], {});
  process.exit();
}

/** Standard output is for what was asked, for scripts too; standard error for everything said besides. */

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function note(text: string): void {
  process.stderr.write(`tracekeep: ${text}\n`);
}

/** For verbs that had the engine open: whatever a library left running must not keep the process, once what was printed is out. */
export function exitSoon(): void {
  setTimeout(() => process.exit(), 1_000).unref();
}

/** Standard output is for what was asked, for scripts too; standard error for everything said besides. */

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function note(text: string): void {
  process.stderr.write(`tracekeep: ${text}\n`);
}

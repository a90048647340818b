/** What an operator can put right: a wrong option, a missing directory, a name that is taken. Printed as one sentence, without a stack. */

export class OperatorError extends Error {
  /** 2 for a command line or configuration that cannot be understood, 1 for one that cannot be carried out (as POSIX utilities do). */
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 1, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** An error with the reasons behind it, as one line: each cause once, outermost first. */
export function errorText(error: unknown): string {
  const parts: string[] = [];
  for (let at: unknown = error; at !== undefined && parts.length < 8; at = at instanceof Error ? at.cause : undefined) {
    const text = at instanceof Error ? at.message : String(at);
    if (!parts.some((part) => part.includes(text))) parts.push(text);
  }
  return parts.join(': ');
}

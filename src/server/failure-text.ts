/** What is said of failures on standard error: what failed and why, never what was in a request. */

/** Failures are named by what failed and the request's id, never by what was in it. */
export type Report = (what: string, failure: unknown) => void;

export function reportLine(what: string, failure: unknown): void {
  const reasons = reasonsOf(failure);
  process.stderr.write(`${new Date().toISOString()} ${what}${reasons === '' ? '' : `: ${reasons}`}\n`);
}

/**
 * Why, without payload: our own messages (`cannot …`) carry none, those of libraries and of the engine may quote what they failed on and are
 * named by their code or class alone.
 */
export function reasonsOf(failure: unknown): string {
  const reasons: string[] = [];
  for (let error = failure, depth = 0; error instanceof Error && depth < 5; error = error.cause, depth++) {
    if (error.message.startsWith('cannot ')) reasons.push(error.message);
    else reasons.push('code' in error && typeof error.code === 'string' ? error.code : error.name);
  }
  return reasons.join(', because: ').replace(/[\0-\x1f\x7f-\x9f]/g, ' ');
}

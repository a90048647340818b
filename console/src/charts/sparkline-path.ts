/** Values as the path of a line with gaps, and of the area below it. */

export interface Paths {
  readonly line: string;
  readonly area: string;
}

/** Space for the width of the stroke. */
const EDGE = 1.5;

export function pathsOf(values: readonly (number | null)[], width: number, height: number, max = Math.max(0, ...values.filter((value) => value !== null))): Paths {
  const step = values.length < 2 ? 0 : (width - 2 * EDGE) / (values.length - 1);
  const x = (at: number): string => (EDGE + at * step).toFixed(1);
  const y = (value: number): string => (height - EDGE - (max <= 0 ? 0 : Math.min(1, value / max) * (height - 2 * EDGE))).toFixed(1);
  let line = '';
  let area = '';
  for (const [first, last] of runsOf(values)) {
    const points = values.slice(first, last + 1).map((value, at) => `${x(first + at)} ${y(value ?? 0)}`);
    // A point alone is a dot: a line of no length with round ends.
    line += `M${points.join('L')}${points.length === 1 ? 'h0' : ''}`;
    area += `M${x(first)} ${height}L${points.join('L')}L${x(last)} ${height}Z`;
  }
  return { line, area };
}

/** First and last place of each run of values. */
function runsOf(values: readonly (number | null)[]): (readonly [number, number])[] {
  const runs: [number, number][] = [];
  for (const [at, value] of values.entries()) {
    if (value === null) continue;
    const run = runs.at(-1);
    if (run !== undefined && run[1] === at - 1) run[1] = at;
    else runs.push([at, at]);
  }
  return runs;
}

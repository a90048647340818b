/** Lists: for people as aligned columns in which nothing can steer a terminal, for machines as JSON; times in ISO 8601 and UTC. */

export type Row = readonly string[];

/** A header and rows as text; every line ends without spaces. */
export function tableText(header: Row, rows: readonly Row[]): string {
  const lines = [header, ...rows].map((row) => row.map(printable));
  const widths = header.map((_, column) => Math.max(...lines.map((line) => length(line[column] ?? ''))));
  return lines.map((line) => line.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - length(cell))).join('  ').trimEnd()).join('\n');
}

export function timeText(ms: number | null): string {
  return ms === null ? '-' : `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** The same list for machines, with the same times. */
export function jsonText(items: readonly object[]): string {
  const isTime = (key: string, value: unknown): value is number => ['created', 'expires', 'revoked', 'used', 'signedIn'].includes(key) && typeof value === 'number';
  return JSON.stringify(items, (key, value: unknown) => (isTime(key, value) ? new Date(value).toISOString() : value), 2);
}

/** Names are checked when they are given; this is for what an older program, or somebody with the key, may have written. */
export function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
}

const length = (text: string): number => [...text].length;

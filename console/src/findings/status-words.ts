/** What was decided about a finding, by `status_id` of OCSF. */

const WORDS: Readonly<Record<number, string>> = { 1: 'new', 2: 'in progress', 3: 'suppressed', 4: 'resolved', 5: 'archived' };

export function statusWords(status_id: number): string {
  return WORDS[status_id] ?? 'unknown';
}

/** The time range goes along from page to page; nothing else does. */
export function keepRange(search: Record<string, unknown>): Record<string, unknown> {
  return { from: search['from'], to: search['to'] };
}

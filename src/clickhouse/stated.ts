/** What figures of minimization are kept by, as expressions over columns of `spans`: they run once per entry of a dictionary, not per span. */

/** A stated place without the number of its event or link, which is always 0: figures are not about one event of one span. */
export function statedSql(place: string): string {
  return String.raw`replaceRegexpOne(${place}, '^(events|links)\\.[0-9]+\\.', '\\1.0.')`;
}

/**
 * Where services run, as their resource says it, by the present or the earlier name of the attribute, whichever comes first; '' if it does not, or in a way that
 * has to be escaped in JSON. One function of one column: of more, the engine would take each row's text apart.
 */
export function environmentSql(resource: string): string {
  return String.raw`extract(${resource}, '"key":"deployment\\.environment(?:\\.name)?","value":\\{"stringValue":"([^"\\\\]+)"')`;
}

/** What figures of minimization are kept by, as expressions over columns of `spans`: they run once per entry of a dictionary, not per span. */

/** A stated place without the number of its event or link, which is always 0: figures are not about one event of one span. */
export function statedSql(place: string): string {
  return String.raw`replaceRegexpOne(${place}, '^(events|links)\\.[0-9]+\\.', '\\1.0.')`;
}

/** Where services run, as their resource says it; '' if it does not, or in a way that has to be escaped in JSON. */
export function environmentSql(resource: string): string {
  const value = (key: string): string => String.raw`extract(${resource}, '"key":"${key}","value":\\{"stringValue":"([^"\\\\]{1,200})"')`;
  return `if((${value(String.raw`deployment\\.environment\\.name`)} AS environment_name) != '', environment_name, ${value(String.raw`deployment\\.environment`)})`;
}

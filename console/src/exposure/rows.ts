/** Rows of exposure as people look at them: sorted, narrowed, summed up, and where their traces and a rule for them are found. */
import type { ExposureAnswer, ExposureRow } from '#api/exposure.ts';
import { millisOf, plural } from '#time/format.ts';
import type { ExposureAddress, Sort } from './address.ts';

/** Largest and newest first, names from A to Z; equals by what there is most of. */
export function sortedRows(rows: readonly ExposureRow[], sort: Sort): ExposureRow[] {
  return rows.toSorted((left, right) => ORDER[sort](left, right) || right.count - left.count || left.service.localeCompare(right.service) || left.key.localeCompare(right.key));
}

const ORDER: Readonly<Record<Sort, (left: ExposureRow, right: ExposureRow) => number>> = {
  count: (left, right) => right.count - left.count,
  service: (left, right) => left.service.localeCompare(right.service),
  key: (left, right) => Number(left.rest) - Number(right.rest) || left.key.localeCompare(right.key),
  kind: (left, right) => left.kind.localeCompare(right.kind),
  since: (left, right) => Number(BigInt(right.firstSeen) - BigInt(left.firstSeen)),
  action: (left, right) => Number(left.rest) - Number(right.rest) || (left.action ?? '').localeCompare(right.action ?? '') || (left.rule ?? '').localeCompare(right.rule ?? ''),
};

export function narrowedRows(rows: readonly ExposureRow[], { kind, onlyNew }: Pick<ExposureAddress, 'kind' | 'onlyNew'>): ExposureRow[] {
  return rows.filter((row) => (kind === undefined || row.kind === kind) && (!onlyNew || row.isNew));
}

/** `412 values of 5 kinds under 9 keys of 3 services; 2 places are new in this time.` */
export function summaryOf(rows: readonly ExposureRow[], more: boolean): string {
  const distinct = (of: (row: ExposureRow) => string): number => new Set(rows.map(of)).size;
  const values = rows.reduce((sum, { count }) => sum + count, 0);
  const fresh = rows.filter(({ isNew }) => isNew).length;
  const said = `${plural(values, 'value')} of ${plural(distinct(({ kind }) => kind), 'kind')} in ${plural(distinct(({ place, key }) => `${place} ${key}`), 'place')} of ${plural(distinct(({ service }) => service), 'service')}`;
  return `${more ? 'At least ' : ''}${said}${fresh === 0 ? '' : `; ${fresh === 1 ? 'one row is' : `${fresh} rows are`} new in this time`}.`;
}

/** When the steps of a trend begin, in milliseconds since 1970. */
export interface Steps {
  readonly from_ms: number;
  readonly step_ms: number;
}

export function stepsOf({ start, stepNano }: Pick<ExposureAnswer, 'start' | 'stepNano'>): Steps {
  return { from_ms: millisOf(start), step_ms: Number(BigInt(stepNano) / 1_000_000n) };
}

/** The steps that are over: the last one would look like a fall until it is. */
export function trendOf(trend: readonly number[], { from_ms, step_ms }: Steps, now_ms: number): readonly number[] {
  const over = trend.filter((_, at) => from_ms + (at + 1) * step_ms <= now_ms);
  return over.length < 2 ? trend : over;
}

const SEARCHED_PLACES: Readonly<Record<string, string>> = { span: 'span', event: 'event', resource: 'resource', scope: 'scope' };
/** Characters by which a search tells keys from operators. */
const OPERATOR = /[=!<>~]/u;

/** Query string of the search for spans that have it. What is dropped, or stands in no attribute, is looked for by its service. */
export function searchOf({ service, place, key, inKey, rest, action }: ExposureRow, range: { readonly from: string; readonly to?: string | undefined }): Record<string, string> {
  const where = SEARCHED_PLACES[place];
  const isThere = where !== undefined && !rest && !inKey && key !== '' && action !== 'drop' && !OPERATOR.test(key);
  return { service, ...(isThere ? { attribute: `${where}:${key}` } : {}), from: range.from, ...(range.to === undefined ? {} : { to: range.to }) };
}

/** Query string of the policy's editor, for a rule about it; null where no rule can do anything. */
export function ruleFor({ service, place, key, inKey, kind, rest }: ExposureRow): Record<string, string> | null {
  if (rest || inKey) return null;
  return { service, key, place, ...(kind === 'field' ? {} : { kind }) };
}

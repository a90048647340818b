/**
 * What a reader sees of the tables, as SQL that stands in their place. Statements name a table together with what they are going to do with it, in comment
 * signs, and `Sight.of` puts a query there that holds the reader's rows and values and no others, so that filters, counts and orders cannot tell that there is more.
 *
 * `as seen`: rows of places the reader sees, without attributes that are hidden from it. `as shown`: the same for drawing: hidden values stand as such, and spans of
 * which only an outline is shown are there as outlines. `as stored`: the rows as they are stored, for those who leave out by themselves what is hidden. `of all`: numbers of
 * blocks and rows, which are of all tenants.
 *
 * Who sees everything gets the statement as it is written.
 */
import type { Place, Visibility } from '#access';
import { type Column, SPANS, type Table, TABLES } from '#clickhouse/schema';
import { environmentSql } from '#clickhouse/stated';
import type { AttributeFilter, Condition } from './condition.ts';
import { HIDDEN, HiddenKeys, own } from './hidden-keys.ts';
import type { Param, Params } from './query-store.ts';

export interface Statement {
  readonly sql: string;
  readonly params: Params;
}

type Mark = 'as seen' | 'as shown' | 'as stored' | 'of all';

const MARKED = /\/\*(as seen|as shown|as stored|of all)\*\/(spans|figures|calls|first_seen)\b/g;
/** A table that is read without saying as what. */
const BARE = /\b(?:FROM|JOIN|IN)\s+(?:\w+\.)?`?(?:spans|figures|calls|first_seen)\b/;
const SHOWN = '/*as shown*/';
/** Parts of a statement that are there for outlines only. */
const OUTLINED = /\/\*outlined: ([^*]*)\*\//g;
/** The engine filters by its own tables only before it reads the other columns. */
const FIRST = /\/\*first\*\/PREWHERE\b/g;
const THEN = /\/\*then\*\/WHERE\b/g;


const EVERYWHERE: Condition = { sql: '1', params: {} };
const NOWHERE: Condition = { sql: '0', params: {} };

/** Statements that look at a share of the granules ask for them. */
const VIRTUAL = ['_part', '_part_offset'] as const;
const SEEN_ROW = 'is_seen';

export class Sight {
  /** Of whoever reads in nobody's name. */
  static readonly whole = new Sight({ places: 'all', outlines: [], hidden: [], hides: () => false, digest: 'all' });

  readonly #visibility: Visibility;
  readonly #hidden: HiddenKeys | null;
  readonly #rows: Condition;
  readonly #outlined: Condition;
  /** Whether there is nothing that the reader does not see. */
  readonly isWhole: boolean;
  /** Whether the reader sees spans of every place. */
  readonly seesAllPlaces: boolean;
  /** Whether outlines are shown of some. */
  readonly hasOutlines: boolean;
  /** Whether values of some attributes are hidden. */
  readonly hidesValues: boolean;

  constructor(visibility: Visibility) {
    this.#visibility = visibility;
    this.#hidden = visibility.hidden.length === 0 ? null : new HiddenKeys(visibility.hidden);
    this.seesAllPlaces = visibility.places === 'all';
    this.isWhole = this.seesAllPlaces && this.#hidden === null;
    this.#rows = visibility.places === 'all' ? EVERYWHERE : placesSql(visibility.places, 'seen');
    this.hidesValues = this.#hidden !== null;
    this.hasOutlines = visibility.places !== 'all' && visibility.outlines.length > 0;
    this.#outlined = this.hasOutlines ? placesSql(visibility.outlines, 'outlined') : NOWHERE;
  }

  /** Differs wherever what is seen does. */
  get digest(): string {
    return this.#visibility.digest;
  }

  hides(key: string): boolean {
    return this.#visibility.hides(key);
  }

  /** Whether a filter asks for what is hidden, so that no span fulfils it, negated or not. */
  isBlindTo(attributes: readonly AttributeFilter[]): boolean {
    return this.#hidden !== null && attributes.some(({ place, key }) => place !== 'field' && this.hides(key));
  }

  seesService(name: string): boolean {
    const { places } = this.#visibility;
    return places === 'all' || places.some(({ service }) => service === name);
  }

  /** The statement as this reader may run it. Throws for one that reads a table without saying as what. */
  of(sql: string, params: Params): Statement {
    if (BARE.test(sql)) throw new Error('cannot run a statement: it reads a table without saying as what');
    if (this.isWhole) return { sql, params };
    let completed = sql.replace(MARKED, (_, mark: Mark, table: string) => this.#view(mark, table, sql));
    if (completed === sql) return { sql, params };
    completed = completed.replace(FIRST, 'WHERE').replace(THEN, '  AND');
    if (this.#outlined !== NOWHERE && sql.includes(SHOWN)) completed = completed.replace(OUTLINED, '$1');
    const bound: Record<string, Param> = {};
    for (const [name, value] of Object.entries({ ...this.#rows.params, ...this.#outlined.params, ...this.#hidden?.params })) if (completed.includes(`{${name}:`)) bound[name] = value;
    return { sql: completed, params: { ...params, ...bound } };
  }

  #view(mark: Mark, name: string, sql: string): string {
    if (mark === 'of all') return name;
    const table = TABLES.find((one) => one.name === name);
    if (table === undefined) throw new Error(`cannot run a statement: no table ${name}`);
    return table === SPANS ? this.#spansView(mark, sql) : this.#rolledView(table);
  }

  /** With the columns that the statement names: each costs the engine something before it reads any. */
  #spansView(mark: Mark, sql: string): string {
    const isOutlined = mark === 'as shown' && this.#outlined !== NOWHERE;
    const columns = SPANS.columns.filter(({ name }) => sql.includes(name)).map((column) => {
      const seen = mark === 'as stored' ? own(column.name) : (this.#hidden?.column(column.name, mark === 'as shown') ?? own(column.name));
      return `${isOutlined ? outlineOf(column, seen) : seen} AS \`${column.name}\``;
    });
    const rows = isOutlined ? `(${SEEN_ROW} OR ${this.#outlined.sql})` : this.#rows.sql;
    const told = isOutlined ? [`${this.#rows.sql} AS ${SEEN_ROW}`, `toUInt8(NOT ${SEEN_ROW}) AS outline`] : [];
    return `(SELECT ${[...told, ...columns, ...VIRTUAL.filter((name) => sql.includes(name))].join(', ')} FROM spans AS kept WHERE ${rows}) AS spans`;
  }

  /** Rows that say of which place they are, and nothing of what hidden attributes had replaced. */
  #rolledView({ name, columns }: Table): string {
    const place = columns.some((column) => column.name === 'operation') ? 'operation' : columns.some((column) => column.name === 'place') ? 'place' : null;
    const conditions = [
      ...(this.seesAllPlaces ? [] : [rolled(this.#rows.sql), ...(columns.some((column) => column.name === 'placed') ? ['placed = 1'] : [])]),
      ...(this.seesAllPlaces || !columns.some((column) => column.name === 'rest') ? [] : ['rest != 2']),
      ...(this.#hidden === null || place === null ? [] : [`NOT (${place === 'operation' ? "what = 'minimized' AND " : ''}${this.#hidden.statedAt(`kept.${place}`)})`]),
    ];
    return `(SELECT * FROM ${name} AS kept WHERE ${conditions.length === 0 ? '1' : conditions.join(' AND ')}) AS ${name}`;
  }
}

/** The same condition over the columns of rolled tables, which keep the environment as one of their own. */
function rolled(sql: string): string {
  return sql.replaceAll(ENVIRONMENT, 'kept.environment');
}

const ENVIRONMENT = environmentSql(own('resource'));
/** More comparisons than these cost more than one of pairs, which looks at each row. */
const GROUPS_MAX = 32;

/**
 * Rows of these places. Environments that share their services stand together: both comparisons run once for each text of a dictionary, where one of pairs
 * would look at each row.
 */
function placesSql(places: readonly Place[], name: string): Condition {
  const services = Map.groupBy(places, ({ environment }) => environment);
  const groups = new Map<string, { readonly services: readonly string[]; readonly environments: string[] }>();
  for (const [environment, own] of services) {
    const names = [...new Set(own.map(({ service }) => service))].toSorted();
    const key = JSON.stringify(names);
    const group = groups.get(key) ?? { services: names, environments: [] };
    group.environments.push(environment);
    groups.set(key, group);
  }
  if (groups.size === 0) return NOWHERE;
  // Many environments with services of their own, such as one for each change under review. An environment as it is taken out of JSON holds no NUL, so no two pairs look alike.
  if (groups.size > GROUPS_MAX) return { sql: `(concat(${own('service')}, '\\0', ${ENVIRONMENT}) IN {${name}_pairs:Array(String)})`, params: { [`${name}_pairs`]: places.map(({ service, environment }) => `${service}\0${environment}`) } };
  const params: Record<string, Param> = {};
  const parts = [...groups.values()].map((group, at) => {
    params[`${name}_services_${at}`] = group.services;
    params[`${name}_environments_${at}`] = group.environments;
    return `(${own('service')} IN {${name}_services_${at}:Array(String)} AND ${ENVIRONMENT} IN {${name}_environments_${at}:Array(String)})`;
  });
  return { sql: `(${parts.join(' OR ')})`, params };
}

/** What stands in a row of which only the outline is seen: ids, times, kind and status are as they are; whose it is is not told. */
function outlineOf({ name, type }: Column, seen: string): string {
  if (OUTLINE_COLUMNS.has(name)) return own(name);
  if (name === 'name' || name === 'service') return `if(${SEEN_ROW}, ${seen}, '${HIDDEN}')`;
  if (name === 'resource') return `if(${SEEN_ROW}, ${seen}, '{"attributes":[{"key":"service.name","value":{"stringValue":"${HIDDEN}"}}]}')`;
  if (name === 'scope') return `if(${SEEN_ROW}, ${seen}, '{}')`;
  // Whether the parent is in another process (OTLP SpanFlags), and nothing else.
  if (name === 'flags') return `if(${SEEN_ROW}, ${seen}, bitAnd(${seen}, 0x300))`;
  return `if(${SEEN_ROW}, ${seen}, defaultValueOfTypeName('${type.replaceAll("'", "\\'")}'))`;
}

const OUTLINE_COLUMNS: ReadonlySet<string> = new Set(['block', 'row', 'day', 'retention', 'tenant', 'trace_id', 'span_id', 'parent_span_id', 'kind', 'start', 'duration', 'status_code']);

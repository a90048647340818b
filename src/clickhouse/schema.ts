/**
 * The tables, once: the DDL of both drivers, the structure of every insert and the Native encoder all read this. A column's
 * place in the list is its place in a Native block. Changing a table means a new entry in `migrations.ts`.
 */

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly codec: string;
}

export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly partitionBy: string;
  readonly orderBy: string;
  readonly indexes: readonly string[];
  readonly settings: Readonly<Record<string, string | number>>;
}

const column = (name: string, type: string, codec = 'ZSTD(1)'): Column => ({ name, type, codec });

const TEXT = 'LowCardinality(String)';
/** Attribute values as text, in the order sent; `…types` says per value what it was (see `#seal`). */
const ATTRIBUTES = 'Map(LowCardinality(String), String)';

/**
 * One row a span. Sorted by (block, row), the order of arrival with the spans of a trace next to each other: inserts come sorted,
 * merges are concatenations, a block reads back in one piece, and `traces` leads from a trace id to the exact rows.
 */
export const SPANS: Table = {
  name: 'spans',
  columns: [
    column('block', 'UInt64', 'Delta, ZSTD(1)'),
    column('row', 'UInt32', 'Delta, ZSTD(1)'),
    column('day', 'Date'),
    column('retention', TEXT),
    column('tenant', TEXT),
    column('producer', TEXT),
    column('trace_id', 'FixedString(16)'),
    column('span_id', 'FixedString(8)'),
    column('parent_span_id', 'FixedString(8)'),
    column('trace_state', TEXT),
    column('flags', 'UInt32'),
    column('name', TEXT),
    column('kind', 'Int32'),
    // Nanoseconds since 1970 and signed nanoseconds, so that an end before the start survives as sent.
    column('start', 'UInt64', 'Delta, ZSTD(1)'),
    column('duration', 'Int64'),
    column('status_code', 'Int32'),
    column('status_message', 'String'),
    column('service', TEXT),
    // OTLP/JSON objects: {"attributes":[…],"droppedAttributesCount":n,"schemaUrl":"…"} and {"name":…,"version":…,"attributes":[…],…}.
    column('resource', TEXT),
    column('scope', TEXT),
    column('attributes', ATTRIBUTES),
    column('attribute_types', TEXT),
    column('dropped_attributes', 'UInt32'),
    column('dropped_events', 'UInt32'),
    column('dropped_links', 'UInt32'),
    column('events.time', 'Array(UInt64)'),
    column('events.name', `Array(${TEXT})`),
    column('events.attributes', `Array(${ATTRIBUTES})`),
    column('events.attribute_types', `Array(${TEXT})`),
    column('events.dropped', 'Array(UInt32)'),
    column('links.trace_id', 'Array(FixedString(16))'),
    column('links.span_id', 'Array(FixedString(8))'),
    column('links.trace_state', 'Array(String)'),
    column('links.flags', 'Array(UInt32)'),
    column('links.attributes', `Array(${ATTRIBUTES})`),
    column('links.attribute_types', `Array(${TEXT})`),
    column('links.dropped', 'Array(UInt32)'),
    // What minimization did: the place (`name`, `attributes.url.full`, `events.0.exception.message`, `resource.host.ip`), the kind, how often.
    column('minimized.place', `Array(${TEXT})`),
    column('minimized.kind', `Array(${TEXT})`),
    column('minimized.count', 'Array(UInt32)'),
  ],
  partitionBy: '(day, retention)',
  orderBy: '(block, row)',
  indexes: ['INDEX start_range start TYPE minmax GRANULARITY 1'],
  settings: { index_granularity: 4096 },
};

/** Which rows of which blocks hold a trace: `trace` is the last 8 bytes of the trace id, little-endian (the random half in every id scheme). */
export const TRACES: Table = {
  name: 'traces',
  columns: [
    column('trace', 'UInt64'),
    column('block', 'UInt64'),
    column('first', 'UInt32'),
    column('last', 'UInt32'),
    column('day', 'Date'),
    column('retention', TEXT),
  ],
  partitionBy: '(day, retention)',
  orderBy: '(trace, block)',
  indexes: [],
  settings: {},
};

/** The account, in spans, written with the commits it describes; received = stored + refused + dropped. `minimized` rows count values instead. */
export const ACCOUNTING: Table = {
  name: 'accounting',
  columns: [
    column('time', 'DateTime64(3)'),
    column('tenant', TEXT),
    column('producer', TEXT),
    /** received, stored, refused, dropped, minimized */
    column('outcome', TEXT),
    /** '' for received and stored; the refusal code, `duplicate`, or the kind of value. */
    column('reason', TEXT),
    column('count', 'UInt64'),
    column('sequence', 'UInt64'),
  ],
  partitionBy: 'toYYYYMM(time)',
  orderBy: '(tenant, producer, time)',
  indexes: [],
  settings: {},
};

export const TABLES: readonly Table[] = [SPANS, TRACES, ACCOUNTING];

/** The structure argument of `file(path, 'Native', structure)`. */
export function structureOf(table: Table): string {
  return table.columns.map(({ name, type }) => `\`${name}\` ${type}`).join(', ');
}

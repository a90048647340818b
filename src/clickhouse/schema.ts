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
    // Values that the policy seals, one text for all of them that a span has: the id of the key that closed it, and what it closed (docs/reference/log-format.md).
    column('sealed.key', 'Array(FixedString(8))'),
    // As good as random: nothing makes it smaller.
    column('sealed.text', 'Array(String)', 'NONE'),
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

/**
 * Figures of spans by minute, made from whole blocks some time after they are in `spans`; `roll` is the insert that brought a row. A roll is one
 * insert into one partition, so all of its rows are there or none: `rolled` names the blocks it holds, and a crash leaves nothing to guess.
 */
export const FIGURES: Table = {
  name: 'figures',
  columns: [
    /** `operations` and `services`: figures of the same spans. `minimized`: `operation` is a stated place (`stated.ts`) and `count` how many values were replaced. `rolled`: `blocks`. */
    column('what', "Enum8('operations' = 1, 'services' = 2, 'minimized' = 3, 'rolled' = 4)"),
    column('roll', 'UInt64', 'Delta, ZSTD(1)'),
    column('day', 'Date'),
    column('retention', TEXT),
    column('tenant', TEXT),
    /** Of the start of the spans, since 1970. */
    column('minute', 'UInt32', 'Delta, ZSTD(1)'),
    column('service', TEXT),
    column('operation', TEXT),
    column('kind', 'Int32'),
    /** 1: where a service is entered, that is server and consumer spans, and spans without a parent. */
    column('entry', 'UInt8'),
    /** 1: operations or places beyond the limit, together; 2: services beyond the limit, together. Their names are ''. */
    column('rest', 'UInt8'),
    column('count', 'UInt64'),
    column('errors', 'UInt64'),
    column('longest', 'Int64'),
    // Buckets of `durations.ts` that are not empty.
    column('durations.bucket', 'Array(UInt8)'),
    column('durations.count', 'Array(UInt32)'),
    column('blocks', 'Array(UInt64)'),
    // Of `minimized`. `kind` is that of the spans, 0 for what belongs to resources and scopes.
    column('value_kind', TEXT),
    /** Of the spans, as their resource says it (`stated.ts`): with the service, what access rules are about. '' also where `rest` is 2. */
    column('environment', TEXT),
  ],
  partitionBy: '(day, retention)',
  orderBy: '(what, tenant, service, minute, operation, kind, entry)',
  indexes: [],
  settings: {},
};

/**
 * When a kind of value was first replaced at a place: names and a minute, never removed by age, so that what is new can be told from what is old
 * after the spans are gone. Several rows may say it of the same; the earliest is right. A roll adds what it has for the first time.
 */
export const FIRST_SEEN: Table = {
  name: 'first_seen',
  columns: [
    column('tenant', TEXT),
    column('service', TEXT),
    /** As `operation` of `minimized` figures. */
    column('place', TEXT),
    column('value_kind', TEXT),
    column('minute', 'UInt32'),
    column('environment', TEXT),
    /** 0: from before environments were kept here; for readers of all places only. */
    column('placed', 'UInt8'),
  ],
  partitionBy: 'tuple()',
  orderBy: '(tenant, service, place, value_kind)',
  indexes: [],
  settings: {},
};

/** The spans of one in `CALLS_ONE_IN` traces, with as much as shows which service called which. Written with the roll of the same number. */
export const CALLS: Table = {
  name: 'calls',
  columns: [
    column('roll', 'UInt64', 'Delta, ZSTD(1)'),
    column('day', 'Date'),
    column('retention', TEXT),
    column('tenant', TEXT),
    /** As in `traces`. */
    column('trace', 'UInt64'),
    column('span_id', 'FixedString(8)'),
    column('parent_span_id', 'FixedString(8)'),
    column('service', TEXT),
    column('start', 'UInt64', 'Delta, ZSTD(1)'),
    column('duration', 'Int64'),
    column('error', 'UInt8'),
    column('environment', TEXT),
  ],
  partitionBy: '(day, retention)',
  orderBy: '(tenant, start)',
  indexes: [],
  settings: {},
};

/**
 * Which blocks may hold an item (`#items`): one row for each slice of a block's filter, so that a look-up reads one slice of each block. It may
 * say yes to a block that has none, never no to one that has; a block without rows, written before this table was or whose insert was lost, is searched.
 */
export const ITEM_FILTERS: Table = {
  name: 'item_filters',
  columns: [
    column('slice', 'UInt16', 'Delta, ZSTD(1)'),
    column('block', 'UInt64', 'Delta, ZSTD(1)'),
    column('day', 'Date'),
    column('retention', TEXT),
    column('tenant', TEXT),
    /** Seconds since 1970 between which the block's spans start, both included. */
    column('first_s', 'UInt32', 'Delta, ZSTD(1)'),
    column('last_s', 'UInt32', 'Delta, ZSTD(1)'),
    column('bits', 'String', 'NONE'),
  ],
  partitionBy: '(day, retention)',
  orderBy: '(slice, block)',
  indexes: [],
  // Rows are large, and a look-up wants those of one slice.
  settings: { index_granularity: 128 },
};

/**
 * Which rows hold a sealed value that somebody may look for: one row for each value of a `searchable` field, and one for each span of which values were sealed for a person.
 * A token is a keyed digest (`Tokens` in `#keys`), so it tells nothing to whoever has no root key, and nothing here is part of a leaf: rows can go and every proof holds.
 *
 * All spans of a person: `tenant` and `token` = `Tokens.ofSubject`. Everything that has to go when keys are destroyed: `key` among their ids (`Store.removeTokens`).
 * Rows are there before those of `spans` that they lead to, and may lead to none.
 */
export const SEALED_TOKENS: Table = {
  name: 'sealed_tokens',
  columns: [
    // As good as random: nothing makes it smaller.
    column('token', 'FixedString(16)', 'NONE'),
    column('block', 'UInt64', 'T64, ZSTD(1)'),
    column('row', 'UInt32', 'T64, ZSTD(1)'),
    /** As in `traces`. */
    column('trace', 'UInt64', 'NONE'),
    /** The key that closed the span's values: what `sealed.key` has there. */
    column('key', 'FixedString(8)'),
    column('day', 'Date'),
    column('retention', TEXT),
    column('tenant', TEXT),
  ],
  partitionBy: '(day, retention)',
  orderBy: '(token, block, row)',
  indexes: [],
  settings: {},
};

/**
 * The bodies of the log's entries (docs/reference/log-format.md), one row each, never removed by age. `groups` are the roots of each 256 rows of a
 * block: nobody trusts them, they save reading the whole block to prove one of its spans.
 */
export const LOG_ENTRIES: Table = {
  name: 'log_entries',
  columns: [
    column('index', 'UInt64', 'Delta, ZSTD(1)'),
    column('time', 'DateTime64(3)', 'Delta, ZSTD(1)'),
    column('type', 'UInt8'),
    /** Id and rows of the block that it is about; 0 for other types. */
    column('block', 'UInt64', 'Delta, ZSTD(1)'),
    column('rows', 'UInt32'),
    /** '' where it is about no tenant. */
    column('tenant', TEXT),
    column('statement', 'String', 'ZSTD(3)'),
    column('closed', 'String', 'ZSTD(3)'),
    column('groups', 'String', 'NONE'),
    /** Row of the outbox of the control data that it comes from, or 0. */
    column('outbox', 'UInt64'),
    /** Records of the access journal up to this one are in the log with it, or 0. */
    column('recorded', 'UInt64', 'T64, ZSTD(1)'),
  ],
  partitionBy: 'tuple()',
  orderBy: '(index)',
  indexes: ['INDEX block_range block TYPE minmax GRANULARITY 1'],
  // Rows are large, and a proof wants one of them.
  settings: { index_granularity: 512 },
};

/** A power of two: which traces are in `calls` is said by the low bits of the random half of their ids. */
export const CALLS_ONE_IN = 16;

export const TABLES: readonly Table[] = [SPANS, TRACES, ACCOUNTING, FIGURES, FIRST_SEEN, CALLS, ITEM_FILTERS, SEALED_TOKENS, LOG_ENTRIES];

/** The structure argument of `file(path, 'Native', structure)`. */
export function structureOf(table: Table): string {
  return table.columns.map(({ name, type }) => `\`${name}\` ${type}`).join(', ');
}

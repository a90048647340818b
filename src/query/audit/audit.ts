/**
 * Who did what, read back from the bodies of the log: reads and refusals, sign-ins, changes of control data. One form for all of them: the newest
 * first for people, in the order of the log for those who take them away. What was just recorded is in the log before it is looked for.
 */
import { readFileSync } from 'node:fs';
import { LIMITS } from '#limits';
import { DEFAULT_TENANT, ENTRY_TYPES, type Reader } from '#model';
import type { Answering, Run } from '#query/answering';
import type { Params } from '#query/query-store';
import type { Outcome } from '#records';
import type { Refusal } from '#refusal';

export interface AuditRecord {
  /** Of no other record. */
  readonly id: string;
  /** RFC 3339; of equal ones that are counted, of the first. */
  readonly time: string;
  /** A name; `unknown` for whoever had no valid credential. */
  readonly who: string;
  readonly whoId: string | null;
  /** person, token, command line, link, server, or nobody. */
  readonly whoKind: string;
  /** As in `#access`, or what was done to what: `token.made`. */
  readonly action: string;
  /** `trace:<id>`, `token:<id>`, …; a word where it is no single thing. */
  readonly resource: string;
  readonly outcome: Outcome;
  /** The refusal, where it was one. */
  readonly code: string | null;
  readonly route: string;
  readonly filter: string | null;
  readonly rows: number | null;
  readonly reason: string | null;
  readonly network: string | null;
  readonly count: number;
  readonly until: string | null;
  /** Null for what is of none. */
  readonly tenant: string | null;
  /** Index of the entry of the log that commits to it. */
  readonly entry: number;
}

export interface AuditQuestion {
  /** Name or id, action, resource: with `*`. */
  readonly who?: string;
  readonly action?: string;
  readonly resource?: string;
  readonly outcome?: Outcome;
  /** Milliseconds since 1970, both included. */
  readonly from?: number;
  readonly to?: number;
  readonly after?: AuditPlace;
  readonly limit: number;
}

/** Where a page ends. */
export interface AuditPlace {
  readonly ms: number;
  readonly entry: number;
  readonly ordinal: number;
}

export interface AuditPage {
  readonly records: readonly AuditRecord[];
  /** Null at the end. */
  readonly next: AuditPlace | null;
}

export interface Audit {
  /** The newest first. */
  records(reader: Reader, question: AuditQuestion): Promise<AuditPage | Refusal>;
  /** In the order of the log, of every tenant, for the server itself, as far as the tables have it; `next` is where to go on, also at the end. */
  logged(after: AuditPlace, limit: number): Promise<AuditPage & { readonly next: AuditPlace }>;
}

export interface AuditParts {
  /** Brings into the log what was recorded until now. */
  readonly flush: () => Promise<void>;
  /** Entries of the log. */
  readonly size: () => number;
}

/** Everything that somebody does; what the server logs of its own accord is no act. */
const KINDS = Object.entries(ENTRY_TYPES).filter(([kind]) => !['block', 'account', 'retention', 'log-key', 'integrity'].includes(kind));
/** What is read where no single thing is named. */
const NOUNS: Readonly<Record<string, string>> = {
  'trace.search': 'search', 'trace.read': 'traces', 'service.list': 'services', 'operation.list': 'operations', 'dependency.read': 'dependencies', 'attribute.list': 'attributes', 'finding.read': 'findings', 'entry.read': 'log', 'trace.write': 'ingest',
};
const sql = (name: string): string => readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');
const NEWEST = sql('records') + sql('newest');
const LOGGED = sql('records') + sql('logged');
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Entries that are looked through at once for those who take all. */
const ENTRIES_AT_ONCE = 100_000;
const END: AuditPlace = { ms: Number.MAX_SAFE_INTEGER, entry: Number.MAX_SAFE_INTEGER, ordinal: 2 ** 32 - 1 };
export const BEGINNING: AuditPlace = { ms: 0, entry: 0, ordinal: 0 };

const KNOWN = {
  types: KINDS.map(([, type]) => type), kinds: KINDS.map(([kind]) => kind), verbs: Object.keys(NOUNS), nouns: Object.values(NOUNS),
  access: String(ENTRY_TYPES.access), sign_in: String(ENTRY_TYPES['sign-in']), policy: String(ENTRY_TYPES.policy),
} as const;

interface Row extends Omit<AuditRecord, 'id' | 'time' | 'entry' | 'rows' | 'count' | 'until'> {
  readonly ms: string;
  readonly entry: string;
  readonly ordinal: number;
  readonly rows: string;
  readonly count: string;
  readonly until: string;
}

export function createAudit({ answer, settled, store, now_ms }: Answering, { flush, size }: AuditParts): Audit {
  return {
    records: (reader, question) =>
      answer(reader, 'audit.read', 'scan', async (run) => {
        await flush();
        await settled('account');
        const to = question.to ?? now_ms() + HOUR_MS;
        const from = question.from ?? to - LIMITS.audit_default_ms;
        const newest = Math.min(to, question.after?.ms ?? to);
        let rows: readonly Row[] = [];
        // Mostly the newest are wanted, and few entries are enough for them.
        for (const since of [Math.max(from, newest - DAY_MS), from]) {
          rows = await readNewest(run, reader, question, since, to);
          if (rows.length > question.limit || since === from) break;
        }
        const page = rows.slice(0, question.limit);
        const last = rows.length > question.limit ? page.at(-1) : undefined;
        return { records: page.map(recordOf), next: last === undefined ? null : placeOf(last) };
      }),

    async logged(after, limit) {
      for (let first = after.entry; ; first += ENTRIES_AT_ONCE) {
        const end = Math.min(size(), first + ENTRIES_AT_ONCE);
        const params = {
          ...KNOWN, tenant: '', of_none: '1', of_all: '1', first: String(first), end: String(end), from: '0', to: String(END.ms), ...patterns({}),
          last_index: String(after.entry), last_ordinal: String(after.ordinal), limit: String(limit),
        };
        const rows = first < end ? await store.query<Row>(LOGGED, params, { deadline_ms: LIMITS.query_ms_max, rows_max: limit }) : [];
        const last = rows.at(-1);
        if (last !== undefined) return { records: rows.map(recordOf), next: placeOf(last) };
        if (end >= size()) return { records: [], next: after };
      }
    },
  };
}

function readNewest(run: Run, reader: Reader, question: AuditQuestion, from: number, to: number): Promise<Row[]> {
  const { after = END, limit } = question;
  const params = {
    ...KNOWN, of_none: reader.tenant === DEFAULT_TENANT ? '1' : '0', of_all: '0', first: '0', end: String(END.entry), from: String(from), to: String(to), ...patterns(question),
    last_ms: String(after.ms), last_index: String(after.entry), last_ordinal: String(after.ordinal), limit: String(limit + 1),
  };
  return run<Row>(NEWEST, params, limit + 1);
}

function patterns({ who, action, resource, outcome = undefined }: Pick<AuditQuestion, 'who' | 'action' | 'resource' | 'outcome'>): Params {
  return { who: pattern(who), action: pattern(action), resource: pattern(resource), outcome: outcome ?? '%' };
}

/** `*` is any run of characters, everything else is itself. */
function pattern(text = '*'): string {
  return text.replace(/[\\%_]/g, '\\$&').replace(/\*+/g, '%');
}

function placeOf({ ms, entry, ordinal }: Row): AuditPlace {
  return { ms: Number(ms), entry: Number(entry), ordinal };
}

function recordOf({ ms, entry, ordinal, rows, count, until, ...row }: Row): AuditRecord {
  const orNull = (text: string | null): string | null => (text === '' ? null : text);
  return {
    id: `${entry}.${ordinal}`, time: new Date(Number(ms)).toISOString(), ...row,
    whoId: orNull(row.whoId), code: orNull(row.code), filter: orNull(row.filter), reason: orNull(row.reason), network: orNull(row.network), tenant: orNull(row.tenant),
    rows: Number(rows) < 0 ? null : Number(rows), count: Number(count), until: Number(count) > 1 ? new Date(Number(until)).toISOString() : null, entry: Number(entry),
  };
}

/**
 * Who did what, read back from the bodies of the log: reads and refusals, sign-ins, changes of control data. One form for all of them, the newest
 * first. What was just recorded is in the log before it is looked for.
 */
import { readFileSync } from 'node:fs';
import { LIMITS } from '#limits';
import { DEFAULT_TENANT, ENTRY_TYPES, type Reader } from '#model';
import type { Answering, Run } from '#query/answering';
import type { Refusal } from '#refusal';
import type { Outcome } from '#records';

export interface AuditRecord {
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
  readonly next: AuditPlace | null;
}

export interface Audit {
  records(reader: Reader, question: AuditQuestion): Promise<AuditPage | Refusal>;
}

export interface AuditParts {
  /** Brings into the log what was recorded until now. */
  readonly flush: () => Promise<void>;
}

/** Everything that somebody does; what the server logs of its own accord is no act. */
const KINDS = Object.entries(ENTRY_TYPES).filter(([kind]) => !['block', 'account', 'retention', 'log-key', 'integrity'].includes(kind));
/** What is read where no single thing is named. */
const NOUNS: Readonly<Record<string, string>> = {
  'trace.search': 'search', 'trace.read': 'traces', 'service.list': 'services', 'operation.list': 'operations', 'dependency.read': 'dependencies', 'attribute.list': 'attributes', 'finding.read': 'findings', 'entry.read': 'log', 'trace.write': 'ingest',
};
const SQL = readFileSync(new URL('./sql/records.sql', import.meta.url), 'utf8');
const HOUR_MS = 3_600_000;
const END: AuditPlace = { ms: Number.MAX_SAFE_INTEGER, entry: Number.MAX_SAFE_INTEGER, ordinal: 2 ** 32 - 1 };

interface Row extends Omit<AuditRecord, 'time' | 'entry' | 'rows' | 'count' | 'until'> {
  readonly ms: string;
  readonly entry: string;
  readonly ordinal: number;
  readonly rows: string;
  readonly count: string;
  readonly until: string;
}

export function createAudit({ answer, settled, now_ms }: Answering, { flush }: AuditParts): Audit {
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
        for (const back of [24 * HOUR_MS, Number.POSITIVE_INFINITY]) {
          const since = Math.max(from, newest - back);
          rows = await readRows(run, reader, question, since, to);
          if (rows.length > question.limit || since === from) break;
        }
        const page = rows.slice(0, question.limit);
        const last = rows.length > question.limit ? page.at(-1) : undefined;
        return { records: page.map(recordOf), next: last === undefined ? null : { ms: Number(last.ms), entry: Number(last.entry), ordinal: last.ordinal } };
      }),
  };
}

function readRows(run: Run, reader: Reader, { who, action, resource, outcome, after = END, limit }: AuditQuestion, from: number, to: number): Promise<Row[]> {
  const params = {
    from: String(from), to: String(to), limit: String(limit + 1), of_none: reader.tenant === DEFAULT_TENANT ? '1' : '0',
    types: KINDS.map(([, type]) => type), kinds: KINDS.map(([kind]) => kind), verbs: Object.keys(NOUNS), nouns: Object.values(NOUNS),
    access: String(ENTRY_TYPES.access), sign_in: String(ENTRY_TYPES['sign-in']), policy: String(ENTRY_TYPES.policy),
    who: pattern(who), action: pattern(action), resource: pattern(resource), outcome: outcome ?? '%',
    last_ms: String(after.ms), last_index: String(after.entry), last_ordinal: String(after.ordinal),
  };
  return run<Row>(SQL, params, limit + 1);
}

/** `*` is any run of characters, everything else is itself. */
function pattern(text = '*'): string {
  return text.replace(/[\\%_]/g, '\\$&').replace(/\*+/g, '%');
}

function recordOf({ ms, entry, ordinal: _, rows, count, until, code, filter, reason, network, whoId, ...row }: Row): AuditRecord {
  const orNull = (text: string | null): string | null => (text === '' ? null : text);
  return {
    time: new Date(Number(ms)).toISOString(), ...row, whoId: orNull(whoId), code: orNull(code), filter: orNull(filter), rows: Number(rows) < 0 ? null : Number(rows), reason: orNull(reason), network: orNull(network),
    count: Number(count), until: Number(count) > 1 ? new Date(Number(until)).toISOString() : null, entry: Number(entry),
  };
}

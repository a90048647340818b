/**
 * The nouns every stage shares: identifiers, secrets, and what travels from the pipeline to the store. They know no stage.
 */

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** A tenant's name: `[a-z0-9][a-z0-9-]{0,62}`. */
export type TenantId = Branded<'TenantId'>;
/** A producer's id: `p_` and 16 lower-case hexadecimal digits. */
export type ProducerId = Branded<'ProducerId'>;
/** A trace id: 32 lower-case hexadecimal digits, not all zero. */
export type TraceId = Branded<'TraceId'>;

/** The tenant every producer and token belongs to unless another is named. */
export const DEFAULT_TENANT = 'default' as TenantId;

export function tenantId(text: string): TenantId | null {
  return /^[a-z0-9][a-z0-9-]{0,62}$/.test(text) ? (text as TenantId) : null;
}

export function producerId(text: string): ProducerId | null {
  return /^p_[0-9a-f]{16}$/.test(text) ? (text as ProducerId) : null;
}

/** Accepts upper case, as W3C Trace Context asks of readers; refuses the all-zero id. */
export function traceId(text: string): TraceId | null {
  return /^[0-9a-fA-F]{32}$/.test(text) && !/^0{32}$/.test(text) ? (text.toLowerCase() as TraceId) : null;
}

/** What somebody is here for; what each role may do is said by `#access`. `admin` administers a tenant. */
export const ROLES = ['viewer', 'investigator', 'security-analyst', 'privacy-officer', 'key-custodian', 'auditor', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

const OTHER_NAMES: Readonly<Record<string, Role>> = { 'tenant-admin': 'admin', administrator: 'admin', analyst: 'security-analyst' };

/** A role by its name, as people write it: in any case, with spaces or underscores. Null for what is none. */
export function readRole(text: string): Role | null {
  if (text.length > 32) return null;
  const name = text.trim().toLowerCase().replaceAll(/[ _]/g, '-');
  const other = Object.hasOwn(OTHER_NAMES, name) ? OTHER_NAMES[name] : undefined;
  return other ?? ROLES.find((role) => role === name) ?? null;
}

/** Who sends, as the ingest key of the request says: proven by the credential, never by anything in the body. Plain data, so that it travels to workers. */
export interface Producer {
  readonly id: ProducerId;
  readonly name: string;
  readonly tenant: TenantId;
  /** Retention class of the tenant. */
  readonly retention: string;
  /** Globs of the service names this producer may speak for; `matchesGlob` of `#control/glob` reads them. */
  readonly services: readonly string[];
  /** May send spans that ended longer ago than `past_ms_max`. */
  readonly backfill: boolean;
  /** Rises whenever `services` or `backfill` changes: what is remembered per (id, version) never goes stale. */
  readonly version: number;
}

/** Who reads, as the bearer token or the session of the request says. */
export interface Reader {
  /** The id of the token (`t_`) or of the person's account (`a_`), and 16 lower-case hexadecimal digits. */
  readonly id: string;
  readonly name: string;
  readonly tenant: TenantId;
  readonly kind: 'person' | 'token' | 'command line';
  readonly roles: readonly Role[];
  /** Of people, and of tokens that act for them: names that access policies may speak of. */
  readonly groups: readonly string[];
  /** Actions that a token is limited to, with `*`; null: whatever its roles may do. */
  readonly scopes: readonly string[] | null;
  /** Whom a token acts for. Absent: it stands for itself, or this is the person. */
  readonly person?: { readonly id: string; readonly name: string };
}

/** As records and logs name a reader: a token with whom it acts for. */
export function readerName({ name, person }: Pick<Reader, 'name' | 'person'>): string {
  return person === undefined ? name : `${name} for ${person.name}`;
}

/** Whoever may open the data directory reads all of a tenant: verbs carry no credential. */
export function commandLineReader(tenant: TenantId): Reader {
  return { id: 't_0000000000000000', name: 'command line', tenant, kind: 'command line', roles: ['investigator'], groups: [], scopes: null };
}

/** What stands for a service when the resource names none (OpenTelemetry semantic conventions, service.name). */
export const UNKNOWN_SERVICE = 'unknown_service';

/** The kind under which harmful characters made visible are counted, beside the kinds of what was replaced. */
export const NEUTRALIZED = 'neutralized';

/** A value that must never be printed: every road to text gives `[secret]`. */
export class Secret<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The value itself. Call it where the value is used, never earlier. */
  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]';
  }
}

/** A key that fields of one person or of none in particular are sealed with, as it is kept: wrapped by the key of its window. */
export interface SubjectKeyRow {
  /** 8 bytes, of no other key. */
  readonly keyId: Uint8Array;
  readonly tenant: TenantId;
  /** The window whose key wraps it. */
  readonly window: number;
  /** 16 bytes: whom it belongs to. */
  readonly token: Uint8Array;
  readonly wrapped: Uint8Array;
}

/** Rows of one tenant and window on their way from the worker that made them: one after another, as `#keys` writes and reads them. */
export interface PackedSubjectKeys extends Pick<SubjectKeyRow, 'tenant' | 'window'> {
  readonly rows: Uint8Array<ArrayBuffer>;
}

/** Rows of one tenant and one retention class, encoded and ready to insert. Immutable once made. */
export interface SealedBlock {
  /** Rises by one for every block this deployment ever made; never reused, also not after a crash. */
  readonly id: number;
  readonly tenant: TenantId;
  /** Retention class of the tenant when the block was made; with `day` it names the partition. */
  readonly retention: string;
  /** Commit day, in days since 1970-01-01 UTC. */
  readonly day: number;
  readonly rows: number;
  /** One ClickHouse Native block for the table `spans`: minimized, in clear. Never written to disk unencrypted. */
  readonly spans: Uint8Array;
  /** One ClickHouse Native block for the table `traces`: which rows of this block belong to which trace. */
  readonly traces: Uint8Array;
  /** One ClickHouse Native block for the table `item_filters`: what may be in this block. Empty for blocks from before there were filters. */
  readonly filter: Uint8Array;
  /** One ClickHouse Native block for the table `sealed_tokens`: by what its sealed values are found. Empty where there are none. */
  readonly tokens: Uint8Array;
  /** Low 32 bits of the trace keys in `traces`, to answer "may this trace still be pending?" without the engine. */
  readonly traceKeys: Uint32Array;
  /** Requests whose spans are in this block. */
  readonly requests: readonly number[];
  /** 32 random bytes, from which the salts of the block's restricted values are derived. */
  readonly salt: Uint8Array;
  /** Root of the tree of the block's span entries, 32 bytes (docs/reference/log-format.md). Empty in a journal from before there was a log. */
  readonly root: Uint8Array;
  /** The roots of each 256 of its rows, one after another. */
  readonly groups: Uint8Array;
  /** Earliest and latest start of its spans, nanoseconds since 1970, decimal. */
  readonly first: string;
  readonly last: string;
  /** SHA-256 of the minimization policy it was made under, hexadecimal. */
  readonly policy: string;
  /** Keys that must be durable before the block is: made since the last block of the same worker, and sealed with in this one or a later one. Absent: none. */
  readonly subjectKeys?: readonly PackedSubjectKeys[];
}

/** The account of one request, in spans; `received = stored + Σ refused + dropped` always. */
export interface RequestAccount {
  readonly producer: ProducerId;
  readonly tenant: TenantId;
  /**
   * Keyed digest of the request's bytes, 16 bytes as hexadecimal: recognises a retry after a lost acknowledgement. '' where the account does not
   * say that the request is taken: of a part of it, or of a request that was only repeated.
   */
  readonly digest: string;
  /** Spans of the whole request, where `received` counts the last part of it. */
  readonly whole?: number;
  readonly received: number;
  readonly stored: number;
  /** Refused spans by code. */
  readonly refused: Readonly<Record<string, number>>;
  /** Duplicates: spans that had been taken already. */
  readonly dropped: number;
  /** Values replaced by kind, `neutralized` for harmful characters made visible; and spans that were kept as they came, as `odd-time` and `second-version`. */
  readonly minimized: Readonly<Record<string, number>>;
  /** What the sender was told, repeated when the request is: rejected spans and the message of the partial success. */
  readonly answer: { readonly rejectedSpans: number; readonly message: string };
}

/** What is remembered of a request that was taken, by whoever sent it first. */
export interface TakenRequest {
  readonly producer: ProducerId;
  readonly tenant: TenantId;
  /** Spans. */
  readonly received: number;
  /** Those of them that were refused, as the sender was told, and with which sentence. */
  readonly rejected: number;
  readonly message: string;
}

export function takenOf({ producer, tenant, received, whole = received, answer }: RequestAccount): TakenRequest {
  return { producer, tenant, received: whole, rejected: answer.rejectedSpans, message: answer.message };
}

/** What an entry of the log says, by type; the number is the first byte of the entry (docs/reference/log-format.md). */
export const ENTRY_TYPES = { block: 1, account: 2, policy: 3, producer: 4, token: 5, person: 6, 'sign-in': 7, access: 8, retention: 9, 'log-key': 10, tenant: 11, integrity: 12, opening: 13, erasure: 14, finding: 16, 'access-policy': 17, key: 18 } as const;

export type EntryType = keyof typeof ENTRY_TYPES;

/** The body of an entry of the log. The log itself holds a commitment to the two texts; `closed` has a random salt in it. */
export interface LogBody {
  readonly type: EntryType;
  readonly time_ms: number;
  readonly statement: string;
  readonly closed: string;
  /** The row of the control database's outbox that it comes from, so that none is logged twice. */
  readonly outbox?: number;
  /** Every record of the access journal up to this one is in the log with it, so that none is logged twice. */
  readonly recorded?: number;
}

export interface Commit {
  readonly blocks: readonly SealedBlock[];
  readonly requests: readonly RequestAccount[];
  /** What else happened. The entries of blocks and accounts are made by the store. */
  readonly entries?: readonly LogBody[];
}

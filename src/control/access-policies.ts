/**
 * A tenant's own access policies, version by version, each with its text as it was written; the newest is in force. A version and what the log is told of it are one
 * transaction. Texts were checked by whoever calls.
 */
import { hash } from 'node:crypto';
import { LIMITS } from '#limits';
import type { TenantId } from '#model';
import { refuse, type Refusal } from '#refusal';

import { COMMAND_LINE } from './actor.ts';
import type { Actor } from './actor.ts';
import type { Change } from './change.ts';
import type { ControlDatabase } from './database.ts';
import { append } from './outbox.ts';
import { textPieces } from './policy-entries.ts';
import type { ControlRows } from './rows.ts';
import type { ColumnSealer } from './sealed.ts';

export interface AccessVersion {
  readonly tenant: TenantId;
  /** From 1. */
  readonly version: number;
  /** SHA-256 of the text, hexadecimal. */
  readonly digest: string;
  /** How many policies it has. */
  readonly policies: number;
  readonly note: string;
  /** When it came in force. */
  readonly since: number;
  readonly by: Actor;
}

export interface NewAccessPolicies {
  readonly tenant: TenantId;
  /** Cedar; '' takes all own policies away. */
  readonly text: string;
  readonly policies: number;
  readonly note: string;
}

export function accessPoliciesIn(rows: ControlRows) {
  const { kysely, sealer } = rows;
  return {
    /** Number of the version that is in force, 0 if the tenant has none of its own. As fresh as credentials, and throws as those do. */
    accessVersion(tenant: TenantId): number {
      return rows.current().accessVersions.get(tenant) ?? 0;
    },

    /** A version with its text; the one in force without a number. Null if there is none. */
    findAccessPolicies(tenant: TenantId, version?: number): (AccessVersion & { readonly text: string }) | null {
      const key = tenantKey(sealer, tenant);
      const newest = kysely.selectFrom('access_policies').selectAll().where('tenant', '=', key).orderBy('version', 'desc').limit(1);
      const [row] = rows.read(version === undefined ? newest : newest.where('version', '=', version));
      if (row === undefined) return null;
      const place = accessPlace(key, row.version);
      return { ...(sealer.open(place, row.sealed) as AccessVersion), text: sealer.open(`${place}/text`, row.sealed_text) as string };
    },

    /** Newest first, `access_versions_listed_max` at most. */
    listAccessPolicies(tenant: TenantId): readonly AccessVersion[] {
      const key = tenantKey(sealer, tenant);
      const newest = rows.read(kysely.selectFrom('access_policies').select(['version', 'sealed']).where('tenant', '=', key).orderBy('version', 'desc').limit(LIMITS.access_versions_listed_max));
      return newest.map(({ version, sealed }) => sealer.open(accessPlace(key, version), sealed) as AccessVersion);
    },

    /** `base`: number of the version that was edited, 0 if there was none. Refusals: access_changed. */
    async addAccessPolicies(wanted: NewAccessPolicies, base: number, by: Actor = COMMAND_LINE): Promise<AccessVersion | Refusal> {
      return rows.change(by, (change) => addAccessPolicies(change, wanted, base));
    },
  };
}

async function addAccessPolicies(change: Change, { tenant, text, policies, note }: NewAccessPolicies, base: number): Promise<AccessVersion | Refusal> {
  const key = tenantKey(change.sealer, tenant);
  const { newest } = await change.rows.selectFrom('access_policies').select((is) => is.fn.max('version').as('newest')).where('tenant', '=', key).executeTakeFirstOrThrow();
  if ((newest ?? 0) !== base) return refuse('access_changed');
  const version: AccessVersion = { tenant, version: base + 1, digest: hash('sha256', text, 'hex'), policies, note, since: change.now, by: change.by };
  const place = accessPlace(key, version.version);
  await change.rows.insertInto('access_policies').values({ tenant: key, version: version.version, sealed: change.sealer.seal(place, version), sealed_text: change.sealer.seal(`${place}/text`, text) }).execute();
  await tell(change, version, text);
  return version;
}

/** The newest version of each tenant that has one. */
export function newestAccessPolicies(database: ControlDatabase, open: (place: string, sealed: Uint8Array) => AccessVersion): ReadonlyMap<TenantId, number> {
  const newest = database.kysely.selectFrom('access_policies').select((is) => ['tenant', is.fn.max('version').as('version')] as const).groupBy('tenant').as('newest');
  const rows = database.readNow(
    database.kysely.selectFrom('access_policies').innerJoin(newest, (join) => join.onRef('newest.tenant', '=', 'access_policies.tenant').onRef('newest.version', '=', 'access_policies.version')).select(['access_policies.tenant', 'access_policies.version', 'access_policies.sealed']),
  );
  return new Map(rows.map(({ tenant, version, sealed }) => [open(accessPlace(tenant, version), sealed).tenant, version]));
}

/** As JSON a byte takes up to six, and who and why have room beside it. */
const PIECE_BYTES_MAX = 10_000;

/** Names of services, groups and people stand in the text: it is in the closed part, of as many entries as it takes. */
async function tell(change: Change, { tenant, version, digest, policies, note, since, by }: AccessVersion, text: string): Promise<void> {
  const parts = textPieces(text, PIECE_BYTES_MAX);
  for (const [at, piece] of parts.entries()) {
    const said = at === 0 ? { who: by, note } : {};
    await append(change, { type: 'access-policy', time: change.now, statement: { time: since, what: 'applied', tenant, version, policies, digest, part: at + 1, parts: parts.length }, closed: { ...said, text: piece } });
  }
}

function tenantKey(sealer: ColumnSealer, tenant: TenantId): string {
  return sealer.hash('access policies', tenant).toString('hex');
}

const accessPlace = (key: string, version: number): string => `access_policies/${key}/${version}`;

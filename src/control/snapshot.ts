/**
 * Everything the control database says, opened and indexed, as of one moment. Credentials are looked up here by their keyed hash: a
 * map look-up whose time depends on a value that nobody without the key can steer, so there is nothing to learn from measuring it.
 */
import type { Producer, Reader, TenantId } from '#model';

import { newestAccessPolicies } from './access-policies.ts';
import type { ControlDatabase } from './database.ts';
import { glassPlace, type GlassRecord } from './glass.ts';
import { DEFAULT_RETENTION, accountPlace, asAccount, asToken, certificatePlace, producerPlace, tenantPlace, tokenPlace } from './records.ts';
import type { AccountRecord, ProducerRecord, RevokedCertificate, TenantRecord, TokenRecord, TrustRecord } from './records.ts';
import type { ColumnSealer } from './sealed.ts';

export type CredentialHolder = { readonly kind: 'producer'; readonly producer: Producer } | { readonly kind: 'token'; readonly reader: Reader };

/** Tokens of an issuer, and the producer that they are. */
export interface BoundTrust {
  readonly trust: TrustRecord;
  readonly producer: Producer;
}

interface CredentialEntry {
  readonly expires: number | null;
  readonly holder: CredentialHolder;
}

interface OpenedColumn {
  readonly sealed: Uint8Array;
  readonly record: unknown;
}

export interface Snapshot {
  readonly dataVersion: number;
  readonly tenants: ReadonlyMap<TenantId, TenantRecord>;
  readonly producers: readonly ProducerRecord[];
  readonly tokens: readonly TokenRecord[];
  /** By id: tokens act for them. */
  readonly accounts: ReadonlyMap<string, AccountRecord>;
  /** By keyed hash, hexadecimal. Nothing revoked is in here. */
  readonly credentials: ReadonlyMap<string, CredentialEntry>;
  /** By the name in a client certificate. Nothing revoked is in here. */
  readonly certificates: ReadonlyMap<string, Producer>;
  /** By issuer, and by their id. Nothing of a revoked producer is in here. */
  readonly trusts: ReadonlyMap<string, readonly BoundTrust[]>;
  readonly trustsById: ReadonlyMap<string, BoundTrust>;
  /** By fingerprint. */
  readonly revokedCertificates: ReadonlyMap<string, RevokedCertificate>;
  /** Also those that are over and not cleared away. */
  readonly glass: readonly GlassRecord[];
  /** Number of the version in force, of tenants that have access policies of their own. */
  readonly accessVersions: ReadonlyMap<TenantId, number>;
  /** What was opened, so that the next snapshot opens only the rows that changed. */
  readonly opened: ReadonlyMap<string, OpenedColumn>;
}

export function takeSnapshot(database: ControlDatabase, sealer: ColumnSealer, previous: Snapshot | null): Snapshot {
  // The version before the rows: a change that slips in between is then seen as one at the next look.
  const dataVersion = database.dataVersion();
  const opened = new Map<string, OpenedColumn>();
  const open = <Kind>(place: string, sealed: Uint8Array): Kind => {
    const known = previous?.opened.get(place);
    const record = known !== undefined && Buffer.compare(known.sealed, sealed) === 0 ? known.record : sealer.open(place, sealed);
    opened.set(place, { sealed, record });
    return record as Kind;
  };

  const { kysely } = database;
  const tenants = new Map<TenantId, TenantRecord>();
  for (const { id, sealed } of database.readNow(kysely.selectFrom('tenants').selectAll())) {
    const tenant = open<TenantRecord>(tenantPlace(id), sealed);
    tenants.set(tenant.name, tenant);
  }
  const producers = database.readNow(kysely.selectFrom('producers').select(['id', 'sealed'])).map(({ id, sealed }) => open<ProducerRecord>(producerPlace(id), sealed));
  const tokens = database.readNow(kysely.selectFrom('tokens').select(['id', 'sealed'])).map(({ id, sealed }) => asToken(open(tokenPlace(id), sealed)));
  const accounts = new Map(database.readNow(kysely.selectFrom('accounts').select(['id', 'sealed'])).map(({ id, sealed }) => [id, asAccount(open(accountPlace(id), sealed))]));
  const revoked = database.readNow(kysely.selectFrom('revoked_certificates').selectAll()).map(({ id, sealed }) => open<RevokedCertificate>(certificatePlace(id), sealed));
  const holders = new Map(producers.filter((one) => one.revoked === null).map((one) => [one, producerOf(one, tenants)]));
  const certificates = new Map([...holders].flatMap(([record, producer]) => (record.certificates ?? []).map((name) => [name, producer] as const)));
  const trusts = [...holders].flatMap(([record, producer]) => (record.trusts ?? []).map((trust): BoundTrust => ({ trust, producer })));
  return { dataVersion, tenants, producers, tokens, accounts, trusts: Map.groupBy(trusts, ({ trust }) => trust.issuer), trustsById: new Map(trusts.map((one) => [one.trust.id, one])), credentials: indexCredentials(holders, tokens, accounts), certificates, revokedCertificates: new Map(revoked.map((one) => [one.fingerprint, one])), accessVersions: newestAccessPolicies(database, open), glass: database.readNow(kysely.selectFrom('broken_glass').selectAll()).map(({ id, sealed }) => open<GlassRecord>(glassPlace(id), sealed)), opened };
}

function producerOf({ id, name, tenant, services, backfill = false, version }: ProducerRecord, tenants: ReadonlyMap<TenantId, TenantRecord>): Producer {
  return { id, name, tenant, retention: tenants.get(tenant)?.retention ?? DEFAULT_RETENTION, services, backfill, version };
}

function indexCredentials(producers: ReadonlyMap<ProducerRecord, Producer>, tokens: readonly TokenRecord[], accounts: ReadonlyMap<string, AccountRecord>): Map<string, CredentialEntry> {
  const credentials = new Map<string, CredentialEntry>();
  for (const [{ keys }, producer] of producers) {
    const holder = { kind: 'producer', producer } as const;
    for (const { hash, expires } of keys) credentials.set(hash, { expires, holder });
  }
  for (const token of tokens) {
    const reader = token.revoked === null ? readerOf(token, accounts) : null;
    if (reader !== null) credentials.set(token.hash, { expires: token.expires, holder: { kind: 'token', reader } });
  }
  return credentials;
}

/** What acts for a person has the roles and groups that this person has now; null if the account is gone, or in another tenant. */
function readerOf({ id, name, tenant, user, roles, scopes }: TokenRecord, accounts: ReadonlyMap<string, AccountRecord>): Reader | null {
  if (user === null) return { id, name, tenant, kind: 'token', roles, groups: [], scopes };
  const account = accounts.get(user);
  if (account === undefined || account.tenant !== tenant) return null;
  return { id, name, tenant, kind: 'token', roles: account.roles, groups: account.groups, scopes, person: { id: account.id, name: account.name } };
}

/** Changes to producers: added, given other services, given a new key, revoked. */
import type { ProducerId, Secret, TenantId } from '#model';
import { isRefusal, refuse } from '#refusal';
import type { Refusal } from '#refusal';
import { LIMITS } from '#limits';

import { COMMAND_LINE } from './actor.ts';
import type { Actor } from './actor.ts';
import { isPeriod, issueCredential, newId } from './change.ts';
import type { Change, Named } from './change.ts';
import { readCertificateNames, readGlobs, readName } from './names.ts';
import { tellLog } from './outbox.ts';
import type { BodyMembers } from './outbox.ts';
import { oldestFirst, producerPlace } from './records.ts';
import type { ProducerRecord } from './records.ts';
import type { ControlRows } from './rows.ts';
import type { ColumnSealer } from './sealed.ts';
import { ensureTenant } from './tenants.ts';

export interface NewProducer {
  readonly tenant: TenantId;
  readonly name: string;
  /** Globs of the service names it may speak for. */
  readonly services: readonly string[];
  /** May send spans that ended longer ago than `past_ms_max`; not without it. */
  readonly backfill?: boolean;
  /** Names in client certificates that are this producer: SPIFFE ids and DNS names. */
  readonly certificates?: readonly string[];
}

/** What of it can be changed; what is absent stays. */
export type ProducerChange = Partial<Pick<NewProducer, 'services' | 'backfill' | 'certificates'>>;

export interface KeyedProducer {
  readonly producer: ProducerRecord;
  /** The ingest key: shown once, kept nowhere. */
  readonly key: Secret<string>;
}

export function producersIn(rows: ControlRows) {
  return {
    /** Of one tenant or of all, oldest first; the revoked ones are included. */
    async listProducers(tenant?: TenantId): Promise<readonly ProducerRecord[]> {
      return oldestFirst(rows.current().producers, tenant);
    },

    async addProducer(wanted: NewProducer, by: Actor = COMMAND_LINE): Promise<KeyedProducer | Refusal> {
      return rows.change(by, (change) => addProducer(change, wanted));
    },

    /** Replaces the globs or the names in certificates, or says anew whether it may backfill. */
    async changeProducer(named: Named, wanted: ProducerChange, by: Actor = COMMAND_LINE): Promise<ProducerRecord | Refusal> {
      return rows.change(by, (change) => changeProducer(change, named, wanted));
    },

    /** Makes a further key. Those there were stay valid for `graceMs`; 0 ends them at once. */
    async rotateProducer(named: Named, graceMs: number, by: Actor = COMMAND_LINE): Promise<KeyedProducer | Refusal> {
      return rows.change(by, (change) => rotateProducer(change, named, graceMs));
    },

    /** Ends every key. The name may be given anew; the record stays, because accounts refer to its id. */
    async revokeProducer(named: Named, by: Actor = COMMAND_LINE): Promise<ProducerRecord | Refusal> {
      return rows.change(by, (change) => editProducer(change, named, 'revoked', (producer) => ({ ...producer, revoked: change.now })));
    },
  };
}

async function addProducer(change: Change, wanted: NewProducer): Promise<KeyedProducer | Refusal> {
  const name = readName(wanted.name);
  if (isRefusal(name)) return name;
  const services = readGlobs(wanted.services);
  if (isRefusal(services)) return services;
  const certificates = readCertificateNames(wanted.certificates ?? []);
  if (isRefusal(certificates)) return certificates;
  const taken = await certificateTaken(change, certificates, null);
  if (taken !== null) return taken;
  if ((await findProducer(change, { tenant: wanted.tenant, name })) !== null) return refuse('name_taken', `a producer of tenant ${wanted.tenant}`);
  const { count } = await change.rows.selectFrom('producers').select((is) => is.fn.countAll<number>().as('count')).where('live', '=', 1).executeTakeFirstOrThrow();
  if (count >= LIMITS.producers_max) return refuse('control_limit', `${LIMITS.producers_max} producers`);

  const tenant = await ensureTenant(change, wanted.tenant);
  if (isRefusal(tenant)) return tenant;
  const { credential, hash } = issueCredential(change, 'producer');
  const producer: ProducerRecord = {
    id: newId(change, 'p_') as ProducerId,
    name,
    tenant: wanted.tenant,
    services,
    backfill: wanted.backfill ?? false,
    version: 1,
    created: change.now,
    revoked: null,
    keys: [{ generation: 1, hash, created: change.now, expires: null }],
    certificates,
  };
  await change.rows.insertInto('producers').values(rowOf(change.sealer, producer)).execute();
  await tell(change, 'added', producer, { generation: 1 });
  return { producer, key: credential };
}

async function changeProducer(change: Change, named: Named, wanted: ProducerChange): Promise<ProducerRecord | Refusal> {
  const services = wanted.services === undefined ? null : readGlobs(wanted.services);
  if (isRefusal(services)) return services;
  const certificates = wanted.certificates === undefined ? null : readCertificateNames(wanted.certificates);
  if (isRefusal(certificates)) return certificates;
  const taken = certificates === null ? null : await certificateTaken(change, certificates, (await findProducer(change, named))?.id ?? null);
  if (taken !== null) return taken;
  return editProducer(change, named, 'changed', (producer) => ({
    ...producer,
    services: services ?? producer.services,
    backfill: wanted.backfill ?? producer.backfill ?? false,
    certificates: certificates ?? producer.certificates ?? [],
    version: producer.version + 1,
  }));
}

/** A name in a certificate is one producer, in all tenants: nothing else says whose request it is. */
async function certificateTaken(change: Change, names: readonly string[], by: ProducerId | null): Promise<Refusal | null> {
  if (names.length === 0) return null;
  const rows = await change.rows.selectFrom('producers').select(['id', 'sealed']).where('live', '=', 1).execute();
  for (const { id, sealed } of rows) {
    if (id === by) continue;
    const { certificates = [] } = change.sealer.open(producerPlace(id), sealed) as ProducerRecord;
    const at = names.findIndex((name) => certificates.includes(name));
    if (at >= 0) return refuse('name_taken', `name ${at + 1} of a certificate is that of another producer`);
  }
  return null;
}

async function rotateProducer(change: Change, named: Named, graceMs: number): Promise<KeyedProducer | Refusal> {
  if (!isPeriod(graceMs, 0)) return refuse('time_invalid', 'the grace period');
  const { credential, hash } = issueCredential(change, 'producer');
  const producer = await editProducer(change, named, 'rotated', (before) => {
    const end = change.now + graceMs;
    const generation = 1 + Math.max(...before.keys.map((key) => key.generation));
    const old = before.keys.map((key) => ({ ...key, expires: Math.min(key.expires ?? end, end) })).filter((key) => key.expires > change.now);
    if (old.length >= LIMITS.producer_keys_max) return refuse('control_limit', `${LIMITS.producer_keys_max} keys valid at once; no grace period ends the old ones`);
    return { ...before, keys: [...old, { generation, hash, created: change.now, expires: null }] };
  });
  return isRefusal(producer) ? producer : { producer, key: credential };
}

/** `more` is told to the log with it. */
export async function editProducer(change: Change, named: Named, what: string, next: (producer: ProducerRecord) => ProducerRecord | Refusal, more: BodyMembers = {}): Promise<ProducerRecord | Refusal> {
  const before = await findProducer(change, named);
  if (before === null) return refuse('name_unknown', `a producer of tenant ${named.tenant}`);
  const after = next(before);
  if (isRefusal(after)) return after;
  await change.rows.updateTable('producers').set(rowOf(change.sealer, after)).where('id', '=', after.id).execute();
  await tell(change, what, after, what === 'rotated' ? { generation: after.keys.at(-1)?.generation, oldKeysEnd: after.keys.at(-2)?.expires ?? change.now } : more);
  return after;
}

async function tell(change: Change, what: string, { id, tenant, name, services, backfill = false, certificates = [], trusts = [] }: ProducerRecord, more: BodyMembers): Promise<void> {
  await tellLog(change, 'producer', { what, tenant, producer: id, ...more }, { name, services, backfill, ...(certificates.length > 0 && { certificates }), ...(trusts.length > 0 && { trusts: trusts.map(({ id: trust, issuer, audience, subject, claims }) => ({ trust, issuer, audience, subject, claims })) }) });
}

/** The live producer of this name, or of this id within the tenant. A name wins over an id, so no id can be shadowed by accident alone. */
async function findProducer(change: Change, { tenant, name }: Named): Promise<ProducerRecord | null> {
  const rows = change.rows.selectFrom('producers').select(['id', 'sealed']).where('live', '=', 1);
  const row = (await rows.where('name', '=', nameHash(change.sealer, tenant, name)).executeTakeFirst()) ?? (await rows.where('id', '=', name).executeTakeFirst());
  if (row === undefined) return null;
  const producer = change.sealer.open(producerPlace(row.id), row.sealed) as ProducerRecord;
  return producer.tenant === tenant ? producer : null;
}

function rowOf(sealer: ColumnSealer, producer: ProducerRecord) {
  const { id, tenant, name, revoked } = producer;
  return { id, name: nameHash(sealer, tenant, name), live: revoked === null ? 1 : 0, sealed: sealer.seal(producerPlace(id), producer) };
}

function nameHash(sealer: ColumnSealer, tenant: TenantId, name: string): Uint8Array {
  return sealer.hash('producer', tenant, name.normalize('NFC'));
}

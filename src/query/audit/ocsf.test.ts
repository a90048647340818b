/** Events against what ocsf-schema 1.8 asks of the two classes and of the objects in them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VERSION } from '#version';
import type { AuditRecord } from './audit.ts';
import { ocsfRecord } from './ocsf.ts';

const record = (more: Partial<AuditRecord> = {}): AuditRecord => ({
  id: '7.2048', time: '2026-01-01T00:00:00.000Z', who: 'Ada', whoId: 'a_0000000000000001', whoKind: 'person', action: 'trace.read', resource: 'trace:0af7651916cd43dd8448eb211c80319c', outcome: 'allowed', code: null,
  route: 'GET /api/v1/traces/:id', filter: null, rows: 3, reason: null, network: '192.0.2.0/24', count: 1, until: null, tenant: 'default', entry: 7, ...more,
});

type Event = Readonly<Record<string, unknown>>;

/** events/base_event.json, events/iam/authentication.json, events/application/api_activity.json; objects actor, user, api, network_endpoint, metadata, product, resource_details. */
const REQUIRED = ['activity_id', 'category_uid', 'class_uid', 'metadata', 'severity_id', 'time', 'type_uid'];
const CLASSES: Readonly<Record<number, { readonly category: number; readonly activities: readonly number[]; readonly required: readonly string[]; readonly oneOf: readonly string[] }>> = {
  3002: { category: 3, activities: [1, 2, 3, 4, 5], required: ['user'], oneOf: ['service', 'dst_endpoint'] },
  6003: { category: 6, activities: [1, 2, 3, 4], required: ['actor', 'api', 'src_endpoint'], oneOf: ['api'] },
};
const KNOWN = new Set([...REQUIRED, 'user', 'service', 'actor', 'api', 'src_endpoint', 'resources', 'status_id', 'status', 'status_code', 'count', 'start_time', 'end_time', 'unmapped']);

function check(event: Event): void {
  const wanted = CLASSES[Number(event['class_uid'])] ?? assert.fail('a class');
  for (const name of [...REQUIRED, ...wanted.required]) assert.ok(event[name] !== undefined && event[name] !== null, name);
  assert.ok(wanted.oneOf.some((name) => event[name] !== undefined));
  for (const name of Object.keys(event)) assert.ok(KNOWN.has(name), `${name} is no attribute of the class`);
  assert.equal(event['category_uid'], wanted.category);
  assert.ok(wanted.activities.includes(Number(event['activity_id'])));
  assert.equal(event['type_uid'], Number(event['class_uid']) * 100 + Number(event['activity_id']));
  assert.ok([1, 2].includes(Number(event['status_id'])) && [1, 2, 3, 4, 5, 6].includes(Number(event['severity_id'])));
  assert.ok(Number.isInteger(event['time']) && Number(event['time']) > 1e12);
  const { version, product } = event['metadata'] as { version: string; product: { name: string } };
  assert.ok(version === '1.8.0' && product.name !== '');
  const { user } = (event['actor'] ?? event) as { user: { name?: string; uid?: string } };
  assert.ok((user.name ?? user.uid ?? '') !== '');
  assert.ok((event['src_endpoint'] as { name: string }).name !== '');
  if (event['api'] !== undefined) assert.ok((event['api'] as { operation: string }).operation !== '');
}

test('every kind of record is an event that the schema takes', () => {
  const classes = (more: Partial<AuditRecord>): unknown => {
    const event = ocsfRecord(record(more)) as Event;
    check(event);
    return event['type_uid'];
  };
  assert.equal(classes({}), 600302);
  assert.equal(classes({ action: 'trace.search', resource: 'search', filter: 'service=shop', count: 9, until: '2026-01-01T00:00:01.000Z' }), 600302);
  assert.equal(classes({ action: 'token.made', resource: 'token:t_0000000000000001', rows: null }), 600301);
  assert.equal(classes({ action: 'person.roles', resource: 'account:a_0000000000000001' }), 600303);
  assert.equal(classes({ action: 'producer.revoked', resource: 'producer:p_0000000000000001' }), 600304);
  assert.equal(classes({ action: 'sign.in', resource: 'session', outcome: 'failed', code: 'sign_in_failed', who: 'unknown', whoId: null, whoKind: 'nobody' }), 300201);
  assert.equal(classes({ action: 'sign.out', resource: 'session', network: null }), 300202);
  assert.equal(classes({ action: 'trace.read', outcome: 'refused', code: 'credential_unknown', who: 'unknown', whoId: null, whoKind: 'nobody', tenant: null }), 600302);
  assert.equal(classes({ action: 'tenant.set', resource: 'tenant:default', who: 'command line', whoId: null, whoKind: 'command line', network: null }), 600303);
});

test('an event says who, what, how much, why and where it stands in the log', () => {
  assert.deepEqual(ocsfRecord(record({ reason: 'ticket 7' })), {
    activity_id: 2, category_uid: 6, class_uid: 6003, type_uid: 600302, time: Date.UTC(2026, 0, 1), severity_id: 1, status_id: 1, status: 'Success',
    metadata: { version: '1.8.0', uid: '7.2048', product: { name: 'Tracekeep', version: VERSION, vendor_name: 'Tracekeep' }, log_name: 'audit', tenant_uid: 'default' },
    src_endpoint: { name: '192.0.2.0/24' }, actor: { user: { name: 'Ada', uid: 'a_0000000000000001' } }, api: { operation: 'trace.read', service: { name: 'Tracekeep' } },
    resources: [{ type: 'trace', uid: '0af7651916cd43dd8448eb211c80319c' }],
    unmapped: { route: 'GET /api/v1/traces/:id', outcome: 'allowed', log_entry: 7, who_kind: 'person', rows: 3, reason: 'ticket 7' },
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_TENANT, ROLES, tenantId, type Reader, type Role, type TenantId } from '#model';
import { isRefusal } from '#refusal';
import { ACTIONS, createAccess, RECORDED, type Access, type Action, type Fields, type Place } from './access.ts';
import { READER } from './testing.ts';

const here = { tenant: DEFAULT_TENANT };
const OTHER = tenantId('other') as TenantId;
const access = createAccess();

const as = (...roles: string[]): Reader => ({ ...READER, roles: roles as Role[] });
const may = (reader: Reader, action: Action, resource: Parameters<Access['decide']>[2] = here, by = access): boolean => by.decide(reader, action, resource) === true;
const withOwn = (text: string): Access => createAccess({ own: { version: () => 1, text: () => text } });

const EVERYBODY: readonly Action[] = ['token.own', 'session.read', 'session.list', 'session.end', 'password.change', 'factor.change', 'openapi.read', 'server.read', 'log.read', 'entry.list', 'integrity.read', 'field.read'];
const SPANS: readonly Action[] = ['trace.read', 'trace.search', 'service.list', 'operation.list', 'dependency.read', 'figures.read', 'exposure.read', 'attribute.list', 'policy.try', 'accounting.read', 'finding.read', 'policy.read'];
/** What each default role may do besides. */
const BESIDES: Readonly<Record<Exclude<Role, 'admin'>, readonly Action[]>> = {
  viewer: SPANS,
  investigator: [...SPANS, 'field.reveal', 'field.search'],
  'security-analyst': [...SPANS, 'finding.change', 'producer.list', 'field.search'],
  'key-custodian': ['key.list', 'key.change', 'producer.list', 'producer.change', 'token.list', 'integrity.verify', 'policy.read'],
  'privacy-officer': [...SPANS, 'finding.change', 'policy.write', 'access.read', 'subject.find', 'subject.export', 'subject.forget'],
  auditor: ['audit.read', 'entry.read', 'integrity.verify', 'accounting.read', 'policy.read', 'access.read', 'account.list', 'token.list', 'producer.list', 'tenant.list'],
  operator: ['glass.break', 'accounting.read', 'metrics.read', 'producer.list', 'producer.change', 'tenant.list', 'integrity.verify'],
};

test('each default role may do what it is for, and nothing else', () => {
  for (const role of ROLES) {
    const expected = role === 'admin' ? ACTIONS.filter((action) => !['field.reveal', 'field.search', 'subject.find', 'subject.export', 'subject.forget'].includes(action)) : [...EVERYBODY, ...BESIDES[role]];
    assert.deepEqual(ACTIONS.filter((action) => may(as(role), action)), ACTIONS.filter((action) => expected.includes(action)), role);
    assert.deepEqual(access.actionsOf(as(role)), ACTIONS.filter((action) => expected.includes(action)), role);
  }
});

test('roles add up, except that an administrator never opens sealed values, and neither finds nor forgets people', () => {
  assert.ok(may(as('auditor', 'viewer'), 'trace.read') && may(as('auditor', 'viewer'), 'entry.read'));
  assert.ok(!may(as('admin', 'investigator'), 'field.reveal'));
  assert.ok(!may(as('admin', 'security-analyst'), 'field.search'));
  for (const action of ['subject.find', 'subject.export', 'subject.forget'] as const) assert.deepEqual([may(as('admin', 'privacy-officer'), action), may(as('privacy-officer'), action)], [false, true], action);
});

test('who has no role, or one that nobody knows, has their own session', () => {
  for (const roles of [[], ['owner'], ['constructor', '__proto__']]) assert.deepEqual(access.actionsOf(as(...roles)), ['server.read', 'openapi.read', 'token.own', 'session.read', 'session.list', 'session.end', 'password.change', 'factor.change', 'field.read']);
});

test('nobody reaches another tenant, and nobody does what there is not', () => {
  for (const role of ROLES) for (const action of ACTIONS) assert.ok(!may(as(role), action, { tenant: OTHER }), `${role} ${action}`);
  for (const action of ['', 'toString', 'constructor', 'trace.delete', 'telemetry']) assert.ok(!may(as('admin'), action as Action), action);
});

test('a token does no more than its scopes name', () => {
  const token: Reader = { ...as('admin'), kind: 'token', scopes: ['trace.*', 'service.list'] };
  assert.deepEqual(access.actionsOf(token), ['trace.read', 'trace.search', 'service.list', 'trace.outline']);
  assert.ok(!may({ ...token, scopes: [] }, 'trace.read'));
  assert.ok(!may({ ...token, roles: ['operator'] }, 'trace.read'), 'a scope grants nothing');
});

test('what is forbidden to a person is forbidden to every token that acts for that person, and to no other', () => {
  const by = withOwn('@id("ana") forbid (principal == Person::"ana", action in Action::"telemetry", resource);');
  const token: Reader = { ...as('viewer'), kind: 'token', name: 'grafana' };
  for (const [person, allowed] of [['ana', false], ['bob', true], ['ana', false]] as const) assert.equal(may({ ...token, person: { id: 'a_0000000000000001', name: person } }, 'trace.read', here, by), allowed, person);
  assert.ok(may({ ...token, name: 'ana' }, 'trace.read', here, by), 'a token that only has the name');
});

test('by default all places are visible to those who see spans, and nobody asks which there are', async () => {
  const known = async (): Promise<readonly Place[]> => assert.fail('asked');
  assert.deepEqual(await access.visibility(as('viewer'), 'trace.search', known).then((seen) => !isRefusal(seen) && [seen.places, seen.outlines, seen.hides('k'), seen.digest]), ['all', [], false, 'all']);
  assert.ok(isRefusal(await access.visibility(as('operator'), 'trace.search', known)));
});

const PLACES: readonly Place[] = [{ service: 'payments', environment: 'production' }, { service: 'payments', environment: 'test' }, { service: 'web', environment: '' }];

test('own policies narrow what a role sees, place by place', async () => {
  const by = withOwn(`
    // Payments in production is for its team.
    @id("payments") forbid (principal, action in Action::"telemetry", resource)
    when { resource.service == "payments" && resource.environment == "production" } unless { principal in Group::"payments" };
    @id("outline") permit (principal, action == Action::"trace.outline", resource in Service::"payments");`);
  const seen = await by.visibility(as('viewer'), 'trace.search', async () => PLACES);
  assert.ok(!isRefusal(seen));
  assert.deepEqual([seen.places, seen.outlines], [PLACES.slice(1), PLACES.slice(0, 1)]);
  const team = await by.visibility({ ...as('viewer'), groups: ['payments'] }, 'trace.search', async () => PLACES);
  assert.ok(!isRefusal(team) && team.digest !== seen.digest);
  assert.deepEqual([team.places, team.outlines], [PLACES, []]);
  assert.ok(may(as('viewer'), 'trace.search', here, by), 'of some place');
  assert.ok(!may(as('viewer'), 'trace.search', { ...here, ...PLACES[0] }, by));
  // What a policy says nothing of stays as it was.
  assert.ok(may(as('viewer'), 'finding.read', here, by));
});

test('which places somebody sees is what is decided of each of them, whatever policies there are besides', async () => {
  const scopes = ['principal', 'principal == Person::"ana"', 'principal == Token::"ana"', 'principal in Role::"viewer"', 'principal in Group::"a"', 'principal in Group::"b"', 'principal is Person', 'principal is Token', 'principal is Person in Group::"a"', 'principal is Token in Group::"a"'];
  const actions = ['action', 'action == Action::"trace.search"', 'action == Action::"finding.read"', 'action in Action::"telemetry"', 'action in [Action::"trace.outline", Action::"log.read"]'];
  const text = scopes.flatMap((scope, at) => actions.map((action, other) => `${(at + other) % 3 === 0 ? 'forbid' : 'permit'} (${scope}, ${action}, resource in Service::"s${(at * actions.length + other) % 13}");`)).join('\n');
  const places = Array.from({ length: 14 }, (_, at): Place => ({ service: `s${at}`, environment: '' }));
  for (const who of [{}, { groups: ['a'] }, { groups: ['b', 'a'] }, { kind: 'token' }, { name: 'ben' }, { kind: 'token', groups: ['b'] }] as const satisfies readonly Partial<Reader>[]) {
    for (const reader of [{ ...as('viewer'), ...who }, { ...as('operator'), ...who }]) {
      const seen = await withOwn(text).visibility(reader, 'trace.search', async () => places);
      const one = withOwn(text);
      const visible = places.filter((place) => may(reader, 'trace.search', { ...here, ...place }, one));
      const outlines = places.filter((place) => !visible.includes(place) && may(reader, 'trace.outline', { ...here, ...place }, one));
      assert.deepEqual(isRefusal(seen) ? [] : [seen.places === 'all' ? places : seen.places, seen.outlines], isRefusal(seen) ? [] : [visible, outlines], JSON.stringify(reader));
      assert.ok(!isRefusal(seen) || visible.length === 0, JSON.stringify(reader));
    }
  }
});

test('a permit of some places takes nothing from those who are allowed all of them, and costs them no look at places', async () => {
  const permit = 'permit (principal in Group::"payments", action in Action::"telemetry", resource) when { resource.service like "pay*" && resource.environment == "production" };';
  const nobodyAsks = async (): Promise<readonly Place[]> => assert.fail('no place matters');
  const viewer = { ...as('viewer'), groups: ['payments'] };
  const whole = await withOwn(permit).visibility(viewer, 'trace.search', nobodyAsks);
  assert.equal(!isRefusal(whole) && whole.places, 'all');
  // A forbid can take some; a permit that may fail denies where it does.
  const forbid = `${permit}\nforbid (principal in Group::"payments", action in Action::"telemetry", resource) when { resource.environment == "test" };`;
  const failing = 'permit (principal, action in Action::"telemetry", resource) when { resource.service == "payments" && 9223372036854775807 + (if resource.environment == "production" then 1 else 0) > 0 };';
  for (const text of [forbid, failing]) {
    const seen = await withOwn(text).visibility(viewer, 'trace.search', async () => PLACES);
    assert.notEqual(!isRefusal(seen) && seen.places, 'all', text);
  }
  // Who has no role sees what the permit says, and nothing else.
  const team = await withOwn(permit).visibility({ ...as(), groups: ['payments'] }, 'trace.search', async () => PLACES);
  assert.notEqual(!isRefusal(team) && team.places, 'all');
});

test('own policies open places to a group that has no role', async () => {
  const by = withOwn('permit (principal in Group::"payments", action in Action::"telemetry", resource in Service::"payments");');
  const somebody: Reader = { ...as(), groups: ['payments'] };
  assert.ok(may(somebody, 'trace.read', here, by) && !may(as(), 'trace.read', here, by));
  const seen = await by.visibility(somebody, 'trace.read', async () => PLACES);
  assert.deepEqual(isRefusal(seen) ? seen : seen.places, PLACES.slice(0, 2));
});

test('a restricted attribute is for the roles of its rule alone, whatever own policies say', async () => {
  let roles: readonly string[] | null = ['privacy-officer'];
  const fields = (): Fields => ({ keys: ['enduser.id'], of: (key) => ({ restricted: false, roles: key === 'enduser.id' ? roles : null }), digest: JSON.stringify(roles) });
  const by = createAccess({ fields, own: { version: () => 1, text: () => 'permit (principal, action, resource) unless { action == Action::"field.reveal" };' } });
  const hidden = async (reader: Reader): Promise<readonly string[]> => {
    const seen = await by.visibility(reader, 'trace.read', async () => PLACES);
    return isRefusal(seen) ? assert.fail(seen.refused) : ['enduser.id', 'http.route'].filter(seen.hides);
  };
  assert.deepEqual(await hidden(as('viewer')), ['enduser.id']);
  assert.deepEqual(await hidden(as('admin')), ['enduser.id']);
  assert.deepEqual(await hidden(as('privacy-officer')), []);
  roles = null;
  assert.deepEqual(await hidden(as('viewer')), []);
});

test('what was remembered is forgotten with the policies that it came from', async () => {
  let version = 0;
  let text = '';
  const by = createAccess({ own: { version: () => version, text: () => text } });
  assert.ok(may(as('viewer'), 'trace.read', here, by) && by.actionsOf(as('viewer')).includes('trace.read'));
  [version, text] = [1, 'forbid (principal in Role::"viewer", action == Action::"trace.read", resource);'];
  assert.ok(!may(as('viewer'), 'trace.read', here, by) && !by.actionsOf(as('viewer')).includes('trace.read'));
  version = 0;
  assert.ok(may(as('viewer'), 'trace.read', here, by));
});

test('where the own policies cannot be used, everything of the tenant is denied, and said once', () => {
  let said = 0;
  const by = createAccess({ own: { version: (tenant) => (tenant === DEFAULT_TENANT ? 1 : 0), text: () => 'permit (principal' }, unusable: () => said++ });
  for (const action of ACTIONS) assert.ok(!may(as('admin'), action, here, by), action);
  assert.deepEqual(by.actionsOf(as('admin')), []);
  assert.equal(said, 1);
  assert.ok(may({ ...as('viewer'), tenant: OTHER }, 'trace.read', { tenant: OTHER }, by), 'another tenant');
  assert.ok(may({ ...as(), kind: 'command line' }, 'trace.read', here, by), 'the command line');
});

test('what shows telemetry is recorded', () => {
  for (const action of ['trace.read', 'trace.search', 'attribute.list', 'finding.read', 'entry.read', 'field.reveal'] as const) assert.ok(RECORDED[action], action);
  // A page that lists the newest entries whenever the log grows must not make it grow.
  for (const action of ['log.read', 'entry.list'] as const) assert.ok(!RECORDED[action], action);
});

test('who may open one attribute by a policy of their own is let in, and opens that one alone', () => {
  const vic = { ...as('viewer'), name: 'vic', kind: 'person' as const };
  for (const own of [
    'permit (principal == Person::"vic", action == Action::"field.reveal", resource == Field::"user.email");',
    'permit (principal, action == Action::"field.reveal", resource) when { principal.name == "vic" && resource has key && resource.key == "user.email" };',
    'permit (principal == Person::"vic", action == Action::"field.reveal", resource) unless { !(resource has key) || resource.key like "user.id*" || resource.key like "card*" || resource.key == "a" };',
  ]) {
    const by = withOwn(own);
    assert.ok(may(vic, 'field.reveal', here, by) && by.actionsOf(vic).includes('field.reveal'), own);
    assert.ok(may(vic, 'field.reveal', { ...here, field: 'user.email' }, by), own);
    for (const field of ['user.id', 'a']) assert.ok(!may(vic, 'field.reveal', { ...here, field }, by), `${own} ${field}`);
    assert.ok(!may({ ...vic, name: 'ana' }, 'field.reveal', here, by), own);
    assert.ok(!may({ ...vic, roles: ['viewer', 'admin'] }, 'field.reveal', here, by), `${own} administrators never`);
  }
  const but = withOwn('forbid (principal, action == Action::"field.reveal", resource == Field::"user.email");');
  assert.ok(may(as('investigator'), 'field.reveal', here, but) && !may(as('investigator'), 'field.reveal', { ...here, field: 'user.email' }, but) && may(as('investigator'), 'field.reveal', { ...here, field: 'user.id' }, but));
  assert.ok(!may(as('investigator'), 'field.reveal', here, withOwn('forbid (principal, action == Action::"field.reveal", resource);')));
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';

import { sha256 } from '#keys/signing';
import { isFlaw, printVkey, verifierOf, type KeyTypeByte } from '#merkle';

import { OperatorError, errorText } from './operator-error.ts';
import { readWitnessListener, type WitnessListener } from './listener-settings.ts';
import { readSettings } from './settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'tracekeep-settings-'));
const file = join(folder, 'tracekeep.yaml');
beforeEach(() => rmSync(file, { force: true }));
after(() => rmSync(folder, { recursive: true }));

type Texts = Record<string, string>;
const read = (flags: Texts = {}, variables: Texts = {}) => readSettings({ flags, variables, folder });
const wrong = (sources: Promise<unknown>, message: RegExp) =>
  assert.rejects(sources, (error) => {
    assert.ok(error instanceof OperatorError);
    assert.equal(error.exitCode, 2);
    assert.match(errorText(error), message);
    return true;
  });

/** Keys of witnesses that do not exist. */
const keyOf = (seed: number, type: KeyTypeByte = 0x04): string => {
  const verifier = verifierOf(sha256, `w${seed}.example`, type, new Uint8Array(32).fill(seed));
  assert.ok(!isFlaw(verifier));
  return printVkey(verifier);
};
const [KEY, OTHER] = [keyOf(1), keyOf(2)];

test('a witness that other machines reach needs TLS, and requires certificates where it knows authorities', () => {
  const at = (more: Partial<WitnessListener>) => readWitnessListener({ listen: '127.0.0.1:4330', tlsMinVersion: '1.3', ...more });
  assert.deepEqual(at({}), { address: { host: '127.0.0.1', port: 4330 }, tls: null });
  const pair = { listen: '0.0.0.0:1', tlsCert: '/c', tlsKey: '/k' };
  assert.deepEqual(at(pair).tls, { certificate: '/c', key: '/k', clientCa: null, clientAuth: 'accept', minVersion: 'TLSv1.3' });
  assert.deepEqual(at({ ...pair, tlsClientCa: '/a', tlsMinVersion: '1.2' }).tls, { certificate: '/c', key: '/k', clientCa: '/a', clientAuth: 'require', minVersion: 'TLSv1.2' });
  for (const [more, says] of [[{ listen: '0.0.0.0:1' }, /requires TLS.*ca issue witness NAME/], [{ tlsCert: '/c' }, /tls-key must be given too/], [{ tlsClientCa: '/a' }, /cannot ask for client certificates/], [{ tlsMinVersion: '1.1' }, /--tls-min-version/]] as const) assert.throws(() => at(more), says);
});

test('without anything, the defaults: loopback, 30 days, the key beside the data', async () => {
  const { workers, ...config } = await read();
  assert.ok(workers >= 1);
  assert.deepEqual(config, {
    data: join(folder, '.tracekeep/data'),
    rootKeyFile: join(folder, '.tracekeep/data.key'),
    sealing: { kind: 'file', file: join(folder, '.tracekeep/data.sealing.key') },
    logKeys: join(folder, '.tracekeep/data.log'),
    caFolder: join(folder, '.tracekeep/data.ca'),
    logOrigin: null,
    logPublic: true,
    witnesses: [],
    witnessCa: null,
    consoleUrl: null,
    oidc: null,
    witnessQuorum: 0,
    verifyEvery_ms: 3_600_000,
    policyApproval: 'never',
    forgetApproval: 'never',
    requireSecondFactor: 'never',
    auditPush: null,
    otlpHttp: { host: '127.0.0.1', port: 4318 },
    otlpGrpc: { host: '127.0.0.1', port: 4317 },
    console: { host: '127.0.0.1', port: 4320 },
    tls: null,
    retention: { default: { days: 30 } },
    diskBytesMax: null,
    diskFreeBytesMin: 512 * 2 ** 20,
  });
});

test('flag goes before variable, variable before file, file before default', async () => {
  writeFileSync(file, 'workers: 2\nconsole: 127.0.0.1:2\ndata: from-file\n');
  assert.equal((await read({ workers: '4' }, { TRACEKEEP_WORKERS: '3' })).workers, 4);
  assert.equal((await read({}, { TRACEKEEP_WORKERS: '3' })).workers, 3);
  assert.equal((await read({}, { TRACEKEEP_WORKERS: '' })).workers, 2);
  assert.deepEqual((await read()).console, { host: '127.0.0.1', port: 2 });
  assert.equal((await read()).otlpHttp.port, 4318);
});

test('every setting can be given in each of the three ways', async () => {
  const texts = {
    data: 'd', 'root-key-file': 'k', 'sealing-root': 'transit', 'sealing-key-file': 'sk', 'sealing-transit-url': 'https://vault.example:8200/v1/transit', 'sealing-transit-key': 'traces', 'sealing-transit-token-file': 'st', 'log-keys': 'l', 'ca-folder': 'c', 'log-origin': 'log.example/t', 'log-public': 'false', witness: `${KEY} http://127.0.0.1:1,${OTHER} https://b.example/w`, 'witness-ca': 'wa', 'witness-quorum': '2', 'verify-every': 'never', 'policy-approval': 'weakening', 'forget-approval': 'second-person', 'require-second-factor': 'administrators', 'audit-push-url': 'https://siem.example/events', 'audit-push-token-file': 'at', 'otlp-http': '[::1]:1', 'otlp-grpc': '[::1]:2', console: '[::1]:3', 'tls-cert': 'tc', 'tls-key': 'tk', 'tls-client-ca': 'ta', 'tls-client-auth': 'require', 'tls-min-version': '1.2', workers: '7', retention: 'default=7d,audit=400d', 'disk-max': '5GB', 'disk-free-min': '1GB',
    'console-url': 'https://traces.example.org', 'oidc-issuer': 'https://login.example.org/realms/staff', 'oidc-client-id': 'us', 'oidc-client-secret-file': 's', 'oidc-name': 'SSO', 'oidc-scopes': 'openid groups', 'oidc-groups-claim': 'realm.roles', 'oidc-role': 'staff=viewer,sec=analyst', 'oidc-tenant': 'shop',
  };
  const wanted = {
    data: join(folder, 'd'), rootKeyFile: join(folder, 'k'), sealing: { kind: 'transit', url: 'https://vault.example:8200/v1/transit', key: 'traces', tokenFile: join(folder, 'st') }, logKeys: join(folder, 'l'), caFolder: join(folder, 'c'), logOrigin: 'log.example/t', logPublic: false, witnesses: [{ key: KEY, url: 'http://127.0.0.1:1/' }, { key: OTHER, url: 'https://b.example/w/' }], witnessCa: join(folder, 'wa'), witnessQuorum: 2, verifyEvery_ms: null, policyApproval: 'weakening', forgetApproval: 'second-person', requireSecondFactor: 'administrators', auditPush: { url: 'https://siem.example/events', tokenFile: join(folder, 'at') }, otlpHttp: { host: '::1', port: 1 }, otlpGrpc: { host: '::1', port: 2 }, console: { host: '::1', port: 3 }, tls: { certificate: join(folder, 'tc'), key: join(folder, 'tk'), clientCa: join(folder, 'ta'), clientAuth: 'require', minVersion: 'TLSv1.2' }, workers: 7,
    retention: { default: { days: 7 }, audit: { days: 400 } }, diskBytesMax: 5e9, diskFreeBytesMin: 1e9, consoleUrl: 'https://traces.example.org',
    oidc: { issuer: 'https://login.example.org/realms/staff', clientId: 'us', clientSecretFile: join(folder, 's'), name: 'SSO', scopes: ['openid', 'groups'], groupsClaim: 'realm.roles', roles: { staff: ['viewer'], sec: ['security-analyst'] }, tenant: 'shop' },
  };
  assert.deepEqual(await read(texts), wanted);
  assert.deepEqual(await read({}, Object.fromEntries(Object.entries(texts).map(([name, text]) => [`TRACEKEEP_${name.toUpperCase().replaceAll('-', '_')}`, text]))), wanted);
  writeFileSync(file, Object.entries(texts).map(([name, text]) => `${name}: ${JSON.stringify(text)}\n`).join(''));
  assert.deepEqual(await read(), wanted);
});

test('paths in a file start at the file, those of flags at the working directory', async () => {
  const other = mkdtempSync(join(folder, 'conf-'));
  writeFileSync(join(other, 'my.yaml'), 'data: here\n');
  assert.equal((await read({ config: join(other, 'my.yaml') })).data, join(other, 'here'));
  assert.equal((await read({}, { TRACEKEEP_CONFIG: join(other, 'my.yaml') })).rootKeyFile, join(other, 'here.key'));
  assert.equal((await read({ config: join(other, 'my.yaml'), data: 'there/' })).data, join(folder, 'there'));
});

test('retention in the file may be a map', async () => {
  writeFileSync(file, 'retention:\n  default: 14d\n  audit: 365d\n');
  assert.deepEqual((await read()).retention, { default: { days: 14 }, audit: { days: 365 } });
});

test('witnesses in the file are a list of key and url; those of one address are one witness', async () => {
  writeFileSync(file, `witness:\n  - key: ${KEY}\n    url: https://w.example\n  - {key: ${OTHER}, url: https://w.example/}\nwitness-quorum: 1\nlog-public: false\n`);
  const { witnesses, witnessQuorum, logPublic } = await read();
  assert.deepEqual(witnesses, [{ key: KEY, url: 'https://w.example/' }, { key: OTHER, url: 'https://w.example/' }]);
  assert.deepEqual([witnessQuorum, logPublic], [1, false]);
  await wrong(read({ 'witness-quorum': '2' }), /witness-quorum 2: 1 configured/);
});

test('witnesses that cannot be asked or believed are errors', async () => {
  const cases: [Texts, RegExp][] = [
    [{ witness: KEY }, /--witness: it must be verifier keys with addresses/], [{ witness: `${KEY} https://w.example x` }, /--witness/], [{ witness: `${KEY.slice(0, -1)} https://w.example` }, /not that of a witness/], [{ witness: `${keyOf(3, 0x01)} https://w.example` }, /not that of a witness/],
    [{ witness: `${KEY} w.example` }, /an address such as/], [{ witness: `${KEY} file:///w` }, /an address such as/], [{ witness: `${KEY} https://me:pass@w.example` }, /an address such as/], [{ witness: `${KEY} https://w.example?a` }, /an address such as/],
    [{ witness: `${KEY} https://a.example,${KEY} https://b.example` }, /one of them stands there twice/], [{ 'witness-quorum': '1' }, /witness-quorum 1: 0 configured/], [{ 'witness-quorum': '-1' }, /--witness-quorum/], [{ 'verify-every': '5s' }, /--verify-every: it must be a period from 1m to 31d, or never/], [{ 'policy-approval': 'sometimes' }, /--policy-approval: it must be one of never, weakening, always/], [{ 'log-public': 'no' }, /--log-public: it must be true or false/],
  ];
  for (const [flags, message] of cases) await wrong(read(flags), message);
  for (const text of ['witness: {a: b}', `witness: [${KEY}]`, `witness: [{key: ${KEY}, url: https://w.example, more: 1}]`, 'witness: 3']) {
    writeFileSync(file, text);
    await wrong(read(), /witness in .*yaml/);
  }
});

test('a file that cannot be understood is an error that names the place', async () => {
  const files: [string, RegExp][] = [
    ['workerz: 2\n', /no setting "workerz"; there are data, /],
    ['workers: 2\nworkers: 3\n', /not valid YAML.*unique/],
    ['- 1\n', /keys with values/],
    ['a: [\n', /not valid YAML/],
    ['data: &a x\nconsole: *a\n', /not valid YAML/],
    ['__proto__: {}\n', /no setting "__proto__"/],
    ['workers: many\n', /workers in .*tracekeep\.yaml: it must be a number/],
    ['retention: {default: 3}\n', /retention in /],
    [`x: ${'y'.repeat(300_000)}\n`, /larger than/],
  ];
  for (const [text, message] of files) {
    writeFileSync(file, text);
    await wrong(read(), message);
  }
  await wrong(read({ config: 'missing.yaml' }), /cannot read the configuration .*missing\.yaml.*ENOENT/);
});

test('values out of range are errors that name the flag or variable', async () => {
  const cases: [Texts, RegExp][] = [
    [{ workers: '0' }, /--workers: it must be/], [{ workers: '65' }, /--workers/], [{ workers: '1e1' }, /--workers/], [{ console: '4320' }, /--console: it must be an IP address/],
    [{ retention: 'audit=30d' }, /one of them "default"/], [{ retention: 'default=12h' }, /whole days/], [{ retention: 'default=36h' }, /whole days/], [{ retention: 'default=1d,default=2d' }, /--retention/],
    [{ 'disk-max': '0' }, /--disk-max/], [{ 'disk-free-min': 'none' }, /--disk-free-min/], [{ data: '' }, /--data: it must be a path/],
  ];
  for (const [flags, message] of cases) await wrong(read(flags), message);
  await wrong(read({}, { TRACEKEEP_DISK_MAX: 'lots' }), /TRACEKEEP_DISK_MAX/);
});

test('a provider with whom people sign in: groups with roles and tenants, in a map or in words', async () => {
  const least = { 'oidc-issuer': 'https://login.example.org', 'oidc-client-id': 'us', 'oidc-role': 'a=b=viewer, staff=viewer,staff=tenant-admin' };
  const { oidc } = await read({ ...least, 'oidc-tenant': 'east-team=east,west-team=west' });
  assert.deepEqual([oidc?.name, oidc?.scopes, oidc?.clientSecretFile, oidc?.roles, oidc?.tenant], ['login.example.org', ['openid', 'profile', 'email'], null, { 'a=b': ['viewer'], staff: ['viewer', 'admin'] }, { 'east-team': 'east', 'west-team': 'west' }]);
  writeFileSync(file, 'oidc-issuer: http://127.0.0.1:9\noidc-client-id: us\noidc-role:\n  staff: [viewer, investigator]\n  boss: admin\noidc-tenant: {staff: east}\n');
  const fromFile = (await read()).oidc;
  assert.deepEqual([fromFile?.roles, fromFile?.tenant, fromFile?.name], [{ staff: ['viewer', 'investigator'], boss: ['admin'] }, { staff: 'east' }, '127.0.0.1:9']);
  rmSync(file);
  const cases: [Texts, RegExp][] = [
    [{ 'oidc-issuer': 'http://login.example.org' }, /--oidc-issuer: it must be an https address/], [{ 'oidc-issuer': 'https://a:b@login.example.org' }, /--oidc-issuer/], [{ 'oidc-issuer': 'https://login.example.org/?x' }, /--oidc-issuer/], [{ 'oidc-issuer': 'login.example.org' }, /--oidc-issuer/],
    [{ 'oidc-role': 'staff=root' }, /--oidc-role/], [{ 'oidc-role': '=viewer' }, /--oidc-role/], [{ 'oidc-role': 'staff' }, /--oidc-role/], [{ 'oidc-role': '' }, /nobody would get in/], [{ 'oidc-client-id': '' }, /oidc-client-id must be given/],
    [{ 'oidc-scopes': 'profile' }, /--oidc-scopes/], [{ 'oidc-tenant': 'a=b,a=c' }, /--oidc-tenant/], [{ 'oidc-tenant': 'Not One' }, /--oidc-tenant/], [{ 'oidc-name': '\u202ex' }, /--oidc-name/], [{ 'console-url': 'http://traces.example.org' }, /--console-url/], [{ 'console-url': 'https://traces.example.org/x' }, /--console-url/],
  ];
  for (const [texts, message] of cases) await wrong(read({ ...least, ...texts }), message);
  await wrong(read({ 'oidc-client-id': 'us' }), /oidc-issuer must be given/);
});

test('an address that other machines reach is refused, and told that it needs TLS', async () => {
  for (const address of ['0.0.0.0:4318', '192.0.2.1:4318', '[::]:4318']) {
    for (const name of ['otlp-http', 'otlp-grpc', 'console']) {
      await wrong(read({ [name]: address }), /requires TLS.*tls-cert.*tracekeep ca/);
      assert.ok((await read({ [name]: address, 'tls-cert': 'c', 'tls-key': 'k' })).tls !== null);
    }
  }
});

test('settings of TLS that say half of it are refused', async () => {
  await wrong(read({ 'tls-cert': 'c' }), /tls-key must be given/);
  await wrong(read({ 'tls-key': 'k' }), /tls-cert must be given/);
  await wrong(read({ 'tls-client-ca': 'a' }), /needs tls-cert/);
  await wrong(read({ 'tls-client-auth': 'require' }), /needs tls-cert/);
  await wrong(read({ 'tls-cert': 'c', 'tls-key': 'k', 'tls-client-auth': 'require' }), /tls-client-ca/);
  await wrong(read({ 'tls-cert': 'c', 'tls-key': 'k', 'tls-min-version': '1.1' }), /tls-min-version/);
  writeFileSync(file, 'tls-cert: c\ntls-key: k\ntls-min-version: 1.2\n');
  assert.equal((await read()).tls?.minVersion, 'TLSv1.2');
});

test('records are pushed over https, or within this machine', async () => {
  assert.equal((await read({ 'audit-push-url': 'http://127.0.0.1:8088/events' })).auditPush?.url, 'http://127.0.0.1:8088/events');
  for (const url of ['http://siem.example/events', 'ftp://siem.example/', 'https://user:word@siem.example/', 'siem']) await assert.rejects(read({ 'audit-push-url': url }), /an https address/, url);
  await assert.rejects(read({ 'audit-push-token-file': 'at' }), /without audit-push-url/);
});

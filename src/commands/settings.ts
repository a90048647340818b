/**
 * The settings of a server. One table gives each its flag (`--otlp-http`), its variable (`TRACEKEEP_OTLP_HTTP`), its key in
 * `tracekeep.yaml` (`otlp-http`), its meaning and its default; flag goes before variable, variable before file. What cannot be read is an
 * error that names its place; nothing is skipped.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';

import { CLIENT_AUTHS, FORGET_APPROVALS, POLICY_APPROVALS, SEALING_ROOTS, SECOND_FACTOR_DUTIES, TLS_VERSIONS, type Config } from '#config';
import { LIMITS } from '#limits';
import { DEFAULT_TENANT } from '#model';

import { isMap, readFile, readOneOf, readPath, readSwitch, type Given } from './given.ts';
import { readListener, readTlsVersion, requireTls, tlsOf } from './listener-settings.ts';
import { auditPushOf, readOrigin, readPushUrl, readQuorum, readRest, readWitnesses } from './log-settings.ts';
import { oidcOf, readConsoleUrl, readGroupRoles, readGroupTenants, readIssuer, readScopes, readText } from './oidc-settings.ts';
import { OperatorError } from './operator-error.ts';
import { readTransitKey, readTransitUrl, sealingOf } from './sealing-settings.ts';
import { readBytes, readDiskMax, readRetention, readWorkers } from './storage-settings.ts';

interface Setting<Value> {
  readonly argument: string;
  readonly help: string;
  /** Written as an operator would write it. */
  readonly default: () => string;
  readonly read: (given: Given) => Value;
  /** The flag may be given several times; commas stand between the values. */
  readonly repeats?: true;
}

const CONFIG_FILE = 'tracekeep.yaml';
const CONFIG_BYTES_MAX = 256 * 1024;

const SETTINGS = {
  data: { argument: 'DIR', help: 'everything the server keeps, encrypted', default: () => '.tracekeep/data', read: readPath },
  'root-key-file': { argument: 'FILE', help: 'the root key, outside the data directory; made at first use, default DIR.key', default: () => '', read: readPath },
  'sealing-root': { argument: 'file|passphrase|transit', help: 'what opens sealed fields: a file, a passphrase, or a key in the transit engine of a Vault or OpenBao', default: () => 'file', read: readOneOf(SEALING_ROOTS) },
  'sealing-key-file': { argument: 'FILE', help: 'the sealing key, outside the data directory; made at first use, default DIR.sealing.key; where it is absent a server seals and opens nothing', default: () => '', read: readPath },
  'sealing-transit-url': { argument: 'URL', help: 'the transit engine, such as https://vault.example.org:8200/v1/transit', default: () => '', read: readTransitUrl },
  'sealing-transit-key': { argument: 'NAME', help: 'the key in it, of type aes256-gcm96', default: () => 'tracekeep', read: readTransitKey },
  'sealing-transit-token-file': { argument: 'FILE', help: 'the token for it, in a file closed to other users', default: () => '', read: readFile },
  'log-keys': { argument: 'DIR', help: 'the keys that sign the log, outside the data directory; made at first use, default DIR.log', default: () => '', read: readPath },
  'ca-folder': { argument: 'DIR', help: 'the local certificate authority, outside the data directory; made by "tracekeep ca init", default DIR.ca', default: () => '', read: readPath },
  'log-origin': { argument: 'NAME', help: 'what the log is called, for ever, such as log.example.org/traces (default tracekeep.localhost/ and a random number)', default: () => '', read: readOrigin },
  'log-public': { argument: 'true|false', help: 'whether anybody may read the log under /log: what happened when, and not what', default: () => 'true', read: readSwitch },
  witness: { argument: 'VKEY URL', help: 'who cosigns the log, and where it is asked; repeatable, once for each key', default: () => '', read: readWitnesses, repeats: true },
  'witness-quorum': { argument: 'NUMBER', help: 'publish what so many witnesses have cosigned, and nothing else', default: () => '0', read: readQuorum },
  'witness-ca': { argument: 'FILE', help: 'authorities of witnesses at https addresses, besides the well-known ones (PEM)', default: () => '', read: readFile },
  'verify-every': { argument: 'PERIOD', help: 'rest between two passes of verification in the background, or never', default: () => '1h', read: readRest },
  'policy-approval': { argument: POLICY_APPROVALS.join('|'), help: 'which changes of the policy a second person has to approve', default: () => 'never', read: readOneOf(POLICY_APPROVALS) },
  'forget-approval': { argument: FORGET_APPROVALS.join('|'), help: 'whether somebody else has to approve that a person is forgotten', default: () => 'never', read: readOneOf(FORGET_APPROVALS) },
  'require-second-factor': { argument: SECOND_FACTOR_DUTIES.join('|'), help: 'who has to have a second factor to do anything in the console', default: () => 'never', read: readOneOf(SECOND_FACTOR_DUTIES) },
  'audit-push-url': { argument: 'URL', help: 'push records of who did what there, as events of OCSF, a line each; https, or http on this machine', default: () => '', read: readPushUrl },
  'audit-push-token-file': { argument: 'FILE', help: 'the bearer token for audit-push-url (closed to other users)', default: () => '', read: readFile },
  'otlp-http': { argument: 'HOST:PORT', help: 'take OTLP over HTTP here; beyond this machine only with TLS', default: () => '127.0.0.1:4318', read: readListener },
  'otlp-grpc': { argument: 'HOST:PORT', help: 'take OTLP over gRPC here, likewise', default: () => '127.0.0.1:4317', read: readListener },
  console: { argument: 'HOST:PORT', help: 'console and query API, likewise', default: () => '127.0.0.1:4320', read: readListener },
  'tls-cert': { argument: 'FILE', help: 'speak TLS on all listeners with this certificate and its chain (PEM); read again when it changes', default: () => '', read: readFile },
  'tls-key': { argument: 'FILE', help: 'the private key of tls-cert (PEM, closed to other users)', default: () => '', read: readFile },
  'tls-client-ca': { argument: 'FILE', help: 'authorities whose client certificates say which producer sends (PEM)', default: () => '', read: readFile },
  'tls-client-auth': { argument: CLIENT_AUTHS.join('|'), help: 'whether a producer may or has to show a client certificate', default: () => 'accept', read: readOneOf(CLIENT_AUTHS) },
  'tls-min-version': { argument: TLS_VERSIONS.join('|'), help: 'the oldest version of TLS to speak', default: () => '1.3', read: readTlsVersion },
  'console-url': { argument: 'URL', help: 'the address by which people reach the console, where a proxy stands before it', default: () => '', read: readConsoleUrl },
  'oidc-issuer': { argument: 'URL', help: 'people may sign in with this OpenID provider too', default: () => '', read: readIssuer },
  'oidc-client-id': { argument: 'ID', help: 'what the provider calls this server', default: () => '', read: readText },
  'oidc-client-secret-file': { argument: 'FILE', help: 'the secret that the provider gave it, in a file closed to other users', default: () => '', read: readFile },
  'oidc-name': { argument: 'NAME', help: 'what the sign-in page calls the provider (default its host)', default: () => '', read: readText },
  'oidc-scopes': { argument: 'SCOPES', help: 'what to ask it for', default: () => 'openid profile email', read: readScopes },
  'oidc-groups-claim': { argument: 'CLAIM', help: 'which claim names the groups of a person; dots lead into others', default: () => 'groups', read: readText },
  'oidc-role': { argument: 'GROUP=ROLE,…', help: 'which roles its groups have; who is in none of them does not get in; repeatable', default: () => '', read: readGroupRoles, repeats: true },
  'oidc-tenant': { argument: 'TENANT|GROUP=TENANT,…', help: 'the tenant of its people, or of its groups', default: () => DEFAULT_TENANT, read: readGroupTenants, repeats: true },
  workers: { argument: 'NUMBER', help: 'pipeline threads', default: () => String(Math.max(1, availableParallelism() - 1)), read: readWorkers },
  retention: { argument: 'CLASS=PERIOD,…', help: 'how long each retention class is kept', default: () => 'default=30d', read: readRetention },
  'disk-max': { argument: 'SIZE', help: 'remove the oldest traces above this, such as 200GB', default: () => 'none', read: readDiskMax },
  'disk-free-min': { argument: 'SIZE', help: 'refuse new traces below this much free disk', default: () => `${LIMITS.disk_free_bytes_min / 2 ** 20}MiB`, read: readBytes },
} satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof SETTINGS;

/** Where settings come from. */
export interface SettingSources {
  /** By setting name; `config` names the file. */
  readonly flags: Readonly<Record<string, string | undefined>>;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
}

/** What help says about a setting. */
export function describeSetting(name: SettingName): { readonly flag: string; readonly help: string; readonly repeats: boolean } {
  const setting: Setting<unknown> = SETTINGS[name];
  const preset = setting.default();
  return { flag: `--${name} <${setting.argument}>`, help: preset === '' ? setting.help : `${setting.help} (default ${preset})`, repeats: setting.repeats === true };
}

export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];

export const variableOf = (name: string): string => `TRACEKEEP_${name.toUpperCase().replaceAll('-', '_')}`;

export async function readSettings(sources: SettingSources): Promise<Config> {
  const file = await readConfigFile(sources);
  const value = <Name extends SettingName>(name: Name): ReturnType<(typeof SETTINGS)[Name]['read']> => {
    const given = findGiven(name, sources, file) ?? { value: SETTINGS[name].default(), place: `default of ${name}`, folder: sources.folder };
    return SETTINGS[name].read(given) as ReturnType<(typeof SETTINGS)[Name]['read']>;
  };
  const data = value('data');
  const rootKeyFile = findGiven('root-key-file', sources, file) === undefined ? `${data}.key` : value('root-key-file');
  const logKeys = findGiven('log-keys', sources, file) === undefined ? `${data}.log` : value('log-keys');
  const caFolder = findGiven('ca-folder', sources, file) === undefined ? `${data}.ca` : value('ca-folder');
  const sealingKeyFile = findGiven('sealing-key-file', sources, file) === undefined ? `${data}.sealing.key` : value('sealing-key-file');
  const sealing = sealingOf(value('sealing-root'), { file: sealingKeyFile, url: value('sealing-transit-url'), key: value('sealing-transit-key'), tokenFile: value('sealing-transit-token-file') });
  const tls = tlsOf({ certificate: value('tls-cert'), key: value('tls-key'), clientCa: value('tls-client-ca'), clientAuth: value('tls-client-auth'), minVersion: value('tls-min-version') });
  const listeners = { 'otlp-http': value('otlp-http'), 'otlp-grpc': value('otlp-grpc'), console: value('console') };
  for (const [name, address] of Object.entries(listeners)) requireTls(name, address, tls);
  const [witnesses, witnessQuorum] = [value('witness'), value('witness-quorum')];
  const many = new Set(witnesses.map(({ url }) => url)).size;
  if (witnessQuorum > many) throw new OperatorError(`cannot use witness-quorum ${witnessQuorum}: ${many} configured with the setting witness, so nothing would ever be published`, 2);
  return {
    data,
    rootKeyFile,
    sealing,
    logKeys,
    caFolder,
    logOrigin: value('log-origin'),
    logPublic: value('log-public'),
    witnesses,
    witnessCa: value('witness-ca'),
    witnessQuorum,
    verifyEvery_ms: value('verify-every'),
    policyApproval: value('policy-approval'),
    forgetApproval: value('forget-approval'),
    requireSecondFactor: value('require-second-factor'),
    auditPush: auditPushOf(value('audit-push-url'), value('audit-push-token-file')),
    otlpHttp: listeners['otlp-http'],
    otlpGrpc: listeners['otlp-grpc'],
    console: listeners.console,
    tls,
    consoleUrl: value('console-url'),
    oidc: oidcOf({ issuer: value('oidc-issuer'), clientId: value('oidc-client-id'), clientSecretFile: value('oidc-client-secret-file'), name: value('oidc-name'), scopes: value('oidc-scopes'), groupsClaim: value('oidc-groups-claim'), roles: value('oidc-role'), tenant: value('oidc-tenant') }),
    workers: value('workers'),
    retention: value('retention'),
    diskBytesMax: value('disk-max'),
    diskFreeBytesMin: value('disk-free-min'),
  };
}

interface ConfigFile {
  readonly path: string;
  readonly entries: ReadonlyMap<string, unknown>;
}

function findGiven(name: SettingName, { flags, variables, folder }: SettingSources, file: ConfigFile | null): Given | undefined {
  const flag = flags[name];
  if (flag !== undefined) return { value: flag, place: `--${name}`, folder };
  const variable = variables[variableOf(name)];
  // An empty variable is how shells and compose files say "not set".
  if (variable !== undefined && variable !== '') return { value: variable, place: variableOf(name), folder };
  if (file?.entries.has(name)) return { value: file.entries.get(name), place: `${name} in ${file.path}`, folder: dirname(file.path) };
  return undefined;
}

/** The file that `--config` or TRACEKEEP_CONFIG names, which must exist, or `tracekeep.yaml` if there is one. */
async function readConfigFile({ flags, variables, folder }: SettingSources): Promise<ConfigFile | null> {
  const named = flags['config'] ?? (variables['TRACEKEEP_CONFIG'] || undefined);
  const path = resolve(folder, named ?? CONFIG_FILE);
  if (named === undefined && !existsSync(path)) return null;
  let text: string;
  try {
    if (statSync(path).size > CONFIG_BYTES_MAX) throw new Error(`it is larger than ${CONFIG_BYTES_MAX} bytes`);
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new OperatorError(`cannot read the configuration ${path}`, 2, { cause });
  }
  const { parse } = await import('yaml');
  let content: unknown;
  try {
    content = parse(text, { maxAliasCount: 0, uniqueKeys: true, stringKeys: true, logLevel: 'error' });
  } catch (cause) {
    throw new OperatorError(`cannot read the configuration ${path}: it is not valid YAML`, 2, { cause });
  }
  if (content === null || content === undefined) return { path, entries: new Map() };
  if (!isMap(content)) throw new OperatorError(`cannot read the configuration ${path}: it must be keys with values`, 2);
  for (const key of Object.keys(content)) {
    if (!Object.hasOwn(SETTINGS, key)) throw new OperatorError(`cannot read the configuration ${path}: there is no setting ${JSON.stringify(key)}; there are ${SETTING_NAMES.join(', ')}`, 2);
  }
  return { path, entries: new Map(Object.entries(content)) };
}

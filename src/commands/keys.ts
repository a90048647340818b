/**
 * `tracekeep keys`: the keys that seal fields. Works on the control data, whether a server runs or not: one that runs takes a new version for the next window. What needs
 * a private key opens the sealing root here, in the verb.
 */
import { Command } from 'commander';

import type { Config } from '#config';
import type { Custody, SealingRootStatus, TenantKeyStatus } from '#custody';
import { DEFAULT_TENANT } from '#model';
import type { TenantId } from '#model';
import type { PolicyDocument } from '#policy';

import { withExistingControl } from './data-directory.ts';
import { OperatorError } from './operator-error.ts';
import { orFail, readTenant, settingsOf, withSettings, withTenant } from './options.ts';
import { PASSPHRASE_FD, readPassphrase } from './passphrase.ts';
import type { SettingName } from './settings.ts';
import { tableText, timeText } from './table.ts';
import { note, print } from './terminal.ts';

const PLACE_OF_KEYS: readonly SettingName[] = ['data', 'root-key-file', 'sealing-root', 'sealing-key-file', 'sealing-transit-url', 'sealing-transit-key', 'sealing-transit-token-file'];

interface OpeningOptions {
  readonly tenant: string;
  readonly passphraseFd?: string;
  readonly json?: boolean;
}

export function keysCommand(): Command {
  const keys = new Command('keys').description('the keys that seal fields: their versions, and what needs them');
  return keys.addCommand(statusCommand()).addCommand(rotateCommand()).addCommand(rewrapCommand()).addCommand(retireCommand()).addCommand(exportCommand());
}

function statusCommand(): Command {
  const command = new Command('status').description('show the versions of each tenant’s key, and how many windows still need which').option('--tenant <NAME>', 'this tenant alone').option('--json', 'for machines');
  return withSettings(command, PLACE_OF_KEYS).action(async ({ tenant, json }: { readonly tenant?: string; readonly json?: boolean }) => {
    const config = await settingsOf(command);
    const status = await withExistingControl(config, async (control) => {
      if (tenant !== undefined) await requireTenant(control, readTenant(tenant));
      const [custody, { KeyDesk }, { keysView }, { sealedRules }, policy] = await Promise.all([custodyOf(config, control, null), import('#custody/key-desk'), import('#query/keys/views'), import('#policy'), policyIn(control)]);
      const desk = new KeyDesk({ control, custody, sealing: config.sealing });
      const tenants = tenant === undefined ? [...new Set([DEFAULT_TENANT, ...(await control.listTenants()).map(({ name }) => name)])] : [readTenant(tenant)];
      const all = await Promise.all(tenants.map((name) => desk.status(name)));
      const shown = all.filter(({ versions }) => tenant !== undefined || versions.length > 0);
      return { root: desk.root, tenants: shown, view: keysView(desk.root, shown.map((one) => ({ status: one, sealed: sealedRules(policy, one.tenant) }))) };
    });
    if (json === true) return print(JSON.stringify(status.view, null, 2));
    const { sealingRootFault } = await import('#custody');
    print(rootText(status.root, status.root.here === true ? sealingRootFault(config.sealing) : null));
    if (status.tenants.every(({ versions }) => versions.length === 0)) return note('there is no key yet: the first is made when a policy seals something, or by "tracekeep keys rotate"');
    print(tableText(['TENANT', 'VERSION', 'STATE', 'WINDOWS', 'MADE', 'RETIRED'], status.tenants.flatMap(({ tenant: name, versions }) => versions.map(({ version, state, windows, made, retired }) => [name, String(version), state, String(windows), timeText(made), retired === null ? '' : timeText(retired)]))));
    for (const { tenant: name, subjectKeys, destroyed } of status.tenants) if (subjectKeys > 0) print(`keys of people in ${name}: ${subjectKeys - destroyed}, ${destroyed === 0 ? 'none destroyed' : `and ${destroyed} destroyed`}`);
    for (const one of status.tenants) for (const line of adviceOf(one)) note(line);
  });
}

function rotateCommand(): Command {
  const command = opening(new Command('rotate').description('make a new version of a tenant’s key; new windows are under it from the next hour on, old ones open as before'));
  return command.action(async (options: OpeningOptions) => {
    const made = await withCustody(command, options, (custody, tenant) => custody.rotate(tenant));
    if (options.json === true) return print(JSON.stringify({ tenant: made.tenant, version: made.version, made: made.made }));
    print(`version ${made.version} of the key of ${made.tenant} takes the new windows, on a running server from the next hour on`);
  });
}

function rewrapCommand(): Command {
  const command = opening(new Command('rewrap').description('put the windows of earlier versions under the newest; can be broken off with Ctrl-C and goes on where it was'));
  return command.action(async (options: OpeningOptions) => {
    const stop = new AbortController();
    const broken = (): void => stop.abort();
    process.once('SIGINT', broken).once('SIGTERM', broken);
    const onProgress = ({ done, of }: { readonly done: number; readonly of: number }): void => {
      if (options.json !== true) note(`${done} of ${of} windows`);
    };
    const { version, windows, left } = await withCustody(command, options, (custody, tenant) => custody.rewrap(tenant, { onProgress, signal: stop.signal })).finally(() => process.off('SIGINT', broken).off('SIGTERM', broken));
    if (options.json === true) print(JSON.stringify({ tenant: options.tenant, version, windows, left }));
    else print(windows === 0 && left === 0 ? `all windows of ${options.tenant} are under version ${version}` : `${windows} windows of ${options.tenant} were put under version ${version}`);
    if (left > 0) throw new OperatorError(`broken off with ${left} windows left: "tracekeep keys rewrap" goes on`);
  });
}

function retireCommand(): Command {
  const command = withSettings(withTenant(new Command('retire').description('destroy the private half of a version that no window needs').argument('<VERSION>', 'its number').option('--json', 'for machines')), PLACE_OF_KEYS);
  return command.action(async (text: string, options: { readonly tenant: string; readonly json?: boolean }) => {
    const config = await settingsOf(command);
    const retired = orFail(await withExistingControl(config, async (control) => (await custodyOf(config, control, null)).retire(readTenant(options.tenant), readVersion(text))));
    print(options.json === true ? JSON.stringify({ tenant: retired.tenant, version: retired.version, retired: retired.retired }) : `version ${retired.version} of the key of ${retired.tenant} is retired: its private half is destroyed`);
  });
}

function exportCommand(): Command {
  const command = withSettings(withTenant(new Command('export-public').description('print the public half of a tenant’s key (X-Wing, as PEM), to which anybody may seal').option('--key-version <NUMBER>', 'another than the newest').option('--json', 'for machines')), PLACE_OF_KEYS);
  return command.action(async ({ tenant, keyVersion, json }: { readonly tenant: string; readonly keyVersion?: string; readonly json?: boolean }) => {
    const config = await settingsOf(command);
    const found = await withExistingControl(config, async (control) => (await custodyOf(config, control, null)).find(readTenant(tenant), keyVersion === undefined ? undefined : readVersion(keyVersion)));
    if (found === null) throw new OperatorError(`cannot print the public key of ${tenant}: there is none; "tracekeep keys status" says which there are`);
    const { publicKeyPem } = await import('#keys');
    const pem = publicKeyPem(Buffer.from(found.publicKey, 'base64'));
    if (json === true) print(JSON.stringify({ tenant, version: found.version, algorithm: 'X-Wing', publicKey: found.publicKey, pem }, null, 2));
    else process.stdout.write(pem);
  });
}

function opening(command: Command): Command {
  return withSettings(withTenant(command.option(...PASSPHRASE_FD).option('--json', 'for machines')), PLACE_OF_KEYS);
}

type Control = Parameters<Parameters<typeof withExistingControl>[1]>[0];

async function withCustody<Done>(command: Command, { tenant: text, passphraseFd }: OpeningOptions, work: (custody: Custody, tenant: TenantId) => Promise<Done>): Promise<Exclude<Done, { readonly refused: unknown }>> {
  const config = await settingsOf(command);
  const tenant = readTenant(text);
  return withExistingControl(config, async (control) => {
    await requireTenant(control, tenant);
    const passphrase = config.sealing.kind === 'passphrase' ? await readPassphrase(passphraseFd, control.findSealingRoot() === null) : null;
    try {
      return orFail(await work(await custodyOf(config, control, passphrase), tenant)) as Exclude<Done, { readonly refused: unknown }>;
    } finally {
      passphrase?.reveal().fill(0);
    }
  });
}

/** A tenant that nobody made is most likely mistyped, and its key would stand in the log. */
async function requireTenant(control: Control, tenant: TenantId): Promise<void> {
  if (tenant !== DEFAULT_TENANT && !(await control.listTenants()).some(({ name }) => name === tenant)) throw new OperatorError(`cannot find the tenant ${tenant}; "tracekeep tenant list" shows which there are, "tracekeep tenant set" makes one`);
}

async function custodyOf(config: Config, control: Control, passphrase: Awaited<ReturnType<typeof readPassphrase>> | null): Promise<Custody> {
  const { Custody: Kept, sourceOf } = await import('#custody');
  return new Kept({ control, source: sourceOf(config, passphrase) });
}

/** What the policy in force says; the default one where no server has started yet. */
async function policyIn(control: Control): Promise<PolicyDocument> {
  const [{ DEFAULT_POLICY }, { compiledVersion }] = await Promise.all([import('#policy'), import('#enact/live')]);
  const found = control.findPolicy();
  return found === null ? DEFAULT_POLICY : compiledVersion(found).document;
}

function rootText({ kind, made, here }: SealingRootStatus, fault: string | null): string {
  const what = kind === 'file' ? 'a file' : kind === 'passphrase' ? 'a passphrase' : 'a key in a transit engine';
  if (fault !== null) return `sealing root: ${what}, which is here and is not used: ${fault}`;
  if (!made) return `sealing root: ${what}, not used yet`;
  return `sealing root: ${what}${here === null ? '' : here ? ', which is here' : ', which is not here: nothing sealed can be opened on this machine'}`;
}

function adviceOf({ tenant, versions, toRewrap }: TenantKeyStatus): string[] {
  const option = tenant === DEFAULT_TENANT ? '' : ` --tenant ${tenant}`;
  const unneeded = versions.filter(({ state }) => state === 'unneeded').map(({ version }) => `version ${version} is needed by nothing: tracekeep keys retire ${version}${option}`);
  return [...(toRewrap > 0 ? [`${toRewrap} windows of ${tenant} need earlier versions: tracekeep keys rewrap${option}`] : []), ...unneeded];
}

function readVersion(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new OperatorError('cannot read the version: it is a number, such as 1', 2);
  return Number(text);
}

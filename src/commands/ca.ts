/**
 * `tracekeep ca`: a local certificate authority for the servers, producers, witnesses and agents of one deployment. Who has certificates of an
 * authority of their own needs none of it, except `ca revoke --certificate`.
 */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { Argument, Command } from 'commander';
import type { Authority, IssuedRecord, Kind } from '#authority';
import type { Config } from '#config';
import { isDnsName, isTrustDomain, isWorkloadId } from '#tls/spiffe';

import { afterwards, stateOf } from './ca-text.ts';
import { withExistingControl } from './data-directory.ts';
import { OperatorError } from './operator-error.ts';
import { collect, orFail, readPeriodOption, settingsOf, withSettings } from './options.ts';
import type { SettingName } from './settings.ts';
import { jsonText, tableText, timeText } from './table.ts';
import { note, print } from './terminal.ts';

const PLACE_OF_CA: readonly SettingName[] = ['data', 'root-key-file', 'ca-folder'];
const KIND_NAMES: readonly Kind[] = ['server', 'producer', 'witness', 'agent'];
const DAY_MS = 86_400_000;

export function caCommand(): Command {
  const ca = new Command('ca').description('a local certificate authority: certificates for servers, producers, witnesses and agents');
  for (const command of [initCommand(), issueCommand(), renewCommand(), listCommand(), showCommand(), revokeCommand()]) ca.addCommand(command);
  return ca;
}

function initCommand(): Command {
  const command = new Command('init').description('make the authority: its certificate, and its key, which only its folder has');
  command.option('--trust-domain <NAME>', 'what SPIFFE ids of this deployment begin with, such as example.org', 'tracekeep.localhost');
  command.option('--name <TEXT>', 'what people see as issuer', 'Tracekeep local authority').option('--valid <PERIOD>', 'how long it is valid', '3650d');
  return withSettings(command, PLACE_OF_CA).action(async ({ trustDomain, name, valid }: { readonly trustDomain: string; readonly name: string; readonly valid: string }) => {
    if (!isTrustDomain(trustDomain)) throw new OperatorError('cannot read --trust-domain: it must be lower-case letters, digits, dots and hyphens, such as example.org', 2);
    if (!/^[\p{L}\p{N} ._-]{1,64}$/u.test(name)) throw new OperatorError('cannot read --name: it must be 1 to 64 letters, digits, spaces, dots and hyphens', 2);
    const { data, caFolder } = await settingsOf(command);
    const { Authority, fingerprintOf } = await import('#authority');
    if (Authority.exists(caFolder)) throw new OperatorError(`cannot make a certificate authority: there is one in ${caFolder}; "tracekeep ca list" shows what it issued`);
    const authority = Authority.create({ folder: caFolder, dataDir: data, trustDomain, name, valid_ms: periodOf(valid) });
    note(`made an authority for spiffe://${trustDomain}, valid until ${authority.certificate.validTo}`);
    note(`its key ${authority.files.key} can make a certificate for anybody: keep a copy of ${caFolder} where nobody else gets at it. The server does not need it`);
    note(`SHA-256 ${fingerprintOf(authority.certificate)}`);
    note('next: tracekeep ca issue server NAME, with the names and addresses by which others reach the server');
    // What others are given.
    print(authority.files.certificate);
  });
}

interface IssueOptions {
  readonly dns?: readonly string[];
  readonly ip?: readonly string[];
  readonly spiffe?: string;
  readonly valid: string;
}

function issueCommand(): Command {
  const command = new Command('issue').description('make a key and its certificate');
  command.addArgument(new Argument('<KIND>', 'what it is for').choices(KIND_NAMES));
  command.argument('<NAME...>', 'of a server or witness: the host names and addresses others reach it by; of others: what to call it');
  command.option('--dns <NAME...>', 'a further host name (repeatable)', collect).option('--ip <ADDRESS...>', 'a further address (repeatable)', collect);
  command.option('--spiffe <ID>', 'its SPIFFE id (default spiffe://TRUST-DOMAIN/KIND/NAME)').option('--valid <PERIOD>', 'how long it is valid', '90d');
  return withSettings(command, PLACE_OF_CA).action(async (kind: Kind, names: readonly string[], options: IssueOptions) => {
    const config = await settingsOf(command);
    const authority = await openAuthority(config);
    const [first = ''] = names;
    const name = first.replaceAll(':', '.');
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,47}$/.test(name)) throw new OperatorError('cannot read NAME: it must be up to 48 letters, digits, dots, hyphens and underscores, and begin with a letter or digit', 2);
    const isHost = kind === 'server' || kind === 'witness';
    if (!isHost && names.length > 1) throw new OperatorError(`cannot issue more than one certificate for a ${kind} at once: further host names are given with --dns`, 2);
    const hosts = isHost ? names : [];
    const dns = unique([...hosts.filter((one) => isIP(one) === 0), ...(options.dns ?? [])].map((one) => one.toLowerCase()));
    const ips = unique([...hosts.filter((one) => isIP(one) !== 0), ...(options.ip ?? [])]);
    const wrong = dns.find((one) => !isDnsName(one.replace(/^\*\./, ''))) ?? ips.find((one) => isIP(one) === 0);
    if (wrong !== undefined) throw new OperatorError(`cannot put ${JSON.stringify(wrong)} into a certificate: it is neither a host name nor an IP address`, 2);
    const id = options.spiffe ?? `spiffe://${authority.trustDomain}/${kind}/${name}`;
    if (!isWorkloadId(id)) throw new OperatorError('cannot read --spiffe: it must be a SPIFFE id with a path, such as spiffe://example.org/shop', 2);
    if (!id.startsWith(`spiffe://${authority.trustDomain}/`)) throw new OperatorError(`cannot read --spiffe: this authority speaks for spiffe://${authority.trustDomain}/ only`, 2);
    const { record, files } = authority.issue({ kind, name, id, dns, ips, valid_ms: periodOf(options.valid) });
    tell(authority, record);
    print(`${files.certificate}\n${files.key}`);
  });
}

function renewCommand(): Command {
  const command = new Command('renew').description('make new keys and certificates in place of the old ones, which stay valid until they end').argument('[NAME]', 'name, KIND-NAME or serial number; without it all that end soon');
  command.option('--all', 'all, however long they are still valid');
  return withSettings(command, PLACE_OF_CA).action(async (name: string | undefined, { all = false }: { readonly all?: boolean }) => {
    const config = await settingsOf(command);
    const authority = await openAuthority(config);
    const { isDue } = await import('#authority');
    const revoked = await revokedOf(config);
    const wanted = name === undefined ? authority.current().filter((one) => !revoked.has(one.fingerprint) && (all || isDue(one, Date.now()))) : [named(authority, name)];
    if (wanted.length === 0) return note('nothing to renew: no certificate is in the last third of its life (--all renews all)');
    for (const one of wanted) {
      const { record, files } = authority.renew(one);
      note(`renewed ${record.kind} ${record.name} until ${timeText(record.expires)}; a server on this machine takes it up by itself`);
      print(`${files.certificate}\n${files.key}`);
    }
  });
}

function listCommand(): Command {
  const command = new Command('list').description('show what was issued').option('--all', 'those too that were renewed or have ended').option('--json', 'for machines');
  return withSettings(command, PLACE_OF_CA).action(async ({ all = false, json = false }: { readonly all?: boolean; readonly json?: boolean }) => {
    const config = await settingsOf(command);
    const authority = await openAuthority(config);
    const revoked = await revokedOf(config);
    const rows = (all || json ? authority.issued() : authority.current()).map((one) => ({ ...one, state: stateOf(one, authority.current(), revoked, Date.now()) }));
    if (json) return print(jsonText(rows));
    if (rows.length === 0) return note('nothing was issued yet: tracekeep ca issue server NAME');
    print(tableText(['KIND', 'NAME', 'ID', 'HOSTS', 'SERIAL', 'EXPIRES', 'STATE'], rows.map(({ kind, name, id, dns, ips, serial, expires, state }) => [kind, name, id, [...dns, ...ips].join(' ') || '-', serial, timeText(expires), state])));
  });
}

function showCommand(): Command {
  const command = new Command('show').description('show the authority, or one certificate and what to do with it').argument('[NAME]', 'name, KIND-NAME or serial number');
  return withSettings(command, PLACE_OF_CA).action(async (name?: string) => {
    const config = await settingsOf(command);
    const authority = await openAuthority(config);
    if (name === undefined) {
      const { fingerprintOf } = await import('#authority');
      print(tableText(['AUTHORITY', ''], [['trust domain', `spiffe://${authority.trustDomain}`], ['certificate', authority.files.certificate], ['SHA-256', fingerprintOf(authority.certificate)], ['expires', timeText(authority.certificate.validToDate.getTime())], ['issued', String(authority.issued().length)]]));
      return;
    }
    const one = named(authority, name);
    const files = authority.filesOf(one);
    print(tableText([one.kind.toUpperCase(), one.name], [['id', one.id], ['hosts', [...one.dns, ...one.ips].join(' ') || '-'], ['serial', one.serial], ['SHA-256', one.fingerprint], ['issued', timeText(one.created)], ['expires', timeText(one.expires)], ['state', stateOf(one, authority.current(), await revokedOf(config), Date.now())], ['certificate', files.certificate], ['key', files.key]]));
    tell(authority, one);
  });
}

function revokeCommand(): Command {
  const command = new Command('revoke').description('have a client certificate refused, within a second on a running server').argument('[NAME]', 'name, KIND-NAME or serial number');
  command.option('--certificate <FILE>', 'one of any authority, as PEM');
  return withSettings(command, PLACE_OF_CA).action(async (name: string | undefined, { certificate }: { readonly certificate?: string }) => {
    if ((name === undefined) === (certificate === undefined)) throw new OperatorError('name the certificate to revoke, or give its file with --certificate', 2);
    const config = await settingsOf(command);
    const wanted = certificate === undefined ? issuedUnder(await openAuthority(config), name ?? '') : [await fromFile(certificate)];
    for (const one of wanted) {
      const { fingerprint } = orFail(await withExistingControl(config, (control) => control.revokeCertificate(one)));
      note(`revoked ${one.name} (SHA-256 ${fingerprint}): servers of ${config.data} refuse it`);
    }
  });
}

/** What is revoked under a name: all that were issued for it and have not ended, for each has a key that may be lost. */
function issuedUnder(authority: Authority, text: string): { readonly fingerprint: string; readonly name: string; readonly expires: number }[] {
  const of = named(authority, text);
  const meant = authority.issued().filter((one) => (of.serial === text ? one.serial === text : one.kind === of.kind && one.name === of.name) && one.expires > Date.now());
  if (meant.length === 0) throw new OperatorError(`there is nothing to revoke: the certificates of ${of.kind} ${of.name} have ended`);
  return meant.map(({ fingerprint, kind, name, expires }) => ({ fingerprint, name: `${kind} ${name}`, expires }));
}

async function fromFile(file: string): Promise<{ readonly fingerprint: string; readonly name: string; readonly expires: number }> {
  const { fingerprintOf } = await import('#authority');
  try {
    const certificate = new X509Certificate(readFileSync(resolve(file)));
    return { fingerprint: fingerprintOf(certificate), name: `serial ${certificate.serialNumber.toLowerCase().slice(0, 64)}`, expires: certificate.validToDate.getTime() };
  } catch (cause) {
    throw new OperatorError(`cannot read ${file}: it must be a certificate as PEM`, 1, { cause });
  }
}

async function openAuthority({ caFolder }: Config): Promise<Authority> {
  const { Authority } = await import('#authority');
  if (!Authority.exists(caFolder)) throw new OperatorError(`cannot find a certificate authority in ${caFolder}: make one with "tracekeep ca init", or name its folder with --ca-folder`);
  return Authority.open(caFolder);
}

/** The certificate in use under a name, or the one of a serial number. */
function named(authority: Authority, text: string): IssuedRecord {
  const bySerial = authority.issued().find(({ serial }) => serial === text.toLowerCase());
  if (bySerial !== undefined) return bySerial;
  const found = authority.current().filter(({ kind, name }) => name === text || `${kind}-${name}` === text);
  const [one, ...others] = found;
  if (one === undefined) throw new OperatorError('there is no certificate of this name: "tracekeep ca list" shows what was issued');
  if (others.length > 0) throw new OperatorError(`there are several of this name: say ${found.map(({ kind, name }) => `${kind}-${name}`).join(' or ')}`);
  return one;
}

/** Without a data directory, as on a machine that only has the authority, nothing is known to be revoked. */
async function revokedOf(config: Config): Promise<ReadonlySet<string>> {
  try {
    return new Set((await withExistingControl(config, (control) => control.listRevokedCertificates())).map(({ fingerprint }) => fingerprint));
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return new Set();
  }
}

function tell(authority: Authority, record: IssuedRecord): void {
  note(`${record.id}, valid until ${timeText(record.expires)}, SHA-256 ${record.fingerprint}`);
  for (const line of afterwards(record, authority.filesOf(record), authority.files.certificate)) note(line);
}

function periodOf(text: string): number {
  const ms = readPeriodOption('--valid', text);
  if (ms < DAY_MS / 24 || ms > 3_653 * DAY_MS) throw new OperatorError('cannot read --valid: it must be from 1h to 3653d', 2);
  return ms;
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}

/** `tracekeep producer`: who may send, and with which key. A key is shown once, alone on the last line of standard output. */
import { Command } from 'commander';
import { LIMITS } from '#limits';

import { withControl, withExistingControl } from './data-directory.ts';
import { OperatorError } from './operator-error.ts';
import { PLACE, collect, orFail, readPeriodOption, readTenant, settingsOf, withSettings, withTenant } from './options.ts';
import { keysText, trustCommand, untrustCommand } from './producer-trust.ts';
import { jsonText, tableText, timeText } from './table.ts';
import { note, print } from './terminal.ts';

const SPIFFE = 'a SPIFFE id in client certificates that are this producer (repeatable)';
const CERTIFICATE_NAME = 'the DNS name in client certificates without a URI that are this producer (repeatable)';
const BACKFILL = `may send spans that ended more than ${LIMITS.past_ms_max / 3_600_000} hours ago`;

interface CertificateOptions {
  readonly spiffe?: readonly string[];
  readonly certificateName?: readonly string[];
}

interface TenantOption {
  readonly tenant: string;
}

export function producerCommand(): Command {
  const producer = new Command('producer').description('who may send traces, for which services, with which key');
  producer.addCommand(addCommand());
  producer.addCommand(listCommand());
  producer.addCommand(changeCommand());
  producer.addCommand(rotateCommand());
  producer.addCommand(trustCommand());
  producer.addCommand(untrustCommand());
  producer.addCommand(revokeCommand());
  return producer;
}

function addCommand(): Command {
  const command = new Command('add').description('make a producer and print its ingest key').argument('<NAME>', 'what to call it');
  command.requiredOption('--service <GLOB...>', 'service names it may send for; * stands for any characters (repeatable)', collect);
  command.option('--spiffe <ID...>', SPIFFE, collect).option('--certificate-name <NAME...>', CERTIFICATE_NAME, collect).option('--backfill', BACKFILL);
  return withSettings(withTenant(command), PLACE).action(async (name: string, options: TenantOption & CertificateOptions & { readonly service: readonly string[]; readonly backfill?: boolean }) => {
    const wanted = { tenant: readTenant(options.tenant), name, services: options.service, backfill: options.backfill ?? false, certificates: certificatesOf(options) ?? [] };
    const { producer, key } = orFail(await withControl(await settingsOf(command), (control) => control.addProducer(wanted)));
    note(`producer ${producer.id} ${rightsText(producer)}`);
    note('the ingest key follows; it is shown only now. Exporters send it as the header "Authorization: Bearer <key>":');
    note('OTEL_EXPORTER_OTLP_HEADERS="Authorization=Bearer%20<key>"');
    print(key.reveal());
  });
}

function listCommand(): Command {
  const command = new Command('list').description('show producers and their keys').option('--tenant <NAME>', 'only this tenant').option('--json', 'for machines');
  return withSettings(command, PLACE).action(async (options: { readonly tenant?: string; readonly json?: boolean }) => {
    const tenant = options.tenant === undefined ? undefined : readTenant(options.tenant);
    const now = Date.now();
    const producers = await withExistingControl(await settingsOf(command), (control) => control.listProducers(tenant));
    const shown = producers.map(({ keys, ...producer }) => ({
      ...producer,
      // The hash of a key is of no use to anybody who reads a list.
      keys: producer.revoked === null ? keys.filter(({ expires }) => expires === null || expires > now).map(({ generation, created, expires }) => ({ generation, created, expires })) : [],
    }));
    if (options.json === true) return print(jsonText(shown));
    const rows = shown.map(({ id, name, tenant: of, services, certificates = [], backfill = false, created, revoked, keys }) => [
      id,
      name,
      of,
      services.join(' '),
      certificates.join(' ') || '-',
      backfill ? 'yes' : 'no',
      timeText(created),
      revoked === null ? keys.map(({ generation, expires }) => (expires === null ? `key ${generation}` : `key ${generation} until ${timeText(expires)}`)).join(', ') : `revoked ${timeText(revoked)}`,
    ]);
    print(tableText(['ID', 'NAME', 'TENANT', 'SERVICES', 'CERTIFICATES', 'BACKFILL', 'CREATED', 'STATE'], rows));
    const trusted = shown.filter(({ revoked }) => revoked === null).flatMap(({ name, trusts = [] }) => trusts.map((trust) => [trust.id, name, trust.issuer, trust.audience, trust.subject, trust.claims.map((one) => `${one.name}=${one.value}`).join(' ') || '-', keysText(trust)]));
    if (trusted.length > 0) print(`\ntokens that are a producer:\n\n${tableText(['ID', 'PRODUCER', 'ISSUER', 'AUDIENCE', 'SUBJECT', 'CLAIMS', 'KEYS'], trusted)}`);
  });
}

function changeCommand(): Command {
  const command = new Command('change').description('replace the services a producer may send for or the certificates that are it, or say whether it may send old spans').argument('<NAME>', 'name or id');
  command.option('--service <GLOB...>', 'the new service names (repeatable)', collect);
  command.option('--spiffe <ID...>', `${SPIFFE}; these and no others`, collect).option('--certificate-name <NAME...>', CERTIFICATE_NAME, collect).option('--no-certificates', 'its key alone is this producer');
  command.option('--backfill', BACKFILL).option('--no-backfill', 'not any more');
  return withSettings(withTenant(command), PLACE).action(async (name: string, { tenant, service, backfill, ...options }: TenantOption & CertificateOptions & { readonly service?: readonly string[]; readonly backfill?: boolean; readonly certificates: boolean }) => {
    const given = certificatesOf(options);
    if (given !== undefined && !options.certificates) throw new OperatorError('give either names of certificates or --no-certificates', 2);
    const certificates = options.certificates ? given : [];
    if (service === undefined && backfill === undefined && certificates === undefined) throw new OperatorError('nothing to change: give --service, --spiffe, --certificate-name, --no-certificates, --backfill or --no-backfill', 2);
    const wanted = { ...(service !== undefined && { services: service }), ...(backfill !== undefined && { backfill }), ...(certificates !== undefined && { certificates }) };
    const producer = orFail(await withExistingControl(await settingsOf(command), (control) => control.changeProducer({ tenant: readTenant(tenant), name }, wanted)));
    note(`producer ${producer.id} now ${rightsText(producer)}`);
  });
}

/** Undefined when none was given. */
function certificatesOf({ spiffe, certificateName }: CertificateOptions): readonly string[] | undefined {
  return spiffe === undefined && certificateName === undefined ? undefined : [...(spiffe ?? []), ...(certificateName ?? [])];
}

function rightsText({ services, backfill = false, certificates = [] }: { readonly services: readonly string[]; readonly backfill?: boolean; readonly certificates?: readonly string[] }): string {
  return `may send for: ${services.join(', ')}${backfill ? ', old spans too' : ''}${certificates.length > 0 ? `, with its key or a certificate of ${certificates.join(', ')}` : ''}`;
}

function rotateCommand(): Command {
  const command = new Command('rotate').description('print a new ingest key; the old one stays valid for a while').argument('<NAME>', 'name or id');
  command.option('--grace <PERIOD>', 'how long the old key stays valid, 0 = it ends now', '24h');
  return withSettings(withTenant(command), PLACE).action(async (name: string, options: TenantOption & { readonly grace: string }) => {
    const named = { tenant: readTenant(options.tenant), name };
    const grace = readPeriodOption('--grace', options.grace);
    const { producer, key } = orFail(await withExistingControl(await settingsOf(command), (control) => control.rotateProducer(named, grace)));
    const old = producer.keys.filter(({ expires }) => expires !== null).map(({ generation, expires }) => `key ${generation} stays valid until ${timeText(expires)}`);
    note(old.length === 0 ? `the old keys of ${producer.id} have ended` : `${producer.id}: ${old.join(', ')}`);
    print(key.reveal());
  });
}

function revokeCommand(): Command {
  const command = new Command('revoke').description('end all keys of a producer and what it trusts, within a second on a running server').argument('<NAME>', 'name or id');
  return withSettings(withTenant(command), PLACE).action(async (name: string, options: TenantOption) => {
    const named = { tenant: readTenant(options.tenant), name };
    const producer = orFail(await withExistingControl(await settingsOf(command), (control) => control.revokeProducer(named)));
    note(`producer ${producer.id} can send no more; its traces and accounts stay`);
  });
}

/** `tracekeep audit`: who did what, from the records that the log commits to. The running server is asked; without one the store is opened here. */
import { Command, Option } from 'commander';

import type { Config } from '#config';
import { LIMITS } from '#limits';
import type { AuditRecord } from '#query/audit';
import { isRefusal } from '#refusal';
import type { Refusal } from '#refusal';

import { NO_SERVER, adminSocketPath, askAdmin } from './admin.ts';
import type { AdminArguments } from './admin.ts';
import { requireDataDirectory } from './data-directory.ts';
import { FORCE, withNewFile } from './new-file.ts';
import { OperatorError } from './operator-error.ts';
import { PLACE, orFail, readTenant, settingsOf, withSettings, withTenant } from './options.ts';
import type { StoredAudit } from './stored-audit.ts';
import { printable, tableText, timeText } from './table.ts';
import { exitSoon, note, print, writeOut } from './terminal.ts';
import { ensureThreads } from './threads.ts';

const ANY_PORT = { host: '127.0.0.1', port: 0 };

export function auditCommand(): Command {
  const audit = new Command('audit').description('who read what, who signed in, who changed what, who was refused');
  for (const verb of [listCommand(), exportCommand()]) audit.addCommand(verb);
  return audit;
}

interface Filters {
  readonly tenant: string;
  readonly who?: string;
  readonly action?: string;
  readonly resource?: string;
  readonly trace?: string;
  readonly outcome?: string;
  readonly since?: string;
  readonly until?: string;
}

function withFilters(command: Command): Command {
  command.option('--since <TIME>', 'at this time or later: RFC 3339, or how long ago (24h, 7d) (default: 31 days ago)').option('--until <TIME>', 'until this time');
  command.option('--who <NAME>', 'of this name or id; * stands for any characters, here and below').option('--action <ACTION>', 'such as trace.read, trace.*, sign.in').option('--resource <RESOURCE>', 'such as token:t_…');
  command.option('--trace <ID>', 'who looked at this trace').addOption(new Option('--outcome <OUTCOME>', 'only these').choices(['allowed', 'refused', 'failed']));
  return withSettings(withTenant(command), PLACE);
}

function listCommand(): Command {
  const command = new Command('list').description('show records, the newest first').option('--limit <NUMBER>', `so many at most (up to ${LIMITS.audit_page_max})`, '50').option('--json', 'for machines: as GET /api/v1/audit answers');
  return withFilters(command).action(async (options: Filters & { readonly limit: string; readonly json?: boolean }) => {
    const limit = Number(options.limit);
    if (!Number.isInteger(limit) || limit < 1 || limit > LIMITS.audit_page_max) throw new OperatorError(`cannot take --limit: it is a number from 1 to ${LIMITS.audit_page_max}`, 2);
    const page = await withAsked(await settingsOf(command), async (ask) => orFail(await ask({ ...argumentsOf(options), limit })));
    exitSoon();
    if (options.json === true) return print(JSON.stringify(page, null, 2));
    if (page.records.length === 0) return note('nothing is recorded that fits');
    print(tableText(['TIME', 'WHO', 'ACTION', 'RESOURCE', 'OUTCOME', 'ROWS', 'WHENCE'], page.records.map(lineOf)));
    if (page.nextCursor !== null) note(`there are more: a larger --limit, or "tracekeep audit export", shows them`);
  });
}

function exportCommand(): Command {
  const command = new Command('export').description('write all records to a file, one on each line, the newest first');
  command.requiredOption('--out <FILE>', 'where to; - is standard output').addOption(new Option('--format <FORMAT>', 'ocsf: events of OCSF 1.8, API Activity and Authentication; json: as GET /api/v1/audit answers').choices(['ocsf', 'json']).default('ocsf')).option(...FORCE);
  return withFilters(command).action(async (options: Filters & { readonly out: string; readonly force?: boolean; readonly format: 'ocsf' | 'json' }) => {
    const { ocsfRecord } = await import('#query/audit/ocsf');
    const form = options.format === 'ocsf' ? ocsfRecord : (record: AuditRecord): object => record;
    const isFile = options.out !== '-';
    let count = 0;
    await withAsked(await settingsOf(command), (ask) =>
      withNewFile(isFile ? options.out : undefined, async (write) => {
        for (let cursor: string | null | undefined; cursor !== null; ) {
          const page: StoredAudit = orFail(await ask({ ...argumentsOf(options), limit: LIMITS.audit_page_max, ...(cursor === undefined ? {} : { cursor }) }));
          const lines = page.records.map((record) => `${JSON.stringify(form(record))}\n`).join('');
          (write ?? writeOut)(lines);
          count += page.records.length;
          cursor = page.nextCursor;
        }
      }, { force: options.force === true, isWhole: true }),
    );
    exitSoon();
    if (isFile) note(`wrote ${options.out}: ${count === 1 ? '1 record' : `${count} records`}`);
  });
}

function argumentsOf({ tenant, since, until, trace, who, action, resource, outcome }: Filters): AdminArguments {
  if (trace !== undefined && resource !== undefined) throw new OperatorError('say either --trace or --resource', 2);
  const given = { tenant: readTenant(tenant), from: since, to: until, who, action, resource: trace === undefined ? resource : `trace:${trace.toLowerCase()}`, outcome };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function lineOf({ time, who, action, resource, outcome, code, rows, network, count }: AuditRecord): string[] {
  const often = count > 1 ? ` ×${count}` : '';
  return [timeText(Date.parse(time)), printable(who), `${action}${often}`, printable(resource), code === null ? outcome : `${outcome} (${code})`, rows === null ? '' : String(rows), network ?? ''];
}

type Ask = (question: AdminArguments) => Promise<StoredAudit | Refusal>;

/** Pages are asked for one after another: of the running server, or of one that is here for as long as it takes. */
async function withAsked<T>(config: Config, use: (ask: Ask) => Promise<T>): Promise<T> {
  requireDataDirectory(config.data);
  const path = adminSocketPath(config.data);
  if ((await askAdmin(path, 'ping')) !== NO_SERVER) {
    return use(async (question) => {
      const answer = await askAdmin(path, 'audit', question);
      if (answer === NO_SERVER) throw new Error('cannot ask the running server: it has ended');
      if (isRefusal(answer)) return answer;
      if (!isStoredAudit(answer)) throw new Error('cannot read the answer of the running server');
      return answer;
    });
  }
  ensureThreads();
  note('no server is running here: opening the store');
  const [{ startServer }, { findStoredAudit }] = await Promise.all([import('#server'), import('./stored-audit.ts')]);
  const server = await startServer({ ...config, otlpHttp: ANY_PORT, otlpGrpc: ANY_PORT, console: ANY_PORT, workers: 1 });
  try {
    return await use((question) => findStoredAudit(server.queries, question));
  } finally {
    await server.stop();
  }
}

function isStoredAudit(value: unknown): value is StoredAudit {
  return typeof value === 'object' && value !== null && 'records' in value && Array.isArray(value.records) && 'nextCursor' in value;
}

/**
 * `tracekeep access explain`: may somebody do something, and because of which policies. It reads the control data itself, so a server may run or not. Exit code 0
 * for both answers, 2 for what cannot be asked.
 */
import { Command } from 'commander';

import type { Explained } from '#access';
import type { ControlStore } from '#control';
import type { Config } from '#config';
import type { Reader, Role, TenantId } from '#model';
import { isRefusal } from '#refusal';

import { readAccessText } from './access-apply.ts';
import { withExistingControl } from './data-directory.ts';
import { OperatorError } from './operator-error.ts';
import { PLACE, addRoles, collect, readTenant, settingsOf, withSettings } from './options.ts';
import { countText, nameOf } from './policy-file.ts';
import { printable } from './table.ts';
import { print } from './terminal.ts';

interface ExplainOptions {
  readonly user?: string;
  readonly role?: readonly Role[];
  readonly group?: readonly string[];
  readonly tenant?: string;
  readonly action: string;
  readonly resource: string;
  readonly with?: string;
  readonly json?: boolean;
}

export function accessExplainCommand(): Command {
  const command = new Command('explain').description('say whether somebody may do something, and because of which policies');
  command.option('--user <NAME>', 'an account, or a token').option('--role <ROLE>', 'instead of somebody, whoever has this role', addRoles).option('--group <NAME>', 'and is in this group', collect);
  command.requiredOption('--action <ACTION>', 'such as trace.read').requiredOption('--resource <R>', 'service:NAME, service:NAME@ENVIRONMENT, trace:ID, field:KEY, tenant:NAME, or a Cedar entity such as Service::"NAME"');
  command.option('--with <FILE>', 'as if these own policies were in force').option('--tenant <NAME>', 'where --role and tokens are looked for').option('--json', 'for machines');
  command.addHelpText('after', '\nExample: tracekeep access explain --user ana --action trace.read --resource service:payments@production\nExit code 0: it was answered, either way; 2: it cannot be asked.');
  return withSettings(command, PLACE).action(async (options: ExplainOptions) => {
    const config = await settingsOf(command);
    const text = options.with === undefined ? null : await checkedText(options.with);
    const { reader, explained } = await withExistingControl(config, (control) => explain(control, config, options, text));
    print(options.json === true ? JSON.stringify(forMachines(reader, options, explained), null, 2) : textOf(reader, options, explained));
  });
}

async function explain(control: ControlStore, config: Config, options: ExplainOptions, text: string | null): Promise<{ readonly reader: Reader; readonly explained: Explained }> {
  const [{ createAccess, readQuestion }, { fieldsOf, ownPolicies }] = await Promise.all([import('#access'), import('#access/policies')]);
  const reader = await readerOf(control, options);
  const asked = readQuestion(options.action, options.resource, reader.tenant);
  if ('cannot' in asked) throw new OperatorError(`cannot ask that: ${asked.cannot}`, 2);
  const { policyInForce } = await import('./policy-in-force.ts');
  const { policy } = await policyInForce(config);
  const own = text === null ? ownPolicies(control) : { version: () => 1, text: () => text };
  const access = createAccess({ own, fields: () => fieldsOf(policy) });
  return { reader, explained: access.explain(reader, asked.action, asked.resource) };
}

/** An account is one of a kind in all tenants; names of tokens are in each. */
async function readerOf(control: ControlStore, { user, role, group = [], tenant }: ExplainOptions): Promise<Reader> {
  const { DEFAULT_TENANT } = await import('#model');
  const where: TenantId | null = tenant === undefined ? null : readTenant(tenant);
  if (user === undefined) {
    if (role === undefined) throw new OperatorError('say who: --user NAME, or --role ROLE', 2);
    return { id: 'a_0000000000000000', name: '', tenant: where ?? DEFAULT_TENANT, kind: 'person', roles: role, groups: group, scopes: null };
  }
  if (role !== undefined || group.length > 0) throw new OperatorError('say either --user, whose roles and groups are known, or --role and --group', 2);
  const found = await findReader(control, user, where);
  if (found === null) throw new OperatorError(`cannot find an account or token ${printable(user)}: tracekeep user list and tracekeep token list show them`, 2);
  return found;
}

async function findReader(control: ControlStore, name: string, tenant: TenantId | null): Promise<Reader | null> {
  const { readerNamed } = await import('#access/policies');
  const { DEFAULT_TENANT } = await import('#model');
  return readerNamed(control, tenant ?? control.findAccount(name)?.tenant ?? DEFAULT_TENANT, name);
}

async function checkedText(file: string): Promise<string> {
  const { DIRECT_READER } = await import('#access/policies');
  const text = await readAccessText(file);
  const checked = await DIRECT_READER.check(text);
  if (isRefusal(checked) || checked.problems.some(({ severity }) => severity === 'error')) throw new OperatorError(`cannot ask with ${nameOf(file)}: ${isRefusal(checked) ? checked.refused : countText(checked.problems)}; tracekeep access check shows them`, 2);
  return text;
}

function forMachines({ name, kind, tenant, roles, groups }: Reader, { action, resource }: ExplainOptions, { allowed, why, policies, roles: wouldAllow, partly }: Explained): object {
  return { allowed, decision: allowed ? 'allowed' : 'denied', why, partly, policies: policies.map(({ id }) => id), texts: policies, wouldAllow, who: { name, kind, tenant, roles, groups }, action, resource };
}

function textOf({ name, tenant, roles, groups }: Reader, { action, resource }: ExplainOptions, { allowed, why, policies, roles: wouldAllow }: Explained): string {
  const who = `${name === '' ? 'somebody' : name} of ${tenant} (${roles.length === 0 ? 'no role' : roles.join(', ')}${groups.length === 0 ? '' : `; in ${groups.join(', ')}`})`;
  const lines = [allowed ? 'allowed' : 'denied', '', printable(`${who}: ${action} of ${resource}`), why];
  if (policies.length > 0) lines.push('', `decided by: ${policies.map(({ id }) => id).join(', ')}`, ...policies.flatMap(({ text }) => ['', ...text.split('\n').map((line) => `  ${printable(line)}`)]));
  if (!allowed && wouldAllow.length > 0) lines.push('', `one of these roles would be needed: ${wouldAllow.join(', ')}`);
  return lines.join('\n');
}

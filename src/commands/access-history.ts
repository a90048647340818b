/** `tracekeep access history` and `show`: own policies of a tenant looked back at, the default roles, and the schema. They read the control data themselves, so a server may run or not. */
import { Command } from 'commander';

import type { Actor } from '#control';

import { withExistingControl } from './data-directory.ts';
import { OperatorError } from './operator-error.ts';
import { PLACE, readTenant, settingsOf, withSettings, withTenant } from './options.ts';
import { readVersion } from './policy-apply.ts';
import { tableText, timeText } from './table.ts';
import { note, print } from './terminal.ts';

export function accessHistoryCommand(): Command {
  const command = new Command('history').description('show the versions of a tenant’s own policies, newest first').option('--json', 'for machines');
  return withSettings(withTenant(command), PLACE).action(async ({ tenant, json }: { readonly tenant: string; readonly json?: boolean }) => {
    const versions = await withExistingControl(await settingsOf(command), async (control) => control.listAccessPolicies(readTenant(tenant)));
    if (json === true) return print(JSON.stringify({ versions }, null, 2));
    if (versions.length === 0) return note(`${tenant} has no access policies of its own: the default roles decide alone`);
    print(tableText(['VERSION', 'SINCE', 'BY', 'POLICIES', 'DIGEST', 'NOTE'], versions.map(({ version, since, by, policies, digest, note: why }) => [String(version), timeText(since), nameOf(by), String(policies), digest.slice(0, 12), why])));
  });
}

interface ShowOptions {
  readonly tenant: string;
  readonly roles?: boolean;
  readonly schema?: boolean;
  readonly json?: boolean;
}

export function accessShowCommand(): Command {
  const command = new Command('show').description('print a tenant’s own policies in force, or another version, as they were written').argument('[VERSION]', 'its number');
  command.option('--roles', 'the default roles instead').option('--schema', 'the Cedar schema instead').option('--json', 'for machines: with who, when and why');
  return withSettings(withTenant(command), PLACE).action(async (number: string | undefined, { tenant, roles, schema, json }: ShowOptions) => {
    if (roles === true || schema === true) {
      const { defaultRoles, SCHEMA_TEXT } = await import('#access/policies');
      if (json === true) return print(JSON.stringify(schema === true ? { schema: SCHEMA_TEXT } : { roles: defaultRoles() }, null, 2));
      return print((schema === true ? SCHEMA_TEXT : defaultRoles().map(({ text }) => text).join('\n')).trimEnd());
    }
    const found = await withExistingControl(await settingsOf(command), async (control) => control.findAccessPolicies(readTenant(tenant), number === undefined ? undefined : readVersion(number)));
    if (found === null) {
      if (number !== undefined) throw new OperatorError(`cannot find version ${number} of the access policies of ${tenant}: "tracekeep access history" shows those there are`);
      if (json === true) return print(JSON.stringify({ version: 0, policies: 0, text: '' }));
      return note(`${tenant} has no access policies of its own: the default roles decide alone (tracekeep access show --roles)`);
    }
    print(json === true ? JSON.stringify(found, null, 2) : found.text.trimEnd());
  });
}

const nameOf = (actor: Actor): string => ('name' in actor ? actor.name : actor.is);

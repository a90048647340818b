/** `tracekeep tenant`: which retention class each tenant has. */
import { Command } from 'commander';

import { withControl, withExistingControl } from './data-directory.ts';
import { OperatorError } from './operator-error.ts';
import { PLACE, orFail, readTenant, settingsOf, withSettings } from './options.ts';
import { jsonText, tableText, timeText } from './table.ts';
import { note, print } from './terminal.ts';

export function tenantCommand(): Command {
  const tenant = new Command('tenant').description('how long the traces of each tenant are kept');
  tenant.addCommand(setCommand());
  tenant.addCommand(listCommand());
  return tenant;
}

function setCommand(): Command {
  const command = new Command('set').description('give a tenant, made if it is new, a retention class').argument('<TENANT>', 'its name');
  command.requiredOption('--class <CLASS>', 'one of the classes of the setting "retention"');
  return withSettings(command, [...PLACE, 'retention']).action(async (name: string, options: { readonly class: string }) => {
    const settings = await settingsOf(command);
    const wanted = readTenant(name);
    if (!Object.hasOwn(settings.retention, options.class)) {
      throw new OperatorError(`cannot use this retention class: the setting "retention" has ${Object.keys(settings.retention).join(', ')}`, 2);
    }
    const tenant = orFail(await withControl(settings, (control) => control.setTenant(wanted, options.class)));
    note(`traces of ${tenant.name} that arrive from now on are kept as ${tenant.retention}`);
  });
}

function listCommand(): Command {
  const command = new Command('list').description('show tenants').option('--json', 'for machines');
  return withSettings(command, PLACE).action(async (options: { readonly json?: boolean }) => {
    const tenants = await withExistingControl(await settingsOf(command), (control) => control.listTenants());
    if (options.json === true) return print(jsonText(tenants));
    print(tableText(['TENANT', 'RETENTION', 'CREATED'], tenants.map(({ name, retention, created }) => [name, retention, timeText(created)])));
  });
}

/** `tracekeep access break-glass list` and `end`: who has a role for the moment, and ending that. Breaking is for people who are signed in to the console. */
import { Command } from 'commander';

import { withExistingControl } from './data-directory.ts';
import { PLACE, orFail, readTenant, settingsOf, withSettings, withTenant } from './options.ts';
import { printable, tableText, timeText } from './table.ts';
import { note, print } from './terminal.ts';

export function accessGlassCommand(): Command {
  const glass = new Command('break-glass').description('roles that somebody took for some minutes, in the console');
  return glass.addCommand(listCommand()).addCommand(endCommand());
}

function listCommand(): Command {
  const command = new Command('list').description('show who has which role for the moment, until when and why').option('--json', 'for machines');
  return withSettings(withTenant(command), PLACE).action(async ({ tenant, json }: { readonly tenant: string; readonly json?: boolean }) => {
    const glass = await withExistingControl(await settingsOf(command), async (control) => control.listGlass(readTenant(tenant)));
    if (json === true) return print(JSON.stringify({ glass }, null, 2));
    if (glass.length === 0) return note(`nobody in ${tenant} has broken the glass`);
    print(tableText(['ID', 'WHO', 'ROLE', 'SINCE', 'UNTIL', 'REASON'], glass.map(({ id, name, role, since, until, reason }) => [id, name, role, timeText(since), timeText(until), reason])));
  });
}

function endCommand(): Command {
  const command = new Command('end').description('end it before its time; a running server goes by it within a tenth of a second').argument('<ID>', 'g_ and 16 hexadecimal digits');
  return withSettings(withTenant(command), PLACE).action(async (id: string, { tenant }: { readonly tenant: string }) => {
    const glass = orFail(await withExistingControl(await settingsOf(command), (control) => control.endGlass(readTenant(tenant), id)));
    note(`${printable(glass.name)} has the role ${glass.role} no more`);
  });
}

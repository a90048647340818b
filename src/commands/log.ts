/** `tracekeep log`: the tamper-evident log. */
import { Command } from 'commander';

import { requireDataDirectory } from './data-directory.ts';
import { OperatorError } from './operator-error.ts';
import { settingsOf, withSettings } from './options.ts';
import { print } from './terminal.ts';

export function logCommand(): Command {
  const log = new Command('log').description('the tamper-evident log of what was stored');
  log.addCommand(vkeysCommand());
  return log;
}

/** Public: the keys themselves stay where they are, and a running server is not needed. */
function vkeysCommand(): Command {
  const command = new Command('vkeys').description('print the keys that verify the log, one a line, Ed25519 first; hand them to whoever is to check');
  return withSettings(command, ['data', 'log-keys']).action(async () => {
    const { data, logKeys } = await settingsOf(command);
    requireDataDirectory(data);
    const { readLogVkeys } = await import('#log');
    const vkeys = readLogVkeys(logKeys);
    if (vkeys === null) throw new OperatorError(`cannot find the keys of the log in ${logKeys}: the first start of the server makes them; if it was told another folder with --log-keys, say so here too`);
    for (const vkey of vkeys) print(vkey);
  });
}

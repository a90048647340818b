/** `tracekeep log`: the tamper-evident log. */
import { Command } from 'commander';

import { requireDataDirectory } from './data-directory.ts';
import { OperatorError } from './operator-error.ts';
import { settingsOf, withSettings } from './options.ts';
import { publishedLog, stateText } from './published-log.ts';
import type { SettingName } from './settings.ts';
import { print } from './terminal.ts';

const PLACE_OF_LOG: readonly SettingName[] = ['data', 'log-keys'];

export function logCommand(): Command {
  const log = new Command('log').description('the tamper-evident log of what was stored');
  log.addCommand(statusCommand());
  log.addCommand(checkpointCommand());
  log.addCommand(vkeysCommand());
  return log;
}

function statusCommand(): Command {
  const command = new Command('status').description('say how far the log is published, and what its witnesses say').option('--json', 'for machines');
  return withSettings(command, PLACE_OF_LOG).action(async ({ json }: { readonly json?: boolean }) => {
    const state = await publishedLog(await settingsOf(command));
    print(json === true ? JSON.stringify(state, null, 2) : stateText(state));
  });
}

/** Alone on standard output, as others fetch it from /log/checkpoint. */
function checkpointCommand(): Command {
  const command = new Command('checkpoint').description('print the published checkpoint, to be kept: a log that was changed later is not consistent with it');
  return withSettings(command, PLACE_OF_LOG).action(async () => {
    const { published } = await publishedLog(await settingsOf(command));
    if (published === null) throw new OperatorError('cannot print the checkpoint: none is published yet; "tracekeep log status" says why');
    process.stdout.write(published.note);
  });
}

/** Public: the keys themselves stay where they are, and a running server is not needed. */
function vkeysCommand(): Command {
  const command = new Command('vkeys').description('print the keys that verify the log, one a line, Ed25519 first; hand them to whoever is to check');
  return withSettings(command, PLACE_OF_LOG).action(async () => {
    const { data, logKeys } = await settingsOf(command);
    requireDataDirectory(data);
    const { readLogVkeys } = await import('#log');
    const vkeys = readLogVkeys(logKeys);
    if (vkeys === null) throw new OperatorError(`cannot find the keys of the log in ${logKeys}: the first start of the server makes them; if it was told another folder with --log-keys, say so here too`);
    for (const vkey of vkeys) print(vkey);
  });
}

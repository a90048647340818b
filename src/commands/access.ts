/** `tracekeep access`: who may do what. Default roles and a tenant's own Cedar policies: shown, checked, put in force, looked back at, and asked. */
import { Command } from 'commander';

import { accessApplyCommand, accessCheckCommand, accessRevertCommand } from './access-apply.ts';
import { accessExplainCommand } from './access-explain.ts';
import { accessGlassCommand } from './access-glass.ts';
import { accessHistoryCommand, accessShowCommand } from './access-history.ts';

export function accessCommand(): Command {
  const access = new Command('access').description('who may do what: default roles and own policies');
  for (const verb of [accessExplainCommand(), accessShowCommand(), accessCheckCommand(), accessApplyCommand(), accessHistoryCommand(), accessRevertCommand(), accessGlassCommand()]) access.addCommand(verb);
  return access;
}

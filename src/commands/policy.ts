/** `tracekeep policy`: the minimization policy, its text checked and explained, tried, put in force, looked back at. Each verb below it is a file of its own. */
import { Command } from 'commander';

import { policyApplyCommand, policyApproveCommand, policyRejectCommand, policyRevertCommand } from './policy-apply.ts';
import { policyCheckCommand, policySchemaCommand } from './policy-check.ts';
import { policyExplainCommand } from './policy-explain.ts';
import { policyDiffCommand, policyHistoryCommand, policyShowCommand } from './policy-history.ts';
import { policyImportCommand } from './policy-import.ts';
import { policyPresetCommand } from './policy-preset.ts';
import { policyTryCommand } from './policy-try.ts';

export function policyCommand(): Command {
  const policy = new Command('policy').description('what becomes of values before they are stored');
  const verbs: readonly Command[] = [
    policyCheckCommand(), policyExplainCommand(), policySchemaCommand(),
    policyTryCommand(), policyPresetCommand(), policyImportCommand(),
    policyApplyCommand(), policyHistoryCommand(), policyShowCommand(), policyDiffCommand(), policyRevertCommand(),
    policyApproveCommand(), policyRejectCommand(),
  ];
  for (const verb of verbs) policy.addCommand(verb);
  return policy;
}

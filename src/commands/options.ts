/** Options that several verbs have, and how a verb gets its settings from its flags, the environment and the file. */
import { InvalidArgumentError, Option, type Command } from 'commander';

import type { Config } from '#config';
import { DEFAULT_TENANT, readRole, ROLES, tenantId } from '#model';
import type { Role, TenantId } from '#model';
import { isRefusal, refusalText } from '#refusal';
import type { Refusal } from '#refusal';

import { OperatorError } from './operator-error.ts';
import { readPeriod } from './quantity.ts';
import { SETTING_NAMES, describeSetting, readSettings } from './settings.ts';
import type { SettingName } from './settings.ts';

/** Gives a verb the flags of some settings, and `--config`. */
export function withSettings(command: Command, names: readonly SettingName[] = SETTING_NAMES): Command {
  for (const name of names) {
    const { flag, help, repeats } = describeSetting(name);
    if (repeats) command.option(flag, help, (value: string, before?: string) => (before === undefined ? value : `${before},${value}`));
    else command.option(flag, help);
  }
  return command.option('--config <FILE>', 'settings as YAML (default tracekeep.yaml, if there is one)');
}

/** The flags that withSettings gave, the rest from variables, file and defaults. */
export async function settingsOf(command: Command): Promise<Config> {
  const given = command.opts<Record<string, unknown>>();
  const flags: Record<string, string | undefined> = {};
  for (const name of ['config', ...SETTING_NAMES]) {
    const value = given[name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())];
    if (typeof value === 'string') flags[name] = value;
  }
  return readSettings({ flags, variables: process.env, folder: process.cwd() });
}

export const PLACE: readonly SettingName[] = ['data', 'root-key-file'];

export function withTenant(command: Command): Command {
  return command.option('--tenant <NAME>', 'the tenant', DEFAULT_TENANT);
}

export function readTenant(text: string): TenantId {
  const tenant = tenantId(text);
  if (tenant === null) throw new OperatorError('cannot read the tenant: its name has 1 to 63 lower-case letters, digits and hyphens', 2);
  return tenant;
}

export function readPeriodOption(flag: string, text: string): number {
  const ms = readPeriod(text);
  if (ms === null) throw new OperatorError(`cannot read ${flag}: it must be a number and a unit, such as 90s, 15m, 24h or 30d`, 2);
  return ms;
}

/**
 * `--role`, repeated or with commas, and further roles after it: those are arguments, so that an option that takes several does not take a name for a role.
 * `{ role }` and the argument list `more` together are what was said.
 */
export function withRoles(command: Command, isMandatory = true): Command {
  const option = new Option('--role <ROLE>', `what for, one or several of ${ROLES.join(', ')}`).argParser(addRoles).makeOptionMandatory(isMandatory);
  return command.addOption(option).argument('[ROLE...]', 'further roles', addRoles);
}

export function addRoles(text: string, before: readonly Role[] = []): readonly Role[] {
  const roles = text.split(',').map((name) => {
    const role = readRole(name);
    if (role === null) throw new InvalidArgumentError(`Roles are ${ROLES.join(', ')}.`);
    return role;
  });
  return [...new Set([...before, ...roles])];
}

/** Values of an option that may be repeated. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** The same where commas stand between values too. */
export function collectList(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...value.split(',').map((one) => one.trim()).filter((one) => one !== '')];
}

/** The answer, or the refusal as an error for the operator. */
export function orFail<Answer>(answer: Answer | Refusal): Answer {
  if (isRefusal(answer)) throw new OperatorError(refusalText(answer));
  return answer;
}

/**
 * `tracekeep user`: who signs in to the console. A password that was made here, or a link, stands alone on the last line of standard output. Without
 * `--password-stdin` a password is made: better than one that ends up in a shell's history.
 */
import { randomInt } from 'node:crypto';

import { Command } from 'commander';

import type { People } from '#authenticate/people';
import type { Config } from '#config';
import type { Actor } from '#control';
import { LIMITS } from '#limits';
import type { Role } from '#model';
import { isRefusal, refuse } from '#refusal';

import { NO_SERVER, adminSocketPath, askAdmin } from './admin.ts';
import { requireDataDirectory, withControl, withExistingControl } from './data-directory.ts';
import { OperatorError } from './operator-error.ts';
import { PLACE, collectList, orFail, readTenant, settingsOf, withRoles, withSettings, withTenant } from './options.ts';
import { jsonText, tableText, timeText } from './table.ts';
import { note, print } from './terminal.ts';

interface TenantOption {
  readonly tenant: string;
}

interface RoleOption {
  readonly role: readonly Role[];
}

interface PasswordOption {
  readonly passwordStdin?: boolean;
}

export function userCommand(): Command {
  const user = new Command('user').description('who signs in to the console');
  for (const verb of [addCommand(), listCommand(), passwordCommand(), roleCommand(), groupsCommand(), totpResetCommand(), signOutCommand(), removeCommand(), linkCommand()]) user.addCommand(verb);
  return user;
}

function addCommand(): Command {
  const command = new Command('add').description('make an account and print its password').argument('<NAME>', 'what to sign in as');
  return withSettings(withTenant(withPassword(withRoles(command).option('--group <GROUP>', 'groups that access policies may speak of, repeated or with commas', collectList))), PLACE).action(async (name: string, more: readonly Role[] = [], options: TenantOption & PasswordOption & RoleOption & { readonly group?: readonly string[] }) => {
    const password = await readPassword(options);
    const wanted = { tenant: readTenant(options.tenant), name, roles: [...new Set([...options.role, ...more])], groups: options.group ?? [], password: password.text };
    const account = orFail(await withPeople(withControl, await settingsOf(command), (people, by) => people.add(wanted, by)));
    note(`account ${account.id} may sign in as ${account.roles.join(', ')}`);
    tell(password);
  });
}

function listCommand(): Command {
  const command = new Command('list').description('show accounts').option('--tenant <NAME>', 'only this tenant').option('--json', 'for machines');
  return withSettings(command, PLACE).action(async (options: { readonly tenant?: string; readonly json?: boolean }) => {
    const tenant = options.tenant === undefined ? undefined : readTenant(options.tenant);
    const accounts = await withPeople(withExistingControl, await settingsOf(command), (people) => people.list(tenant));
    const shown = accounts.map(({ password: _, secondFactor, ...account }) => ({ ...account, secondFactor: secondFactor !== null }));
    if (options.json === true) return print(jsonText(shown));
    const rows = shown.map((one) => [one.id, one.name, one.tenant, one.roles.join(', '), one.groups.join(', '), one.secondFactor ? 'yes' : 'no', timeText(one.created), one.identity === undefined ? '-' : one.identity.issuer, one.signedIn === null ? 'never' : timeText(one.signedIn)]);
    print(tableText(['ID', 'NAME', 'TENANT', 'ROLES', 'GROUPS', 'SECOND FACTOR', 'CREATED', 'KEPT BY', 'LAST SIGN-IN'], rows));
  });
}

function passwordCommand(): Command {
  const command = new Command('password').description('give an account a new password and print it; its sessions end').argument('<NAME>', 'name or id');
  return withSettings(withTenant(withPassword(command)), PLACE).action(async (name: string, options: TenantOption & PasswordOption) => {
    const password = await readPassword(options);
    const named = { tenant: readTenant(options.tenant), name };
    const account = orFail(await withPeople(withExistingControl, await settingsOf(command), (people, by) => people.change(named, { password: password.text }, by)));
    note(`account ${account.id} has a new password and is signed out everywhere`);
    tell(password);
  });
}

function roleCommand(): Command {
  const command = new Command('role').description('give an account these roles and no others; its sessions end').argument('<NAME>', 'name or id');
  return withSettings(withTenant(withRoles(command)), PLACE).action(async (name: string, more: readonly Role[] = [], options: TenantOption & RoleOption) => {
    const named = { tenant: readTenant(options.tenant), name };
    const account = orFail(await withPeople(withExistingControl, await settingsOf(command), (people, by) => people.change(named, { roles: [...new Set([...options.role, ...more])] }, by)));
    note(`account ${account.id} is now ${account.roles.join(', ')} and is signed out everywhere`);
  });
}

function groupsCommand(): Command {
  const command = new Command('groups').description('put an account into these groups and no others; its sessions end. Without groups: show those it is in').argument('<NAME>', 'name or id').argument('[GROUP...]', 'names of groups');
  command.option('--none', 'out of all groups');
  return withSettings(withTenant(command), PLACE).action(async (name: string, words: readonly string[], options: TenantOption & { readonly none?: boolean }) => {
    const named = { tenant: readTenant(options.tenant), name };
    const groups = words.flatMap((word) => collectList(word));
    if (groups.length > 0 && options.none === true) throw new OperatorError('cannot set groups: say which, or --none', 2);
    const settings = await settingsOf(command);
    if (groups.length === 0 && options.none !== true) {
      const accounts = await withPeople(withExistingControl, settings, (people) => people.list(named.tenant));
      const known = accounts.find((one) => one.name === name.normalize('NFC') || one.id === name);
      return print(orFail(known ?? refuse('name_unknown', `an account of tenant ${named.tenant}`)).groups.join('\n'));
    }
    const account = orFail(await withPeople(withExistingControl, settings, (people, by) => people.change(named, { groups }, by)));
    note(`account ${account.id} is ${account.groups.length === 0 ? 'in no group' : `in ${account.groups.join(', ')}`} and is signed out everywhere`);
  });
}

function totpResetCommand(): Command {
  const command = new Command('totp-reset').description('end the second factor of an account that lost it; its sessions end').argument('<NAME>', 'name or id');
  return withSettings(withTenant(command), PLACE).action(async (name: string, options: TenantOption) => {
    const named = { tenant: readTenant(options.tenant), name };
    const account = orFail(await withPeople(withExistingControl, await settingsOf(command), (people, by) => people.resetSecondFactor(named, by)));
    note(`account ${account.id} has no second factor any more and is signed out everywhere; ask its owner to add a new one under Settings`);
  });
}

function signOutCommand(): Command {
  const command = new Command('sign-out').description('end all sessions of an account, at once').argument('<NAME>', 'name or id');
  return withSettings(withTenant(command), PLACE).action(async (name: string, options: TenantOption) => {
    const named = { tenant: readTenant(options.tenant), name };
    const account = orFail(await withPeople(withExistingControl, await settingsOf(command), (people, by) => people.signOut(named, by)));
    note(`account ${account.id} is signed out everywhere`);
  });
}

function removeCommand(): Command {
  const command = new Command('remove').description('remove an account; its sessions end').argument('<NAME>', 'name or id');
  return withSettings(withTenant(command), PLACE).action(async (name: string, options: TenantOption) => {
    const named = { tenant: readTenant(options.tenant), name };
    const account = orFail(await withPeople(withExistingControl, await settingsOf(command), (people, by) => people.remove(named, by)));
    note(`account ${account.id} is gone`);
  });
}

function linkCommand(): Command {
  const command = new Command('link').description('print a link that signs in once, within ten minutes; without NAME for the first account of an empty store').argument('[NAME]', 'whose account');
  return withSettings(command, PLACE).action(async (name: string | undefined) => {
    const { data } = await settingsOf(command);
    requireDataDirectory(data);
    const answer = await askAdmin(adminSocketPath(data), 'sign-in-link', name === undefined ? {} : { name });
    if (answer === NO_SERVER) throw new OperatorError(`cannot make a sign-in link: no server runs on ${data}; start it with "tracekeep serve"`);
    const link = isRefusal(answer) ? orFail(answer) : answer;
    if (typeof link !== 'string') throw new Error('cannot read the answer of the running server');
    note(`this link signs in once, until ${timeText(Date.now() + LIMITS.sign_in_link_ms_max)}; whoever opens it first is in`);
    print(link);
  });
}

function withPassword(command: Command): Command {
  return command.option('--password-stdin', 'read the password from the first line of standard input instead of making one');
}

async function withPeople<Done>(open: typeof withControl, config: Config, work: (people: People, by: Actor) => Promise<Done>): Promise<Done> {
  const [{ createPeople }, { COMMAND_LINE }] = await Promise.all([import('#authenticate/people'), import('#control')]);
  return open(config, (control) => work(createPeople(control), COMMAND_LINE));
}

interface Password {
  readonly text: string;
  readonly made: boolean;
}

async function readPassword({ passwordStdin = false }: PasswordOption): Promise<Password> {
  if (!passwordStdin) return { text: newPassword(), made: true };
  const text = await firstLine();
  if (text === '') throw new OperatorError('cannot read the password: standard input has no first line', 2);
  return { text, made: false };
}

function tell({ text, made }: Password): void {
  if (!made) return;
  note('the password follows; it is shown only now:');
  print(text);
}

/** Letters and digits that nobody mistakes for another. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const GROUPS = 5;
const GROUP = 4;

/** About 99 bits, in groups that can be read out. */
function newPassword(): string {
  return Array.from({ length: GROUPS }, () => Array.from({ length: GROUP }, () => LETTERS[randomInt(LETTERS.length)]).join('')).join('-');
}

const LINE_CHARACTERS_MAX = 4 * LIMITS.password_characters_max;

async function firstLine(): Promise<string> {
  let text = '';
  process.stdin.setEncoding('utf8');
  for await (const part of process.stdin) {
    text += String(part);
    if (text.includes('\n') || text.length > LINE_CHARACTERS_MAX) break;
  }
  return (text.split('\n', 1)[0] ?? '').replace(/\r$/, '');
}

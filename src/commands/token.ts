/** `tracekeep token`: bearer tokens for the query API. A token is shown once, alone on the last line of standard output. */
import { Command } from 'commander';

import type { Role } from '#model';

import { withControl, withExistingControl } from './data-directory.ts';
import { OperatorError } from './operator-error.ts';
import { PLACE, collectList, orFail, readPeriodOption, readTenant, settingsOf, withRoles, withSettings, withTenant } from './options.ts';
import { jsonText, tableText, timeText } from './table.ts';
import { note, print } from './terminal.ts';

export function tokenCommand(): Command {
  const token = new Command('token').description('who may read traces');
  token.addCommand(createCommand());
  token.addCommand(listCommand());
  token.addCommand(revokeCommand());
  return token;
}

interface CreateOptions {
  readonly tenant: string;
  readonly role?: readonly Role[];
  readonly user?: string;
  readonly scope?: readonly string[];
  readonly name?: string;
  readonly expires?: string;
}

function createCommand(): Command {
  const command = new Command('create').description('make a token for the query API and print it: for a person (--user), or with roles of its own (--role)');
  command.option('--user <NAME>', 'acts for this person: with the roles that the person has at the time, until the account is removed');
  command.option('--scope <ACTION...>', 'limits it to these actions, such as trace.read or trace.*', collectList);
  command.option('--name <NAME>', 'what to call it').option('--expires <PERIOD>', 'how long it is valid, or never: until it is revoked', '90d');
  return withSettings(withTenant(withRoles(command, false)), PLACE).action(async (more: readonly Role[] = [], options: CreateOptions) => {
    const { user, role, scope, name, expires = '90d' } = options;
    if ((user === undefined) === (role === undefined)) throw new OperatorError('cannot make a token: say whom it acts for with --user NAME, or what it may do with --role ROLE, and not both', 2);
    // Who decides what a scope is, is not needed otherwise, and large.
    const scopes = scope === undefined ? undefined : orFail((await import('#access')).readScopes(scope));
    const wanted = {
      tenant: readTenant(options.tenant),
      lifetimeMs: expires === 'never' ? null : readPeriodOption('--expires', expires),
      ...(user === undefined ? {} : { user }),
      ...(role === undefined ? {} : { roles: [...new Set([...role, ...more])] }),
      ...(scopes === undefined ? {} : { scopes }),
      ...(name === undefined ? {} : { name }),
    };
    const { token, secret } = orFail(await withControl(await settingsOf(command), (control) => control.addToken(wanted)));
    const what = [token.user === null ? token.roles.join(', ') : `for ${user}`, ...(token.scopes === null ? [] : [`only ${token.scopes.join(', ')}`])].join('; ');
    note(`token ${token.id} (${what}) ${token.expires === null ? 'is valid until it is revoked' : `is valid until ${timeText(token.expires)}`}; it is shown only now`);
    print(secret.reveal());
  });
}

function listCommand(): Command {
  const command = new Command('list').description('show tokens').option('--tenant <NAME>', 'only this tenant').option('--json', 'for machines');
  return withSettings(command, PLACE).action(async (options: { readonly tenant?: string; readonly json?: boolean }) => {
    const tenant = options.tenant === undefined ? undefined : readTenant(options.tenant);
    const now = Date.now();
    const [tokens, accounts] = await withExistingControl(await settingsOf(command), async (control) => [await control.listTokens(tenant), await control.listAccounts(tenant)] as const);
    const names = new Map(accounts.map(({ id, name }) => [id, name]));
    const shown = tokens.map(({ hash: _, ...token }) => token);
    if (options.json === true) return print(jsonText(shown));
    const state = ({ user, expires, revoked }: (typeof shown)[number]): string => {
      if (revoked !== null) return `revoked ${timeText(revoked)}`;
      if (user !== null && !names.has(user)) return 'ended with its person';
      if (expires === null) return 'valid';
      return `${expires > now ? 'valid until' : 'expired'} ${timeText(expires)}`;
    };
    const holder = ({ user, roles }: (typeof shown)[number]): string => (user === null ? roles.join(', ') : `as ${names.get(user) ?? user}`);
    const rows = shown.map((token) => [token.id, token.name, token.tenant, holder(token), token.scopes?.join(', ') ?? 'all', timeText(token.created), token.used === null ? 'never' : timeText(token.used), state(token)]);
    print(tableText(['ID', 'NAME', 'TENANT', 'ROLES', 'SCOPE', 'CREATED', 'LAST USED', 'STATE'], rows));
  });
}

function revokeCommand(): Command {
  const command = new Command('revoke').description('end a token, within a second on a running server').argument('<NAME>', 'name or id');
  return withSettings(withTenant(command), PLACE).action(async (name: string, options: { readonly tenant: string }) => {
    const named = { tenant: readTenant(options.tenant), name };
    const token = orFail(await withExistingControl(await settingsOf(command), (control) => control.revokeToken(named)));
    note(`token ${token.id} reads no more`);
  });
}

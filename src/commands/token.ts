/** `tracekeep token`: bearer tokens for the query API. A token is shown once, alone on the last line of standard output. */
import { Command } from 'commander';

import type { Role } from '#model';

import { withControl, withExistingControl } from './data-directory.ts';
import { PLACE, orFail, readPeriodOption, readTenant, settingsOf, withRoles, withSettings, withTenant } from './options.ts';
import { jsonText, tableText, timeText } from './table.ts';
import { note, print } from './terminal.ts';

export function tokenCommand(): Command {
  const token = new Command('token').description('who may read traces');
  token.addCommand(createCommand());
  token.addCommand(listCommand());
  token.addCommand(revokeCommand());
  return token;
}

function createCommand(): Command {
  const command = new Command('create').description('make a token for the query API and print it');
  command.option('--name <NAME>', 'what to call it').option('--expires <PERIOD>', 'how long it is valid; without, until it is revoked');
  return withSettings(withTenant(withRoles(command)), PLACE).action(async (more: readonly Role[] = [], options: { readonly tenant: string; readonly role: readonly Role[]; readonly name?: string; readonly expires?: string }) => {
    const wanted = {
      tenant: readTenant(options.tenant),
      roles: [...new Set([...options.role, ...more])],
      ...(options.name === undefined ? {} : { name: options.name }),
      ...(options.expires === undefined ? {} : { lifetimeMs: readPeriodOption('--expires', options.expires) }),
    };
    const { token, secret } = orFail(await withControl(await settingsOf(command), (control) => control.addToken(wanted)));
    note(`token ${token.id} (${token.roles.join(', ')}) ${token.expires === null ? 'is valid until it is revoked' : `is valid until ${timeText(token.expires)}`}; it is shown only now`);
    print(secret.reveal());
  });
}

function listCommand(): Command {
  const command = new Command('list').description('show tokens').option('--tenant <NAME>', 'only this tenant').option('--json', 'for machines');
  return withSettings(command, PLACE).action(async (options: { readonly tenant?: string; readonly json?: boolean }) => {
    const tenant = options.tenant === undefined ? undefined : readTenant(options.tenant);
    const now = Date.now();
    const tokens = await withExistingControl(await settingsOf(command), (control) => control.listTokens(tenant));
    const shown = tokens.map(({ hash: _, ...token }) => token);
    if (options.json === true) return print(jsonText(shown));
    const state = (expires: number | null, revoked: number | null): string => {
      if (revoked !== null) return `revoked ${timeText(revoked)}`;
      if (expires === null) return 'valid';
      return `${expires > now ? 'valid until' : 'expired'} ${timeText(expires)}`;
    };
    const rows = shown.map(({ id, name, tenant: of, roles, created, expires, revoked }) => [id, name, of, roles.join(', '), timeText(created), state(expires, revoked)]);
    print(tableText(['ID', 'NAME', 'TENANT', 'ROLES', 'CREATED', 'STATE'], rows));
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

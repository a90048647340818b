/** `tracekeep trace`: draws a trace as a waterfall in the terminal. A running server is asked; without one the store is opened here. */
import { Command } from 'commander';

import type { Config } from '#config';
import { traceId } from '#model';
import { isRefusal } from '#refusal';
import type { Refusal } from '#refusal';

import { NO_SERVER, adminSocketPath, askAdmin } from './admin.ts';
import type { AdminArguments } from './admin.ts';
import { OperatorError } from './operator-error.ts';
import { PLACE, orFail, readTenant, settingsOf, withSettings, withTenant } from './options.ts';
import { print } from './terminal.ts';

const COLUMNS_DEFAULT = 100;

export function traceCommand(): Command {
  const command = new Command('trace').description('draw a trace, with what was minimized').argument('[ID]', 'trace id, 32 hexadecimal digits').option('--last', 'the trace that arrived last');
  return withSettings(withTenant(command), PLACE).action(async (id: string | undefined, options: { readonly tenant: string; readonly last?: boolean }) => {
    if ((id === undefined) === (options.last !== true)) throw new OperatorError('say either a trace id or --last', 2);
    const trace = id === undefined ? null : traceId(id);
    if (id !== undefined && trace === null) throw new OperatorError('cannot read the trace id: it has 32 hexadecimal digits, not all zero', 2);
    const question = {
      tenant: readTenant(options.tenant),
      ...(trace === null ? { last: true } : { id: trace }),
      columns: process.stdout.columns ?? COLUMNS_DEFAULT,
      colour: process.stdout.hasColors?.() ?? false,
    };
    print(orFail(await drawingOf(await settingsOf(command), question)));
  });
}

async function drawingOf(config: Config, question: AdminArguments): Promise<string | Refusal> {
  const answer = await askAdmin(adminSocketPath(config.data), 'trace', question);
  if (answer === NO_SERVER) throw new OperatorError(`no server is running on ${config.data}: start it with "tracekeep serve --data ${config.data}"`);
  if (isRefusal(answer)) return answer;
  if (typeof answer !== 'string') throw new Error('cannot read the answer of the running server');
  return answer;
}

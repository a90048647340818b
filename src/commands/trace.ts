/** `tracekeep trace`: draws a trace as a waterfall in the terminal. The running server is asked; without one the store is opened here. */
import { Command } from 'commander';

import type { Config } from '#config';
import { traceId } from '#model';
import { isRefusal } from '#refusal';
import type { Refusal } from '#refusal';

import { NO_SERVER, adminSocketPath, askAdmin } from './admin.ts';
import type { AdminArguments } from './admin.ts';
import { requireDataDirectory } from './data-directory.ts';
import { OperatorError } from './operator-error.ts';
import { PLACE, orFail, readTenant, settingsOf, withSettings, withTenant } from './options.ts';
import type { StoredTrace } from './stored-trace.ts';
import { exitSoon, note, print } from './terminal.ts';
import { ensureThreads } from './threads.ts';

const ANY_PORT = { host: '127.0.0.1', port: 0 };

export function traceCommand(): Command {
  const command = new Command('trace').description('draw a trace, with what was minimized').argument('[ID]', 'trace id, 32 hexadecimal digits');
  command.option('--last', 'the trace that began last').option('--json', 'as OTLP/JSON, for machines');
  return withSettings(withTenant(command), PLACE).action(async (id: string | undefined, options: { readonly tenant: string; readonly last?: boolean; readonly json?: boolean }) => {
    if ((id === undefined) === (options.last !== true)) throw new OperatorError('say either a trace id or --last', 2);
    const trace = id === undefined ? null : traceId(id);
    if (id !== undefined && trace === null) throw new OperatorError('cannot read the trace id: it has 32 hexadecimal digits, not all zero', 2);
    const question = { tenant: readTenant(options.tenant), ...(trace === null ? { last: true } : { id: trace }) };
    const { otlp, more } = orFail(await askForTrace(await settingsOf(command), question));
    exitSoon();
    if (options.json === true) return print(otlp);
    const { drawOptions, drawTrace, readOtlpTrace } = await import('#query/draw');
    print(drawTrace(readOtlpTrace(JSON.parse(otlp), more), drawOptions(process.stdout, process.env)).trimEnd());
  });
}

async function askForTrace(config: Config, question: AdminArguments): Promise<StoredTrace | Refusal> {
  requireDataDirectory(config.data);
  const answer = await askAdmin(adminSocketPath(config.data), 'trace', question);
  if (answer === NO_SERVER) return askStore(config, question);
  if (isRefusal(answer)) return answer;
  if (!isStoredTrace(answer)) throw new Error('cannot read the answer of the running server');
  return answer;
}

/** A server for one question: it takes the lock of the data directory, and listens on ports that nobody knows. */
async function askStore(config: Config, question: AdminArguments): Promise<StoredTrace | Refusal> {
  ensureThreads();
  note('no server is running here: opening the store');
  const [{ startServer }, { findStoredTrace }] = await Promise.all([import('#server'), import('./stored-trace.ts')]);
  const server = await startServer({ ...config, otlpHttp: ANY_PORT, otlpGrpc: ANY_PORT, console: ANY_PORT, workers: 1 });
  try {
    return await findStoredTrace(server.queries, question);
  } finally {
    await server.stop();
  }
}

function isStoredTrace(value: unknown): value is StoredTrace {
  return typeof value === 'object' && value !== null && 'otlp' in value && typeof value.otlp === 'string' && 'more' in value && typeof value.more === 'boolean';
}

/** `tracekeep policy try`: what a policy would change, before it counts: of requests in a file, or of what is stored. */
import { Command } from 'commander';

import type { Config } from '#config';
import type { DryRunResult } from '#dry-run';
import type { TriedOnStored } from '#query/trial';
import { isRefusal, type Refusal } from '#refusal';

import { NO_SERVER, adminSocketPath, askAdmin } from './admin.ts';
import type { AdminArguments } from './admin.ts';
import { requireDataDirectory } from './data-directory.ts';
import { fileRequests } from './otlp-file.ts';
import { OperatorError } from './operator-error.ts';
import { orFail, PLACE, readPeriodOption, readTenant, settingsOf, withSettings, withTenant } from './options.ts';
import { policyOf } from './policy-file.ts';
import { policyInForce } from './policy-in-force.ts';
import { dryRunText, storedRunText } from './policy-try-text.ts';
import { exitSoon, note, print } from './terminal.ts';
import { ensureThreads } from './threads.ts';

const ANY_PORT = { host: '127.0.0.1', port: 0 };

interface TryOptions {
  readonly tenant: string;
  readonly otlp?: string;
  readonly since?: string;
  readonly json?: boolean;
}

export function policyTryCommand(): Command {
  const command = new Command('try').description('say what a policy would change, service by service and key by key').argument('<FILE>', 'the policy, YAML or JSON');
  command.option('--otlp <FILE>', 'of the requests in this file: OTLP/JSON, one document a line (.json, .jsonl), or a protobuf message (.pb, .binpb); - is standard input');
  command.option('--since <PERIOD>', 'of what was stored in the last 90s, 15m, 24h … (default 1h). What is gone already cannot be looked at again');
  command.option('--json', 'for machines: { changes: [{ service, place, key, kind, action, rule, count, today, differs, … }] }');
  command.addHelpText('after', '\nNothing is changed or stored. Exit codes: 0 tried, 1 could not be tried (all requests are refused, too), 2 a file could not be read.');
  return withSettings(withTenant(command), PLACE).action(async (file: string, options: TryOptions) => {
    if (options.otlp !== undefined && options.since !== undefined) throw new OperatorError('say either --otlp or --since', 2);
    const { text, document } = await policyOf(file);
    const config = await settingsOf(command);
    const { weakenings } = await import('#policy/weakening');
    const inForce = await policyInForce(config);
    const weaker = weakenings(inForce.policy.document, document);
    if (options.otlp !== undefined) {
      const { DryRun } = await import('#dry-run');
      const { compilePolicy } = await import('#policy');
      const run = new DryRun({ tried: compilePolicy(document), today: inForce.policy, pseudonymKey: inForce.pseudonymKey }, { tenant: readTenant(options.tenant), services: ['*'] });
      const result = await runFile(run, options.otlp);
      print(options.json === true ? JSON.stringify({ ...result, weakenings: weaker }) : dryRunText(result, weaker));
      if (result.refusedRequests > 0) tellRefused(result);
      return;
    }
    const period_ms = readPeriodOption('--since', options.since ?? '1h');
    const result = orFail(await askForTrial(config, { tenant: readTenant(options.tenant), text, since: Date.now() - period_ms }));
    exitSoon();
    print(options.json === true ? JSON.stringify({ ...result, weakenings: weaker }) : storedRunText(result, weaker, options.since ?? '1h'));
  });
}

/** Of requests that cannot be read nothing is known: a policy that changes nothing of them is not one that was tried. */
function tellRefused({ requests, refusedRequests }: DryRunResult): void {
  const told = `${refusedRequests} of ${requests} requests are refused`;
  if (refusedRequests === requests) throw new OperatorError(`${told}: nothing could be tried`);
  note(told);
}

async function runFile(run: { take(body: Uint8Array, encoding: 'protobuf' | 'json'): void; refuse(): void; result(): DryRunResult }, file: string): Promise<DryRunResult> {
  for await (const request of fileRequests(file)) {
    if (isRefusal(request)) run.refuse();
    else run.take(request.body, request.encoding);
  }
  return run.result();
}

async function askForTrial(config: Config, question: AdminArguments): Promise<TriedOnStored | Refusal> {
  requireDataDirectory(config.data);
  const answer = await askAdmin(adminSocketPath(config.data), 'policy-try', question);
  if (answer === NO_SERVER) return askStore(config, question);
  if (isRefusal(answer)) return answer;
  if (!isTried(answer)) throw new Error('cannot read the answer of the running server');
  return answer;
}

/** As for `tracekeep trace`: a server for one question. */
async function askStore(config: Config, question: AdminArguments): Promise<TriedOnStored | Refusal> {
  ensureThreads();
  note('no server is running here: opening the store');
  const [{ startServer }, { tryOnStored }] = await Promise.all([import('#server'), import('./stored-trial.ts')]);
  const server = await startServer({ ...config, otlpHttp: ANY_PORT, otlpGrpc: ANY_PORT, console: ANY_PORT, workers: 1 });
  try {
    return await tryOnStored(server.queries, question);
  } finally {
    await server.stop();
  }
}

function isTried(value: unknown): value is TriedOnStored {
  return typeof value === 'object' && value !== null && 'changes' in value && Array.isArray(value.changes);
}

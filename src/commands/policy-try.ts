/** `tracekeep policy try`: what a policy would change, before it counts. */
import { Command } from 'commander';

import type { DryRunResult } from '#dry-run';
import { isRefusal } from '#refusal';

import { fileRequests } from './otlp-file.ts';
import { OperatorError } from './operator-error.ts';
import { PLACE, readTenant, settingsOf, withSettings, withTenant } from './options.ts';
import { policyInForce, policyOfFile } from './policy-in-force.ts';
import { changesText, countText } from './policy-try-text.ts';
import { print } from './terminal.ts';

interface TryOptions {
  readonly tenant: string;
  readonly otlp?: string;
  readonly since?: string;
  readonly service?: readonly string[];
  readonly json?: boolean;
}

export function policyTryCommand(): Command {
  const command = new Command('try').description('say what a policy would change, service by service and key by key').argument('<FILE>', 'the policy, YAML or JSON');
  command.option('--otlp <FILE>', 'of the requests in this file: OTLP/JSON, one document a line (.json, .jsonl), or a protobuf message (.pb, .binpb); - is standard input');
  command.option('--since <PERIOD>', 'of what was stored in the last 90s, 15m, 24h … (default 1h): what is gone already cannot come back, nor be looked at', '1h');
  command.option('--json', 'for machines: { changes: [{ service, key, action, kind, count, … }] }');
  return withSettings(withTenant(command), PLACE).action(async (file: string, options: TryOptions) => {
    const tried = await policyOfFile(file);
    const inForce = await policyInForce(await settingsOf(command));
    if (options.otlp === undefined) throw new OperatorError('say which requests: --otlp FILE', 2);
    const { DryRun } = await import('#dry-run');
    const run = new DryRun({ tried, today: inForce.policy, pseudonymKey: inForce.pseudonymKey }, { tenant: readTenant(options.tenant), services: ['*'] });
    for await (const request of fileRequests(options.otlp)) {
      if (isRefusal(request)) run.refuse();
      else run.take(request.body, request.encoding);
    }
    const result = run.result();
    if (options.json === true) return print(JSON.stringify(result));
    print(`${changesText(result.changes, result.more)}\n\n${totalsText(result)}`);
  });
}

function totalsText({ requests, refusedRequests, spans, dropped, droppedToday }: DryRunResult): string {
  const lines = [`${countText(requests, 'request')}, ${countText(spans, 'span')}${refusedRequests === 0 ? '' : `; ${countText(refusedRequests, 'request')} no server would take`}`];
  if (dropped > 0 || droppedToday > 0) lines.push(`${countText(dropped, 'span')} would be dropped whole; today ${droppedToday}`);
  lines.push('Samples are shapes: a stands for a letter, 9 for a digit; what was recognized is in brackets.');
  return lines.join('\n');
}

/** `tracekeep minimize`: requests of a file as they would be stored, one answer a line. No server, and nothing is stored. */
import { Command } from 'commander';

import type { StoredForm } from '#dry-run/stored-form';
import { isRefusal, type Refusal, refusalText } from '#refusal';

import { fileRequests } from './otlp-file.ts';
import { OperatorError } from './operator-error.ts';
import { PLACE, readTenant, settingsOf, withSettings, withTenant } from './options.ts';
import { policyInForce, policyOfFile } from './policy-in-force.ts';
import { note } from './terminal.ts';

interface MinimizeOptions {
  readonly tenant: string;
  readonly otlp?: string;
  readonly policy?: string;
  readonly service?: readonly string[];
  readonly json?: boolean;
}

export function minimizeCommand(): Command {
  const command = new Command('minimize').description('show what would be stored of the requests in a file');
  command.option('--otlp <FILE>', 'requests: OTLP/JSON, one document a line (.json, .jsonl), or a protobuf message (.pb, .binpb); - is standard input');
  command.option('--policy <FILE>', 'under this policy (default: the one in force in the data directory, else the default policy)');
  command.option('--service <GLOB...>', 'refuse spans of other services, as for a producer that may speak for these (default: any)');
  command.option('--json', 'each answer on one line, for machines (default: indented)');
  command.addHelpText('after', '\nA request that is refused is answered by {"refused", "message"}.\nExit codes: 0 all requests are taken, 1 some are refused, 2 the file or the policy cannot be read.');
  return withSettings(withTenant(command), PLACE).action(async (options: MinimizeOptions) => {
    if (options.otlp === undefined) throw new OperatorError('say which requests: --otlp FILE', 2);
    const inForce = await policyInForce(await settingsOf(command));
    const policy = options.policy === undefined ? inForce.policy : await policyOfFile(options.policy);
    const { StoredForms } = await import('#dry-run/stored-form');
    const forms = new StoredForms(policy, { tenant: readTenant(options.tenant), services: options.service ?? ['*'] }, inForce.pseudonymKey);
    const told = new Told(options.json === true);
    for await (const request of fileRequests(options.otlp)) {
      if (isRefusal(request)) forms.refuse(request);
      else forms.take(request.body, request.encoding);
      if (forms.isFull) await told.tell(forms.answers());
    }
    await told.tell(forms.answers());
    told.end();
  });
}

/** Writes the answers as fast as they are read, and counts what was refused. */
class Told {
  readonly #compact: boolean;
  #requests = 0;
  #refused = 0;
  readonly #spans = new Map<string, number>();

  constructor(compact: boolean) {
    this.#compact = compact;
  }

  async tell(answers: readonly (StoredForm | Refusal)[]): Promise<void> {
    const { otlpOf } = await import('#dry-run/stored-form');
    let text = '';
    for (const answer of answers) {
      this.#requests++;
      if (isRefusal(answer)) this.#refused++;
      else for (const [code, count] of Object.entries(answer.refused)) this.#spans.set(code, (this.#spans.get(code) ?? 0) + count);
      const line = isRefusal(answer) ? JSON.stringify({ refused: answer.refused, message: refusalText(answer) }) : await otlpOf(answer);
      text += `${this.#compact ? line : JSON.stringify(JSON.parse(line), null, 2)}\n`;
    }
    if (text !== '' && !process.stdout.write(text)) await new Promise((resolve) => process.stdout.once('drain', resolve));
  }

  end(): void {
    for (const [code, count] of this.#spans) note(`${count === 1 ? '1 span is' : `${count} spans are`} refused, ${code}`);
    if (this.#refused > 0) throw new OperatorError(`${this.#refused} of ${this.#requests} requests are refused`);
  }
}

/** `tracekeep access check`, `apply` and `revert`: own policies of a tenant as texts. A running server decides by them within a tenth of a second. */
import { Command } from 'commander';

import type { AccessOutcome } from '#access/policies';
import { LIMITS } from '#limits';
import { isRefusal, refusalText, type Refusal } from '#refusal';

import { withExistingControl } from './data-directory.ts';
import { OperatorError } from './operator-error.ts';
import { PLACE, orFail, readTenant, settingsOf, withSettings, withTenant } from './options.ts';
import { countText, nameOf, problemText, readTextFile } from './policy-file.ts';
import { print } from './terminal.ts';

interface ChangeOptions {
  readonly tenant: string;
  readonly note: string;
  readonly json?: boolean;
}

export function accessCheckCommand(): Command {
  // What is wrong in a text depends on neither place nor tenant; they are taken so that the options of `apply` fit here, too.
  const command = withSettings(withTenant(new Command('check').description('say what is wrong in the text of access policies, where, and what to do').argument('<FILE>', 'Cedar policies; - is standard input').option('--json', 'for machines')), PLACE);
  command.addHelpText('after', '\nExit code 0: it can be applied (there may be warnings); 1: it has errors; 2: it could not be read.');
  return command.action(async (file: string, { json }: { readonly json?: boolean }) => {
    const { DIRECT_READER } = await import('#access/policies');
    const text = await readAccessText(file);
    const { problems, policies } = orFail(await DIRECT_READER.check(text));
    const isWrong = problems.some(({ severity }) => severity === 'error');
    if (json === true) print(JSON.stringify({ file, policies, problems }, null, 2));
    else {
      for (const problem of problems) print(problemText(file, text, problem));
      if (!isWrong) print(`${nameOf(file)}: can be applied, ${policiesText(policies)}, ${countText(problems)}`);
    }
    if (isWrong) throw new OperatorError(`${nameOf(file)} cannot be applied: ${countText(problems)}`);
  });
}

export function accessApplyCommand(): Command {
  const command = changing(new Command('apply').description('put own access policies of a tenant in force, in place of those it has').argument('<FILE>', 'Cedar policies; - is standard input'));
  command.addHelpText('after', '\nThe default roles stay as they are; own policies add to them, and a forbid wins over every permit.\nTry what they would do: tracekeep access explain --with FILE --user NAME --action trace.read --resource service:NAME');
  return command.action(async (file: string, options: ChangeOptions) => {
    const text = await readAccessText(file);
    const { COMMAND_LINE } = await import('#control');
    const outcome = await change(command, (policies, tenant, note) => policies.apply(tenant, text, { note }, COMMAND_LINE), options);
    const { problems } = outcome;
    if (options.json === true) print(JSON.stringify(outcome.is === 'invalid' ? { applied: false, problems } : { applied: outcome.is === 'applied', version: outcome.version.version, policies: outcome.version.policies, problems }));
    else for (const problem of problems) process.stderr.write(`${problemText(file, text, problem)}\n`);
    if (outcome.is === 'invalid') throw new OperatorError(`${nameOf(file)} cannot be applied: ${countText(problems)}`);
    if (options.json !== true) print(outcomeText(outcome));
  });
}

export function accessRevertCommand(): Command {
  const command = changing(new Command('revert').description('put the text of an earlier version in force again, as a new version').argument('<VERSION>', 'its number, or 0 for no own policies; "tracekeep access history" shows them'));
  return command.action(async (version: string, options: ChangeOptions) => {
    if (!/^\d{1,9}$/.test(version)) throw new OperatorError('cannot read the version: it is a number, such as 3', 2);
    const { COMMAND_LINE } = await import('#control');
    const outcome = await change(command, (policies, tenant, note) => policies.revert(tenant, Number(version), note, COMMAND_LINE), options);
    if (outcome.is === 'invalid') throw new OperatorError(`version ${version} cannot be applied any more: ${outcome.problems.map(({ message, line }) => `line ${line}: ${message}`).join(' ')}`);
    print(options.json === true ? JSON.stringify({ applied: outcome.is === 'applied', version: outcome.version.version, policies: outcome.version.policies }) : outcomeText(outcome));
  });
}

export async function readAccessText(file: string): Promise<string> {
  return readTextFile(file, LIMITS.access_bytes_max);
}

function changing(command: Command): Command {
  return withSettings(withTenant(command.option('--note <TEXT>', 'why; kept with it', '').option('--json', 'for machines')), PLACE);
}

type Policies = InstanceType<typeof import('#access/policies').AccessPolicies>;

async function change(command: Command, make: (policies: Policies, tenant: ReturnType<typeof readTenant>, note: string) => Promise<AccessOutcome | Refusal>, options: ChangeOptions): Promise<AccessOutcome> {
  if (options.note.length > LIMITS.policy_note_characters_max) throw new OperatorError(`cannot take the note: it is longer than ${LIMITS.policy_note_characters_max} characters`, 2);
  const tenant = readTenant(options.tenant);
  const outcome = await withExistingControl(await settingsOf(command), async (control) => {
    const { AccessPolicies } = await import('#access/policies');
    return make(new AccessPolicies(control), tenant, options.note);
  });
  if (isRefusal(outcome)) throw new OperatorError(refusalText(outcome));
  return outcome;
}

function outcomeText({ is, version }: Extract<AccessOutcome, { readonly version: unknown }>): string {
  if (is === 'unchanged') return `version ${version.version} of the access policies of ${version.tenant} has this text already and is in force: nothing changed`;
  return `version ${version.version} of the access policies of ${version.tenant} is in force: ${policiesText(version.policies)}`;
}

function policiesText(count: number): string {
  return count === 0 ? 'no own policies' : `${count} own ${count === 1 ? 'policy' : 'policies'}`;
}

/** `tracekeep policy apply`, `revert`, `approve` and `reject`: changing the policy in force. What it makes weaker is said sentence by sentence. */
import { Command } from 'commander';

import type { PolicyVersion } from '#control';
import type { Weakening } from '#policy/weakening';
import { LIMITS } from '#limits';

import { OperatorError } from './operator-error.ts';
import { PLACE, orFail, settingsOf, withSettings } from './options.ts';
import { changePolicy, type Changed, type PolicyChange } from './policy-change.ts';
import { countText, nameOf, problemText, readPolicyText } from './policy-file.ts';
import { printable } from './table.ts';
import { note, print } from './terminal.ts';

interface ChangeOptions {
  readonly note: string;
  readonly json?: boolean;
}

export function policyApplyCommand(): Command {
  const command = changing(new Command('apply').description('put a policy in force, on a running server at once').argument('<FILE>', 'YAML or JSON; - is standard input'));
  command.addHelpText('after', '\nWhat would be kept that was not is said. With --policy-approval weakening (or always) such a change waits until somebody else approves it.\nTry it before: tracekeep policy try FILE');
  return command.action(async (file: string, options: ChangeOptions) => {
    const text = await readPolicyText(file);
    const { readPolicy } = await import('#policy/read');
    const { document, problems } = readPolicy(text);
    if (document === null) {
      if (options.json === true) print(JSON.stringify({ applied: false, problems }));
      else for (const problem of problems) print(problemText(file, text, problem));
      throw new OperatorError(`${nameOf(file)} cannot be applied: ${countText(problems)}`);
    }
    for (const problem of problems) if (problem.severity === 'warning') process.stderr.write(`${problemText(file, text, problem)}\n`);
    await change(command, { change: 'apply', text, note: noteOf(options) }, options);
  });
}

export function policyRevertCommand(): Command {
  const command = changing(new Command('revert').description('put the text of an earlier version in force again, as a new version').argument('<VERSION>', 'its number; "tracekeep policy history" shows them'));
  return command.action((version: string, options: ChangeOptions) => change(command, { change: 'revert', version: readVersion(version), note: noteOf(options) }, options));
}

export function policyApproveCommand(): Command {
  const command = changing(new Command('approve').description('put in force what somebody else proposed').argument('<PROPOSAL>', 'q_ and 16 hexadecimal digits'));
  return command.action((id: string, options: ChangeOptions) => change(command, { change: 'approve', id: readProposal(id), note: noteOf(options) }, options));
}

export function policyRejectCommand(): Command {
  const command = changing(new Command('reject').description('reject a proposal, or take back one that was made on the command line').argument('<PROPOSAL>', 'q_ and 16 hexadecimal digits'));
  return command.action((id: string, options: ChangeOptions) => change(command, { change: 'reject', id: readProposal(id), note: noteOf(options) }, options));
}

export function readVersion(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new OperatorError('cannot read the version: it is a number, such as 3', 2);
  return Number(text);
}

function changing(command: Command): Command {
  return withSettings(command.option('--note <TEXT>', 'why; kept with it', '').option('--json', 'for machines'), [...PLACE, 'policy-approval']);
}

function noteOf({ note: text }: ChangeOptions): string {
  if (text.length > LIMITS.policy_note_characters_max) throw new OperatorError(`cannot take the note: it is longer than ${LIMITS.policy_note_characters_max} characters`, 2);
  return text;
}

function readProposal(text: string): string {
  if (!/^q_[0-9a-f]{16}$/.test(text)) throw new OperatorError('cannot read the id of a proposal: it is q_ and 16 hexadecimal digits', 2);
  return text;
}

async function change(command: Command, wanted: PolicyChange, { json }: ChangeOptions): Promise<void> {
  const changed = orFail(await changePolicy(await settingsOf(command), wanted));
  // A server of another version may know less.
  if (changed.is === 'invalid') throw new OperatorError(`the running server does not take it: ${changed.problems.map(({ message, line }) => `line ${line}: ${message}`).join(' ')}`);
  print(json === true ? JSON.stringify(forMachines(changed)) : textOf(changed));
  if (changed.is === 'proposed') note(`somebody else has to approve it, in the console or, if an account proposed it, here: tracekeep policy approve ${changed.proposal.id}`);
}

function textOf(changed: Exclude<Changed, { is: 'invalid' }>): string {
  if (changed.is === 'unchanged') return `version ${changed.version.version} of the policy has this text already and is in force: nothing changed\ndigest ${changed.version.digest}`;
  if (changed.is === 'rejected') return `proposal ${changed.proposal.id} is closed: nothing changed`;
  if (changed.is === 'proposed') {
    const { id, digest, weakenings, weakeningsCount } = changed.proposal;
    return [`proposal ${id} of the policy, not in force`, `digest ${digest}`, ...weakerText(weakenings, weakeningsCount)].join('\n');
  }
  const { version } = changed;
  return [`version ${version.version} of the policy, ${sinceText(changed)}`, `digest ${version.digest}`, ...weakerText(version.weakenings, version.weakeningsCount)].join('\n');
}

function sinceText({ boundary, pending }: { readonly boundary: number | null; readonly pending: boolean }): string {
  if (boundary !== null) return `in force since block ${boundary}`;
  if (pending) return 'in force from the next start of the server, or as soon as one that runs can take it';
  return 'in force; its rules are those that were in force before';
}

function weakerText(weakenings: readonly Weakening[], count: number): readonly string[] {
  if (count === 0) return ['nothing is kept that was not kept before'];
  const more = count - weakenings.length;
  return ['weaker than the version before:', ...weakenings.map(({ sentence }) => `- ${printable(sentence)}`), ...(more > 0 ? [`- and ${more} more`] : [])];
}

function forMachines(changed: Exclude<Changed, { is: 'invalid' }>): object {
  if (changed.is === 'proposed' || changed.is === 'rejected') {
    const { id, digest, weakenings, weakeningsCount } = changed.proposal;
    return { applied: false, proposal: { id, digest, weakenings, weakeningsCount } };
  }
  const { version, digest, weakenings, weakeningsCount }: PolicyVersion = changed.version;
  return { applied: changed.is === 'applied', version, digest, weakenings, weakeningsCount, ...(changed.is === 'applied' && { boundary: changed.boundary, pending: changed.pending }) };
}

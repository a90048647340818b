/** `tracekeep policy history`, `show` and `diff`: versions of the policy, looked back at. They read the control data themselves, so a server may run or not. */
import { Command } from 'commander';

import type { Actor, ControlStore, PolicyTexts, PolicyVersion } from '#control';

import { withExistingControl } from './data-directory.ts';
import { OperatorError } from './operator-error.ts';
import { PLACE, settingsOf, withSettings } from './options.ts';
import { readVersion } from './policy-apply.ts';
import { differences } from './text-difference.ts';
import { printable, tableText, timeText } from './table.ts';
import { note, print } from './terminal.ts';

export function policyHistoryCommand(): Command {
  const command = new Command('history').description('show the versions of the policy, newest first, and what is proposed').option('--json', 'for machines');
  return withSettings(command, PLACE).action(async ({ json }: { readonly json?: boolean }) => {
    const { versions, proposal } = await withPolicies(command, async (control) => ({ versions: control.listPolicies(), proposal: control.findProposal() }));
    if (json === true) {
      const { text: _text, canonical: _canonical, ...open } = proposal ?? {};
      return print(JSON.stringify({ versions, proposal: proposal === null ? null : open }, null, 2));
    }
    const rows = versions.map(({ version, digest, since, by, approvedBy, weakeningsCount, rules, note: why }) => [
      String(version), timeText(since), nameOf(by), approvedBy === null ? '-' : nameOf(approvedBy), String(rules), weakeningsCount === 0 ? '-' : String(weakeningsCount), digest.slice(0, 12), why,
    ]);
    print(tableText(['VERSION', 'SINCE', 'BY', 'APPROVED BY', 'RULES', 'WEAKER', 'DIGEST', 'NOTE'], rows));
    if (proposal !== null) note(`proposal ${proposal.id} of ${nameOf(proposal.by)} waits for somebody else: tracekeep policy approve ${proposal.id}, or reject`);
  });
}

export function policyShowCommand(): Command {
  const command = new Command('show').description('print the policy in force, or another version, as it was written').argument('[VERSION]', 'its number').option('--proposal', 'what is proposed instead').option('--json', 'for machines: with who, when and why');
  return withSettings(command, PLACE).action(async (number: string | undefined, { proposal, json }: { readonly proposal?: boolean; readonly json?: boolean }) => {
    if (number !== undefined && proposal === true) throw new OperatorError('say either a version or --proposal', 2);
    const found = await withPolicies(command, async (control) => (proposal === true ? control.findProposal() : control.findPolicy(number === undefined ? undefined : readVersion(number))));
    if (found === null) throw new OperatorError(proposal === true ? 'cannot show a proposal: there is none' : `cannot find version ${number} of the policy: "tracekeep policy history" shows those there are`);
    if (json === true) {
      const { canonical, ...rest } = found;
      return print(JSON.stringify({ ...rest, document: JSON.parse(canonical) as unknown }, null, 2));
    }
    process.stdout.write(found.text.endsWith('\n') ? found.text : `${found.text}\n`);
  });
}

export function policyDiffCommand(): Command {
  const command = new Command('diff').description('show how two versions of the policy differ, line by line').argument('<VERSION>', 'the earlier one').argument('[VERSION]', 'the later one (default: the one in force)');
  return withSettings(command, PLACE).action(async (from: string, to: string | undefined) => {
    const [before, after] = await withPolicies(command, async (control) => [versionOf(control, from), versionOf(control, to)] as const);
    const lines = differences(before.text, after.text);
    if (lines === null) return note(`versions ${before.version} and ${after.version} have the same text`);
    print(`--- version ${before.version}\n+++ version ${after.version}\n${lines.map(printable).join('\n')}`);
  });
}

function versionOf(control: ControlStore, number: string | undefined): PolicyVersion & PolicyTexts {
  const found = control.findPolicy(number === undefined ? undefined : readVersion(number));
  if (found === null) throw new OperatorError(`cannot find version ${number} of the policy: "tracekeep policy history" shows those there are`);
  return found;
}

async function withPolicies<Done>(command: Command, work: (control: ControlStore) => Promise<Done>): Promise<Done> {
  return withExistingControl(await settingsOf(command), async (control) => {
    const { ensureFirstPolicy } = await import('#enact/live');
    await ensureFirstPolicy(control);
    return work(control);
  });
}

const nameOf = (actor: Actor): string => ('name' in actor ? actor.name : actor.is);

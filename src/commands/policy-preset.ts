/** `tracekeep policy preset`: policies to begin with. */
import { Command } from 'commander';

import { OperatorError } from './operator-error.ts';
import { tableText } from './table.ts';
import { note, print } from './terminal.ts';

export function policyPresetCommand(): Command {
  const command = new Command('preset').description('print a policy to begin with: list shows which there are').argument('[NAME]', 'gdpr, pci-dss, hipaa; list', 'list');
  command.addHelpText('after', '\nThey are texts to change, with the reason beside each rule, and no legal advice:\n\n  tracekeep policy preset gdpr > policy.yaml\n  tracekeep policy try policy.yaml --since 24h');
  return command.action(async (name: string) => {
    const { PRESETS, presetText } = await import('#policy/presets');
    if (name === 'list') return print(tableText(['NAME', 'TITLE', 'ABOUT'], PRESETS.map(({ name: short, title, about }) => [short, title, about])));
    const text = presetText(name);
    if (text === null) throw new OperatorError(`cannot find the preset ${name}: there are ${PRESETS.map((preset) => preset.name).join(', ')}`, 2);
    print(text.trimEnd());
    note('a beginning, and no legal advice: change it to what your services send, and try it with tracekeep policy try');
  });
}

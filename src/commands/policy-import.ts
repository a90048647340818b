/** `tracekeep policy import`: a policy of an OpenTelemetry Collector's configuration, and what of it could not be carried over. */
import { Command } from 'commander';

import { LIMITS } from '#limits';

import { OperatorError } from './operator-error.ts';
import { nameOf, readTextFile } from './policy-file.ts';
import { printable } from './table.ts';
import { note, print } from './terminal.ts';

export function policyImportCommand(): Command {
  const command = new Command('import').description('make a policy of an OpenTelemetry Collector configuration').argument('<COLLECTOR.yaml>', 'whole, or its processors alone; - is standard input');
  command.addHelpText('after', '\nTaken are the processors redaction, attributes, resource, transform and filter, as far as they take something away from traces. The policy goes to standard output,\nwhat could not be carried over to standard error and into its comments.\nExit codes: 0 all is carried over, 1 some is not, 2 the file could not be read.');
  return command.action(async (file: string) => {
    const { importCollector, isImported } = await import('#collector');
    const imported = importCollector(await readTextFile(file, LIMITS.collector_config_bytes_max));
    if (!isImported(imported)) throw new OperatorError(`cannot read ${nameOf(file)}, line ${imported.line}: ${imported.message}`, 2);
    const { text, rules, left, passedBy } = imported;
    print(text.trimEnd());
    if (passedBy.length > 0) note(`not looked at, since they take nothing away from values: ${printable(passedBy.join(', '))}`);
    for (const { processor, line, what, reason } of left) note(printable(`${nameOf(file)}:${line}: ${processor}: ${what}: ${reason}`));
    note(`${rules === 1 ? '1 rule' : `${rules} rules`} made; try them: tracekeep policy try FILE --otlp REQUESTS`);
    if (left.length > 0) throw new OperatorError(`${left.length} not carried over, or not as it was`);
  });
}

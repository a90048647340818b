/** `tracekeep policy check` and `policy schema`: policies as texts, looked at without a store. */
import { Command } from 'commander';

import { OperatorError } from './operator-error.ts';
import { countText, nameOf, problemText, readPolicyText } from './policy-file.ts';
import { print } from './terminal.ts';

export function policyCheckCommand(): Command {
  const command = new Command('check').description('say what is wrong in the text of policies, where, and what to do').argument('<FILE...>', 'YAML or JSON; - is standard input').option('--json', 'for machines');
  command.addHelpText('after', '\nExit code 0: all of them can be applied (there may be warnings); 1: one has errors; 2: one could not be read.');
  return command.action(async (files: readonly string[], { json }: { readonly json?: boolean }) => {
    const [{ readPolicy }, { compilePolicy }] = await Promise.all([import('#policy/read'), import('#policy')]);
    const checked = [];
    for (const file of files) {
      const text = await readPolicyText(file);
      checked.push({ file, text, ...readPolicy(text) });
    }
    const results = checked.map(({ file, text, document, problems }) => ({ file, text, problems, rules: document?.rules.length ?? null, digest: document === null ? null : compilePolicy(document).digest }));
    if (json === true) print(JSON.stringify({ files: results.map(({ text: _, ...result }) => result) }, null, 2));
    else {
      for (const { file, text, problems, rules, digest } of results) {
        for (const problem of problems) print(problemText(file, text, problem));
        if (digest !== null) print(`${nameOf(file)}: can be applied, ${rules} rule${rules === 1 ? '' : 's'}, ${countText(problems)}, digest ${digest}`);
      }
    }
    const wrong = results.filter(({ digest }) => digest === null);
    if (wrong.length > 0) throw new OperatorError(wrong.map(({ file, problems }) => `${nameOf(file)} cannot be applied: ${countText(problems)}`).join('; '));
  });
}

export function policySchemaCommand(): Command {
  const command = new Command('schema').description('print the JSON Schema of policies, for editors');
  command.addHelpText('after', '\nEditors with a YAML language server complete and check a policy whose first line names the schema:\n\n  tracekeep policy schema > policy.schema.json\n  # yaml-language-server: $schema=policy.schema.json');
  return command.action(async () => {
    const { policySchema } = await import('#policy/schema');
    print(JSON.stringify(policySchema(), null, 2));
  });
}

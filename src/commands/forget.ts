/** `tracekeep forget`: destroys the keys of what was sealed for a person. Shows first what becomes unreadable and what it cannot reach, and asks. */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';

import type { FoundSubject, Receipt } from '#erase';
import { LIMITS } from '#limits';

import { withNewFile } from './new-file.ts';
import { OperatorError } from './operator-error.ts';
import { orFail, readTenant, settingsOf, withSettings, withTenant } from './options.ts';
import type { SettingName } from './settings.ts';
import { withSubjects } from './stored-subject.ts';
import { tableText } from './table.ts';
import { exitSoon, note, print } from './terminal.ts';

/** Where the store is, and what opens it. */
export const PLACE_OF_SUBJECTS: readonly SettingName[] = ['data', 'root-key-file', 'log-keys', 'sealing-root', 'sealing-key-file', 'sealing-transit-url', 'sealing-transit-key', 'sealing-transit-token-file'];

/** Whoever is found under no key may only be misspelt. */
export const NOT_FOUND = 'nothing that can be opened was sealed under this name: it has to be written as the sealed value had it, capitals included';

interface ForgetOptions {
  readonly tenant: string;
  readonly reason?: string;
  readonly receipt?: string;
  readonly again?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export function forgetCommand(): Command {
  const command = new Command('forget').description('destroy the keys of what was sealed for a person, so that nobody can read it any more');
  command.argument('[SUBJECT]', 'the person, as the sealed value names them; - reads it from standard input, so that it stands in no list of processes');
  command.option('--reason <TEXT>', 'why: a ticket, a request. Do not name the person here; the reason stays in the log for ever').option('--receipt <FILE>', 'write the receipt to a new file').option('--again', 'instead: after an older copy of the control database was restored, destroy what the log says was destroyed').option('--yes', 'do not ask').option('--json', 'the receipt as JSON, for machines');
  command.addHelpText('after', '\nWorks on a stopped store and through a running server. It cannot be undone. Backups keep what they hold: docs/operate/erasure.md.');
  return withSettings(withTenant(command), PLACE_OF_SUBJECTS).action(async (word: string | undefined, options: ForgetOptions) => {
    if ((word === undefined) === (options.again !== true)) throw new OperatorError('say either whom to forget or --again', 2);
    const config = await settingsOf(command);
    const tenant = readTenant(options.tenant);
    if (word === undefined) {
      const keys = orFail(await withSubjects(config, (ask) => ask({ ask: 'again', tenant, subject: '' })));
      print(options.json === true ? JSON.stringify({ keys }) : keys === 0 ? 'no key is there that the log says was destroyed' : `${counted(keys, 'key')} destroyed anew`);
      return exitSoon();
    }
    const subject = readSubject(word);
    if (options.yes !== true && (word === '-' || !process.stdin.isTTY)) throw new OperatorError('cannot ask here whether to go on: say --yes', 2);
    await withSubjects(config, async (ask) => {
      if (options.yes !== true) {
        note(`${foundText(orFail(await ask({ ask: 'find', tenant, subject })), 'Becomes unreadable: the sealed values')}\n`);
        if (!(await isAgreed('Destroy the keys? This cannot be undone. [yes/no] '))) throw new OperatorError('nothing was destroyed');
      }
      // Before anything is destroyed: the salt of the receipt is nowhere else.
      await withNewFile(options.receipt, async (write) => {
        const receipt = orFail(await ask({ ask: 'forget', tenant, subject, reason: options.reason ?? '' }));
        print(options.json === true ? JSON.stringify(receipt, null, 2) : receiptText(receipt, options.receipt));
        write?.(`${JSON.stringify(receipt, null, 2)}\n`);
        if (receipt.keys === 0) note(NOT_FOUND);
      });
    });
    exitSoon();
  });
}

/** What is held, and what forgetting does not reach. `said` begins the sentence that counts it. */
export function foundText({ spans, traces, keys, hours, from, to, services, fields, clear }: FoundSubject, said: 'Becomes unreadable: the sealed values' | 'Sealed for this person: values'): string {
  const when = from === null ? '' : `, from ${from} to ${String(to)}`;
  const lines = [
    keys === 0 ? 'Nothing is sealed for this person under a key that is there.' : `${said} of ${counted(spans, 'span')} in ${counted(traces, 'trace')}${when}, under ${counted(keys, 'key')} of ${counted(hours, 'hour')}.`,
    ...(services.length > 0 ? [`Services: ${services.join(', ')}`] : []),
    `Sealed by the policy in force: ${fields.length === 0 ? 'nothing' : fields.map(({ key }) => key).join(', ')}`,
    'Out of reach, because the policy keeps it in clear; whether this person stands there is not known:',
    tableText(['WHERE', 'WHY'], clear.map(({ key, place, why }) => [key ?? place ?? '', why])),
    'Out of reach too: backups and copies made before (docs/operate/erasure.md).',
  ];
  return lines.join('\n');
}

function receiptText({ id, at, entry, keys, spans, tokens, salt, commitment }: Receipt, file: string | undefined): string {
  const lines = [
    `forgotten: ${counted(keys, 'key')} destroyed, ${counted(spans, 'span')} unreadable, ${counted(tokens, 'search token')} removed`,
    `erasure ${id} at ${at}, entry ${entry} of the log`,
    `commitment ${commitment}`,
    `salt       ${salt}`,
    file === undefined ? 'Keep salt and commitment: the salt is nowhere else, and without it nobody can show whom the entry is about.' : `the receipt is in ${file}`,
  ];
  return lines.join('\n');
}

/** `1 key`, `2 keys`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

export function readSubject(word: string): string {
  const text = word === '-' ? readFileSync(0, 'utf8').replace(/\r?\n$/, '') : word;
  if (text === '' || Buffer.byteLength(text) > LIMITS.subject_bytes_max) throw new OperatorError(`cannot read the subject: it has 1 to ${LIMITS.subject_bytes_max} bytes`, 2);
  return text;
}

async function isAgreed(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^(y|yes)$/i.test((await terminal.question(question)).trim());
  } finally {
    terminal.close();
  }
}

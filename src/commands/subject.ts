/** `tracekeep subject`: what is held about a person, counted (`find`), and all of it opened, for the person (`export`); and the check of a receipt (`receipt`). */
import { Command } from 'commander';

import { counted, foundText, NOT_FOUND, PLACE_OF_SUBJECTS, readSubject } from './forget.ts';
import { FORCE, withNewFile, type Write } from './new-file.ts';
import { OperatorError } from './operator-error.ts';
import { orFail, readTenant, settingsOf, withSettings, withTenant } from './options.ts';
import { PASSPHRASE_FD } from './passphrase.ts';
import { withSubjects, type AskSubjects } from './stored-subject.ts';
import { receiptCommand } from './subject-receipt.ts';
import type { TenantId } from '#model';
import { exitSoon, note, print, writeOut } from './terminal.ts';

interface ExportOptions {
  readonly tenant: string;
  readonly reason: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly passphraseFd?: string;
}

const WHOM = 'the person, as the sealed value names them; - reads it from standard input';

export function subjectCommand(): Command {
  return new Command('subject').description('what is held about a person').addCommand(findCommand()).addCommand(exportCommand()).addCommand(receiptCommand());
}

function findCommand(): Command {
  const command = new Command('find').description('count what is sealed for a person, and list where they may stand in clear').argument('<SUBJECT>', WHOM).option('--json', 'for machines');
  return withSettings(withTenant(command), PLACE_OF_SUBJECTS).action(async (word: string, { tenant, json }: { readonly tenant: string; readonly json?: boolean }) => {
    const [config, question] = [await settingsOf(command), { tenant: readTenant(tenant), subject: readSubject(word) }];
    const found = orFail(await withSubjects(config, (ask) => ask({ ask: 'find', ...question })));
    print(json === true ? JSON.stringify(found, null, 2) : foundText(found, 'Sealed for this person: values'));
    exitSoon();
  });
}

function exportCommand(): Command {
  const command = new Command('export').description('everything that is sealed for a person, opened, as OTLP/JSON; the log is told').argument('<SUBJECT>', WHOM);
  command.requiredOption('--reason <TEXT>', 'why: a ticket, a request. Do not name the person here; the reason stays in the log for ever').option('--out <FILE>', 'write to a new file, closed to other users').option(...FORCE).option(...PASSPHRASE_FD);
  return withSettings(withTenant(command), PLACE_OF_SUBJECTS).action(async (word: string, options: ExportOptions) => {
    if (word === '-' && options.passphraseFd === '0') throw new OperatorError('cannot read both the subject and the passphrase from standard input', 2);
    const [config, tenant, subject] = [await settingsOf(command), readTenant(options.tenant), readSubject(word)];
    const told = await withSubjects(config, (ask) => withNewFile(options.out, (write) => writePages(ask, tenant, subject, options.reason, write ?? writeOut), { force: options.force === true }), { passphraseFd: options.passphraseFd });
    note(`${counted(told.spans, 'span')} with ${counted(told.opened, 'opened value')}, export ${told.id}${told.changed > 0 ? `; ${told.changed === 1 ? '1 value does' : `${told.changed} values do`} not open: what is stored is not what was sealed` : ''}`);
    if (told.spans === 0) note(NOT_FOUND);
    exitSoon();
  });
}

/** One document of all pages. */
async function writePages(ask: AskSubjects, tenant: TenantId, subject: string, reason: string, write: Write): Promise<{ readonly id: string; readonly spans: number; readonly opened: number; readonly changed: number }> {
  const sum = { id: '', spans: 0, opened: 0, changed: 0 };
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const { resourceSpans, told } = orFail(await ask({ ask: 'export', tenant, subject, reason, ...(cursor === undefined ? {} : { cursor }) }));
    const list = resourceSpans.slice(1, -1);
    write(`${cursor === undefined ? '{"resourceSpans":[' : ''}${sum.spans > 0 && list !== '' ? ',' : ''}\n${list}`);
    Object.assign(sum, { id: told.id, spans: sum.spans + told.spans, opened: sum.opened + told.opened, changed: sum.changed + told.changed });
    cursor = told.nextCursor;
  }
  write('\n]}\n');
  return sum;
}

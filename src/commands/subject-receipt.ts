/**
 * `tracekeep subject receipt`: checks the receipt of an erasure. With the key of the log it takes the file and nothing else; without one it goes by the log of the data directory,
 * which has to have the entry still.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';

import type { CheckedReceipt } from '#erase/check-receipt';
import { sha256 } from '#keys/signing';
import { flawText, isFlaw, parseVkey, sameBytes, type Verifier } from '#merkle';
import { safeText } from '#query/terminal-text';

import { readSubject } from './forget.ts';
import { OperatorError } from './operator-error.ts';
import { collect, settingsOf, withSettings } from './options.ts';
import { print } from './terminal.ts';

interface ReceiptOptions {
  readonly key?: readonly string[];
  readonly json?: boolean;
}

/** Some thousand keys, as digests, and the checkpoint with all that witnesses may have added. */
const RECEIPT_BYTES_MAX = 4 * 1024 * 1024;

export function receiptCommand(): Command {
  const command = new Command('receipt').description('check the receipt of an erasure: that the log has the entry, and whether it is about a person').argument('<FILE>', 'what forget --receipt or the console wrote');
  command.argument('[SUBJECT]', 'the person; - reads it from standard input').option('--key <VKEY>', 'key of the log, as tracekeep log vkeys prints it; may be repeated. Without one: those beside the data directory, whose log has to have the entry', collect).option('--json', 'for machines');
  command.addHelpText('after', '\nExit codes: 0 verified, 1 not verified or about somebody else, 2 could not be checked.');
  return withSettings(command, ['data', 'log-keys']).action(async (file: string, word: string | undefined, { key, json = false }: ReceiptOptions) => {
    const subject = word === undefined ? null : readSubject(word);
    const { data, logKeys } = await settingsOf(command);
    const vkeys = key ?? (await keysBeside(data, logKeys));
    const { checkReceipt } = await import('#erase/check-receipt');
    const checked = checkReceipt(readReceipt(file), vkeys.map(readKey), subject);
    if ('wrong' in checked) {
      if (json) print(JSON.stringify({ verified: false, why: checked.wrong }));
      throw new OperatorError(`not verified: ${checked.wrong}`);
    }
    if (key === undefined) await requireEntry(join(data, 'log'), checked);
    print(json ? reportJson(checked, key !== undefined) : reportText(checked, key !== undefined));
    if (checked.isAbout === false) throw new OperatorError('the receipt is not about this person: the name has to be written as when they were forgotten, capitals included');
  });
}

async function keysBeside(data: string, logKeys: string): Promise<readonly string[]> {
  if (!existsSync(join(data, 'key.check'))) throw new OperatorError(`cannot find the log: there is no Tracekeep data directory at ${data}. Name the key of the log with --key, or the directory with --data`, 2);
  const { readLogVkeys } = await import('#log');
  const vkeys = readLogVkeys(logKeys);
  if (vkeys === null) throw new OperatorError(`cannot find the keys of the log in ${logKeys}: name them with --key, or their folder with --log-keys`, 2);
  return vkeys;
}

function readKey(text: string): Verifier {
  const verifier = parseVkey(sha256, text.trim());
  if (isFlaw(verifier)) throw new OperatorError(`cannot read --key: ${flawText(verifier)}`, 2);
  return verifier;
}

function readReceipt(file: string): string {
  try {
    if (statSync(file).size > RECEIPT_BYTES_MAX) throw new Error('it is larger than a receipt can be');
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new OperatorError(`cannot read the receipt ${file}`, 2, { cause });
  }
}

/** What was signed once may have been cut off, or put back to before. */
async function requireEntry(directory: string, { receipt: { entry }, leaf }: CheckedReceipt): Promise<void> {
  const { Entries } = await import('#verify/tree');
  const entries = new Entries({ directory, synced: entry + 1, tail: [] });
  try {
    const [there] = entries.read(entry, entry + 1);
    if (there === undefined) throw new OperatorError(`cannot find entry ${entry} in the files of the log here, which have ${entries.size}: it is still on its way there, or the log was cut or put back; try again in a moment, then "tracekeep verify" tells`, 2);
    if (!sameBytes(there, leaf)) throw new OperatorError(`not verified: entry ${entry} of the log here is another one than the one that was signed; "tracekeep verify" tells more`);
  } finally {
    entries.close();
  }
}

function reportText({ receipt: { id, tenant, entry, keys, log }, time_ms, signedBy, isAbout }: CheckedReceipt, isPinned: boolean): string {
  const lines = [
    `Verified: entry ${entry} of the log ${safeText(log.origin)} is the erasure ${safeText(id)} in tenant ${safeText(tenant)}, ${new Date(time_ms).toISOString()} by the clock of the log: ${keys === 1 ? '1 key was' : `${keys} keys were`} destroyed.`,
    `  signed       by ${signedBy.map((name) => safeText(name)).join(', ')}, over ${log.size} entries`,
    `  key          ${isPinned ? 'as you gave it' : 'as it lies beside the data, which whoever owns this machine can exchange; --key takes one that you kept'}`,
    `  the log here ${isPinned ? 'was not looked at' : 'has this entry'}`,
    `  about        ${isAbout === null ? 'nobody was named: with SUBJECT it is told whether it is about them' : isAbout ? 'this person' : 'not this person'}`,
    '',
    'Not proved: what the receipt says besides (spans, tokens, where somebody may stand in clear), and what copies made before hold.',
  ];
  return lines.join('\n');
}

function reportJson({ receipt: { id, tenant, entry, keys, log }, time_ms, signedBy, isAbout }: CheckedReceipt, isPinned: boolean): string {
  return JSON.stringify({ verified: isAbout !== false, pinned: isPinned, inLogHere: isPinned ? null : true, about: isAbout, id, tenant, entry, keys, time: new Date(time_ms).toISOString(), origin: log.origin, size: log.size, signedBy }, null, 2);
}

/**
 * `tracekeep evidence`: hands a trace to an auditor, and checks what was handed over. To verify takes the file and the key of the log and nothing else: no
 * server, no data directory, no database.
 */
import { Command } from 'commander';

import type { Config } from '#config';
import { traceId } from '#model';
import { isRefusal } from '#refusal';
import type { Refusal } from '#refusal';

import { NO_SERVER, adminSocketPath, askAdmin } from './admin.ts';
import type { AdminArguments } from './admin.ts';
import { requireDataDirectory } from './data-directory.ts';
import { FORCE, withNewFile } from './new-file.ts';
import { OperatorError } from './operator-error.ts';
import { PLACE, collect, orFail, readTenant, settingsOf, withSettings, withTenant } from './options.ts';
import { PASSPHRASE_FD, refuseBesideServer, withPassphrase } from './passphrase.ts';
import type { SettingName } from './settings.ts';
import type { StoredEvidence } from './stored-evidence.ts';
import { exitSoon, note, print } from './terminal.ts';
import { ensureThreads } from './threads.ts';
import type { VerifyOptions } from './verify-evidence.ts';

/** What is sealed is opened by what these name. */
const PLACE_OF_EVIDENCE: readonly SettingName[] = [...PLACE, 'sealing-root', 'sealing-key-file', 'sealing-transit-url', 'sealing-transit-key', 'sealing-transit-token-file'];
const ANY_PORT = { host: '127.0.0.1', port: 0 };

export function evidenceCommand(): Command {
  const evidence = new Command('evidence').description('a trace with proofs that anybody can check without this server');
  evidence.addCommand(exportCommand());
  evidence.addCommand(verifyCommand());
  return evidence;
}

interface ExportOptions {
  readonly tenant: string;
  readonly output?: string;
  readonly omit?: readonly string[];
  readonly span?: string;
  readonly reveal?: string;
  readonly passphraseFd?: string;
  readonly force?: boolean;
}

function exportCommand(): Command {
  const command = new Command('export').description('write the evidence of a trace to a file').argument('<TRACE>', 'trace id, 32 hexadecimal digits');
  command.option('-o, --output <FILE>', 'where to (default TRACE.evidence.json here; - is standard output)').option(...FORCE);
  command.option('--omit <FIELD...>', 'leave the values of a field out: an attribute key, * stands for any characters, or status.message; only restricted fields can be, and one without * must be there');
  command.option('--span <ID>', 'of this span alone');
  command.option('--reveal <REASON>', 'show what is sealed, proved to be what was sealed, for this reason. Do not name the person in it; the reason stays in the log for ever. Whoever gets the file reads it, and no erasure reaches it').option(...PASSPHRASE_FD);
  return withSettings(withTenant(command), PLACE_OF_EVIDENCE).action(async (text: string, options: ExportOptions) => {
    const id = traceId(text);
    if (id === null) throw new OperatorError('cannot read the trace id: it has 32 hexadecimal digits, not all zero', 2);
    if (options.span !== undefined && !/^[0-9a-fA-F]{16}$/.test(options.span)) throw new OperatorError('cannot read the span id: it has 16 hexadecimal digits', 2);
    if (options.span !== undefined && options.reveal !== undefined) throw new OperatorError('cannot take --span with --reveal', 2);
    const question = { ...(options.reveal !== undefined && { reveal: options.reveal }), tenant: readTenant(options.tenant), id, omit: options.omit ?? [], ...(options.span === undefined ? {} : { span: options.span.toLowerCase() }) };
    const file = options.output === '-' ? undefined : (options.output ?? `${id}.evidence.json`);
    const config = await settingsOf(command);
    // The file comes first: an opening that nobody gets to see would stand in the log for ever. What may replace this process comes before it.
    const evidence = await withEvidence(config, options, (ask) =>
      withNewFile(file, async (write) => {
        const found = orFail(await ask(question));
        write?.(found.json);
        return found;
      }, { force: options.force === true, isWhole: true }),
    );
    exitSoon();
    const { spans, origin, size, omitted, unmatched, seals } = evidence;
    if (unmatched.length > 0) note(`nothing here matches ${unmatched.join(', ')}: no value was left out for it`);
    if (options.reveal !== undefined) note(`shows what ${seals.opened === 1 ? '1 seal holds' : `${seals.opened} seals hold`}${seals.closed === 0 ? '' : `; ${seals.closed === 1 ? '1 is' : `${seals.closed} are`} closed: the keys were destroyed, or a value was left out`}`);
    if (file === undefined) return print(evidence.json);
    note(`wrote ${file}: ${spans === 1 ? '1 span' : `${spans} spans`}, proved by the checkpoint of ${size} entries of ${origin}${omitted.length === 0 ? '' : `; left out: ${omitted.join(', ')}`}`);
    note(`whoever gets it checks it with: tracekeep evidence verify ${wordOf(file)} --key VKEY; the key is the first line of: tracekeep log vkeys`);
  });
}

type Ask = (question: AdminArguments) => Promise<StoredEvidence | Refusal>;

/** Of the running server, or of one that is here for the one question, as for `tracekeep trace`. */
async function withEvidence(config: Config, { reveal, passphraseFd }: ExportOptions, use: (ask: Ask) => Promise<StoredEvidence>): Promise<StoredEvidence> {
  requireDataDirectory(config.data);
  const path = adminSocketPath(config.data);
  const opens = reveal !== undefined;
  if ((await askAdmin(path, 'ping')) !== NO_SERVER) {
    if (opens) refuseBesideServer(config);
    return use(async (question) => {
      const answer = await askAdmin(path, 'evidence', question);
      if (answer === NO_SERVER) throw new Error('cannot ask the running server: it has ended');
      if (isRefusal(answer) || isStoredEvidence(answer)) return answer;
      throw new Error('cannot read the answer of the running server');
    });
  }
  // Before the passphrase is read: it may replace the process.
  ensureThreads();
  return withPassphrase(opens ? config : null, passphraseFd, (passphrase) =>
    use(async (question) => {
      note('no server is running here: opening the store');
      const [{ startServer }, { findStoredEvidence }] = await Promise.all([import('#server'), import('./stored-evidence.ts')]);
      const server = await startServer({ ...config, otlpHttp: ANY_PORT, otlpGrpc: ANY_PORT, console: ANY_PORT, workers: 1 }, undefined, passphrase);
      try {
        return await findStoredEvidence(server.queries, question);
      } finally {
        await server.stop();
      }
    }),
  );
}

function isStoredEvidence(value: unknown): value is StoredEvidence {
  return typeof value === 'object' && value !== null && 'json' in value && typeof value.json === 'string' && 'spans' in value && typeof value.spans === 'number';
}

/** As a word of a shell. */
function wordOf(file: string): string {
  return /^[\w./-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`;
}

/** Exit codes: 0 verified, 1 not verified, 2 could not be checked. */
function verifyCommand(): Command {
  const command = new Command('verify').description('check evidence, offline: exit code 0 verified, 1 not, 2 could not be checked').argument('<FILE>', 'what evidence export wrote');
  command.option('--key <VKEY>', 'key of the log, as tracekeep log vkeys prints it; the Ed25519 one is enough; may be repeated', collect);
  command.option('--witness <VKEY>', 'key of a witness whose cosignature is asked for; may be repeated', collect);
  command.option('--quorum <N>', 'so many of the witnesses must have cosigned (default: all)');
  command.option('--json', 'for machines');
  return command.action(async (file: string, options: VerifyOptions) => {
    const { verifyEvidence } = await import('./verify-evidence.ts');
    verifyEvidence(file, options);
  });
}

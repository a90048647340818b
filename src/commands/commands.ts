/**
 * The command line as a whole: which verbs there are, what help says, and how errors leave. Each verb is a file beside this one and loads
 * what it works with only when it runs, so that a small verb starts fast.
 *
 * Exit codes: 0 done, 1 could not be done, 2 the command line or configuration makes no sense.
 */

import { VERSION } from '#version';
import { Command, CommanderError } from 'commander';

import { accessCommand } from './access.ts';
import { auditCommand } from './audit.ts';
import { caCommand } from './ca.ts';
import { evidenceCommand } from './evidence.ts';
import { findingCommand } from './finding.ts';
import { forgetCommand } from './forget.ts';
import { keysCommand } from './keys.ts';
import { OperatorError, errorText } from './operator-error.ts';
import { logCommand } from './log.ts';
import { policyCommand } from './policy.ts';
import { minimizeCommand } from './minimize.ts';
import { producerCommand } from './producer.ts';
import { serveCommand } from './serve.ts';
import { subjectCommand } from './subject.ts';
import { tenantCommand } from './tenant.ts';
import { note, print } from './terminal.ts';
import { tokenCommand } from './token.ts';
import { traceCommand } from './trace.ts';
import { userCommand } from './user.ts';
import { verifyCommand } from './verify.ts';
import { witnessCommand } from './witness.ts';

/** Runs a command line (without program and script name) and gives its exit code. Never throws. */
export async function runCommandLine(words: readonly string[]): Promise<number> {
  try {
    await program().parseAsync([...words], { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has said what is wrong, or shown the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    note(errorText(error));
    return error instanceof OperatorError ? error.exitCode : 1;
  }
}

function program(): Command {
  const tracekeep = new Command('tracekeep').description('A distributed-tracing backend that can be handed to an auditor.');
  tracekeep.addHelpText('after', '\nEvery option is also a variable (--otlp-http is TRACEKEEP_OTLP_HTTP) and a key in tracekeep.yaml (otlp-http).\nStart with: tracekeep producer add my-team --service "*"');
  // So that a verb may have flags and verbs below it may have the same ones.
  tracekeep.enablePositionalOptions();
  tracekeep.version(VERSION, '-V, --version', 'show the version');
  const verbs = [serveCommand(), producerCommand(), policyCommand(), userCommand(), tokenCommand(), accessCommand(), tenantCommand(), keysCommand(), forgetCommand(), subjectCommand(), caCommand(), findingCommand(), auditCommand(), traceCommand(), minimizeCommand(), verifyCommand(), logCommand(), evidenceCommand(), witnessCommand(), versionCommand()];
  for (const verb of verbs) tracekeep.addCommand(verb);
  settle(tracekeep);
  return tracekeep;
}

/** The same manners for every verb and sub-verb: errors are thrown, suggest what was meant, and say where help is. */
function settle(command: Command): void {
  command.exitOverride();
  command.showSuggestionAfterError(true);
  command.showHelpAfterError('(add --help for what there is)');
  command.configureHelp({ showGlobalOptions: false });
  command.configureOutput({ outputError: (text, write) => write(`tracekeep: ${text.replace(/^error: /, '')}`) });
  command.allowExcessArguments(false);
  for (const inner of command.commands) settle(inner);
}

function versionCommand(): Command {
  return new Command('version').description('show the version').action(() => print(VERSION));
}

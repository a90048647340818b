/** `tracekeep verify`: compares everything that is stored with the log, beside a running server or without one. Exits 0 clean, 1 tampered, 2 could not check. */
import { readFileSync, statSync } from 'node:fs';
import { NOTE_BYTES_MAX } from '#merkle';
import { traceId } from '#model';
import { reportJson, reportText, uncheckedOf } from '#verify/report';
import type { HeldCheckpoint } from '#verify';
import { Command } from 'commander';

import { requireDataDirectory } from './data-directory.ts';
import { OperatorError, errorText } from './operator-error.ts';
import { collect, settingsOf, withSettings } from './options.ts';
import { readPeriod } from './quantity.ts';
import { exitSoon, print } from './terminal.ts';
import { ensureThreads } from './threads.ts';
import { VerifyProgress } from './verify-progress.ts';

interface VerifyOptions {
  readonly key?: readonly string[];
  readonly checkpoint?: readonly string[];
  readonly since?: string;
  readonly trace?: string;
  readonly json?: boolean;
}

/** Tampered: it was found, and said. */
class Tampered extends OperatorError {}

export function verifyCommand(): Command {
  const command = new Command('verify').description('compare everything that is stored with the tamper-evident log');
  command.option('--key <VKEY>', 'a key of the log that you trust, as "tracekeep log vkeys" printed it once; may be repeated', collect);
  command.option('--checkpoint <FILE>', 'a checkpoint of this log that you kept (GET /log/checkpoint): the log must contain it; may be repeated', collect);
  command.option('--since <TIME>', 'only blocks logged since then: a period such as 24h, or an ISO 8601 time').option('--trace <ID>', 'only the blocks that hold spans of this trace');
  command.option('--json', 'the result as JSON, for machines');
  command.addHelpText('after', '\nExit codes: 0 nothing was found, 1 something was changed, 2 it could not be checked.\nNothing is written; a running server goes on.');
  return withSettings(command, ['data', 'root-key-file', 'log-keys']).action(async (options: VerifyOptions) => {
    ensureThreads();
    // An exit takes the mirror of the store away; a signal alone would not.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(2));
    const progress = new VerifyProgress(process.stderr);
    try {
      await run(command, options, progress);
    } catch (error) {
      if (error instanceof Tampered) throw error;
      throw new OperatorError(errorText(error), 2);
    } finally {
      progress.clear();
    }
  });
}

async function run(command: Command, options: VerifyOptions, progress: VerifyProgress): Promise<void> {
  const trace = options.trace === undefined ? null : traceId(options.trace);
  if (options.trace !== undefined && trace === null) throw new OperatorError('cannot read --trace: it has 32 hexadecimal digits, not all zero', 2);
  const since_ms = options.since === undefined ? null : readSince(options.since);
  const kept = (options.checkpoint ?? []).map(readCheckpoint);
  const config = await settingsOf(command);
  requireDataDirectory(config.data);
  const { verifyDirectory } = await import('./verify-store.ts');
  const verified = await verifyDirectory(config, { keys: options.key ?? [], kept, since_ms, trace, hear: (heard) => progress.show(heard) });
  progress.clear();
  const bounds = trace !== null ? `only the blocks of trace ${trace}` : since_ms !== null ? `only blocks logged since ${new Date(since_ms).toISOString()}, and all files of the log` : null;
  print((options.json === true ? reportJson : reportText)({ ...verified, bounds, trace }));
  exitSoon();
  if (uncheckedOf(verified.report, trace) !== null) throw new OperatorError(`cannot check the trace: no span of it that the log holds is stored`, 2);
  const found = verified.report.findings.length + verified.report.more;
  if (found > 0) throw new Tampered(`the store is not what the log says: ${found} finding${found === 1 ? '' : 's'}`, 1);
}

function readSince(text: string): number {
  const period = readPeriod(text);
  const time = /^\d{4}-\d\d-\d\d(T[\d:.]{2,12}(Z|[+-]\d\d:\d\d)?)?$/.test(text) ? Date.parse(text) : NaN;
  if (period !== null) return Date.now() - period;
  if (Number.isNaN(time)) throw new OperatorError('cannot read --since: it must be a period such as 24h, or a time such as 2026-11-29T08:00:00Z', 2);
  return time;
}

function readCheckpoint(path: string): HeldCheckpoint {
  try {
    if (statSync(path).size > NOTE_BYTES_MAX) throw new Error('it is larger than a checkpoint can be');
    return { what: path, note: readFileSync(path, 'utf8'), kept: true };
  } catch (cause) {
    throw new OperatorError(`cannot read the checkpoint ${path}`, 2, { cause });
  }
}

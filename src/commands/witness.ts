/**
 * `tracekeep witness`: cosigns the checkpoints of other people's logs, so that those cannot be changed behind anybody's back. It is a program of
 * its own, for another machine and other hands than the log, and shares no setting with the server.
 */
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import type { Verifier } from '#merkle';
import { TLS_VERSIONS, type TlsSettings } from '#config';
import type { Tls } from '#tls';
import type { Refused, Witness, WitnessState } from '#witness';

import { errorText, OperatorError } from './operator-error.ts';
import { collect } from './options.ts';
import { addressText } from './quantity.ts';
import { readWitnessListener, type WitnessListener } from './listener-settings.ts';
import { printable, tableText, timeText } from './table.ts';
import { exitNow, note, print } from './terminal.ts';

interface PlaceOption {
  readonly data: string;
}

interface WitnessOptions extends PlaceOption, WitnessListener {
  readonly name?: string;
  readonly log?: readonly string[] | string;
}

const KEYS = 'keys of the witness';

export function witnessCommand(): Command {
  const command = new Command('witness').description('cosign the checkpoints of logs, on another machine than theirs');
  command.enablePositionalOptions();
  withPlace(command);
  command.addOption(new Option('--name <NAME>', 'the name it signs under, such as witness.example.org; needed once').env('TRACEKEEP_WITNESS_NAME'));
  command.addOption(new Option('--listen <HOST:PORT>', 'take checkpoints here; beyond this machine only with TLS').default('127.0.0.1:4330').env('TRACEKEEP_WITNESS_LISTEN'));
  command.addOption(new Option('--tls-cert <FILE>', 'speak TLS with this certificate and its chain (PEM); read again when it changes').env('TRACEKEEP_WITNESS_TLS_CERT'));
  command.addOption(new Option('--tls-key <FILE>', 'its private key (PEM, closed to other users)').env('TRACEKEEP_WITNESS_TLS_KEY'));
  command.addOption(new Option('--tls-client-ca <FILE>', 'take checkpoints only from who shows a certificate of these authorities (PEM)').env('TRACEKEEP_WITNESS_TLS_CLIENT_CA'));
  command.addOption(new Option('--tls-min-version <VERSION>', 'the oldest version of TLS to speak').choices(TLS_VERSIONS).default('1.3').env('TRACEKEEP_WITNESS_TLS_MIN_VERSION'));
  command.addOption(new Option('--log <VKEY...>', 'a verifier key of a log to follow, as "tracekeep log vkeys" prints it (repeatable)').argParser(collect).env('TRACEKEEP_WITNESS_LOG'));
  command.addCommand(withPlace(new Command('vkeys').description('print its verifier keys, one a line')).action(vkeys));
  command.addCommand(withPlace(new Command('status').description('show what it cosigned and what it refused').option('--json', 'for machines')).action(status));
  return command.action(async (options: WitnessOptions) => {
    await run(options, process);
    exitNow();
  });
}

/** Returns once it has stopped. */
export async function run(options: WitnessOptions, signals: NodeJS.EventEmitter): Promise<void> {
  const asked = new Promise<void>((stop) => {
    for (const signal of ['SIGTERM', 'SIGINT']) signals.on(signal, () => stop());
  });
  const { address, tls: settings } = readWitnessListener(options);
  const { WitnessState, Witness, listenAsWitness, openWitnessKeys, readLogKey } = await import('#witness');
  const logs = readLogs(options.log, readLogKey);
  const signers = openWitnessKeys(keyFile(options.data), await nameOf(options));
  const tls = settings === null ? null : await openTls(settings);
  const state = WitnessState.open(stateFile(options.data));
  try {
    const witness: Witness = new Witness({ state, signers, logs, onRefused: (suspicion, origin, size, cosigned) => note(`${timeText(Date.now())} ${refusedText(suspicion, printable(origin), size, cosigned)}`) });
    const running = await listenAsWitness(witness, address, (error) => note(`${timeText(Date.now())} cannot answer: ${error.message}`), tls);
    note(`follows ${witness.origins.map(printable).join(', ')}. Its verifier keys, for the setting "witness" of the log and for whoever checks cosignatures:`);
    for (const vkey of witness.vkeys) note(vkey);
    print(`tracekeep witness ready ${tls === null ? 'http' : 'https'}://${addressText(running.address)} data=${resolve(options.data)}`);
    await asked;
    note('stopping');
    await running.stop();
  } finally {
    state.close();
  }
}

async function openTls(settings: TlsSettings): Promise<Tls> {
  const { Tls } = await import('#tls');
  return Tls.open(settings, { connected: () => undefined, problem: (_what, sentence, failure) => note(`${timeText(Date.now())} ${sentence}${failure === null ? '' : ` ${errorText(failure)}`}`) });
}

async function vkeys({ data }: PlaceOption): Promise<void> {
  const { openWitnessKeys } = await import('#witness');
  for (const { vkey } of openWitnessKeys(keyFile(data), await nameOf({ data }))) print(vkey);
}

async function status({ data, json = false }: PlaceOption & { readonly json?: boolean }): Promise<void> {
  const { WitnessState } = await import('#witness');
  const name = await nameOf({ data });
  const state: WitnessState | null = WitnessState.read(stateFile(data));
  const [logs, refused] = [state?.logs() ?? [], state?.refused() ?? []];
  state?.close();
  if (json) {
    const iso = (ms: number): string => new Date(ms).toISOString();
    return print(
      JSON.stringify(
        {
          name,
          logs: logs.map(({ origin, size, root, time_s, note: text }) => ({ origin, size, root: Buffer.from(root).toString('base64'), cosigned: iso(time_s * 1000), note: text })),
          refused: refused.map(({ first_ms, last_ms, ...one }) => ({ ...one, first: iso(first_ms), last: iso(last_ms) })),
        },
        null,
        2,
      ),
    );
  }
  print(`witness ${printable(name)}`);
  print(logs.length === 0 ? 'It has cosigned nothing yet.' : tableText(['LOG', 'SIZE', 'COSIGNED'], logs.map(({ origin, size, time_s }) => [origin, String(size), timeText(time_s * 1000)])));
  if (refused.length === 0) return print('It has refused no checkpoint that a log had signed.');
  print('\nRefused although the log had signed it (the notes are in --json):');
  print(tableText(['LOG', 'WHAT', 'SIZE', 'FIRST', 'LAST', 'TIMES'], refused.map(rowOf)));
}

function rowOf({ origin, suspicion, size, first_ms, last_ms, count }: Refused): readonly string[] {
  return [origin, suspicion, String(size), timeText(first_ms), timeText(last_ms), String(count)];
}

function refusedText(suspicion: Refused['suspicion'], origin: string, size: number, cosigned: number): string {
  if (suspicion === 'fork') return `REFUSED A FORK of ${origin}: its key has signed two different trees of size ${size}. Both notes are kept: tracekeep witness status --json`;
  if (suspicion === 'rollback') return `refused a rollback of ${origin}: size ${size}, cosigned was ${cosigned}. The note is kept`;
  return `refused a checkpoint of ${origin}: size ${size} is not proved to continue size ${cosigned}. The note is kept`;
}

function readLogs(given: WitnessOptions['log'], readLogKey: (text: string) => Verifier | null): Verifier[] {
  const texts = [given ?? []].flat().flatMap((text) => text.split(/[\s,]+/u)).filter((text) => text !== '');
  if (texts.length === 0) throw new OperatorError('cannot start a witness: name the logs it follows with --log VKEY, as "tracekeep log vkeys" of each prints them', 2);
  return [...new Set(texts)].map((text, at) => {
    const verifier = readLogKey(text);
    if (verifier === null) throw new OperatorError(`cannot read --log, key ${at + 1}: it must be the verifier key of a log, such as "tracekeep log vkeys" prints`, 2);
    return verifier;
  });
}

async function nameOf({ data, name }: { readonly data: string; readonly name?: string }): Promise<string> {
  const { signerName } = await import('#keys/signing');
  const known = name ?? signerName(keyFile(data), KEYS);
  if (known === null) throw new OperatorError(`cannot find the keys of a witness in ${resolve(data)}: name it with --data DIR, or start one there with "tracekeep witness --name NAME --log VKEY"`);
  if (!/^[^\s+\p{C}]{1,255}$/u.test(known)) throw new OperatorError('cannot read --name: it must have no spaces and no +, such as witness.example.org', 2);
  return known;
}

function withPlace(command: Command): Command {
  return command.addOption(new Option('--data <DIR>', 'its keys and what it cosigned').default('.tracekeep/witness').env('TRACEKEEP_WITNESS_DATA'));
}

const keyFile = (data: string): string => join(resolve(data), 'witness.key');
const stateFile = (data: string): string => join(resolve(data), 'witness.sqlite');

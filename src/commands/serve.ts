/**
 * `tracekeep serve`: runs the server until a signal asks it to stop. Says `tracekeep ready …` on standard output once it serves, and nothing
 * else there.
 */
import { Command } from 'commander';

import type { SignIn } from '#authenticate/sign-in';
import type { Address, Config } from '#config';
import { LIMITS } from '#limits';

import { adminSocketPath, startAdminSocket } from './admin.ts';
import type { AdminSocket } from './admin.ts';
import { prepareDataDirectory } from './data-directory.ts';
import { errorText } from './operator-error.ts';
import { settingsOf, withSettings } from './options.ts';
import { addressText } from './quantity.ts';
import { answerLink, firstLink } from './sign-in-link.ts';
import type { ChangedPolicies } from './policy-change.ts';
import type { LogPublisher } from './published-log.ts';
import type { AuditQueries } from './stored-audit.ts';
import type { EvidenceQueries } from './stored-evidence.ts';
import type { TraceQueries } from './stored-trace.ts';
import type { AskedSubjects } from './stored-subject.ts';
import type { TrialQueries } from './stored-trial.ts';
import { exitNow, exitWithoutTeardown, note, print } from './terminal.ts';
import { ensureThreads } from './threads.ts';
import type { VerifiedStore } from './verify-store.ts';

/** What `serve` needs of a server. */
export interface ServedServer {
  /** Where it really listens: port 0 has become a number. */
  readonly addresses: { readonly otlpHttp: Address; readonly otlpGrpc: Address; readonly console: Address };
  /** What verbs ask over the admin socket: traces, evidence, trials, records. */
  readonly queries: AuditQueries & TraceQueries & EvidenceQueries & TrialQueries;
  /** What `tracekeep log status` asks. */
  readonly publisher: LogPublisher;
  /** What `tracekeep user link` asks. */
  readonly signIn: Pick<SignIn, 'makeLink' | 'isEmpty'>;
  /** What `tracekeep policy apply` and its likes change. */
  readonly policies: ChangedPolicies;
  /** What `tracekeep forget` asks. */
  readonly subjects: AskedSubjects;
  /** What `tracekeep verify` reads. */
  readonly verified: VerifiedStore;
  /** Refuses new work, finishes what was taken, closes the store. */
  stop(): Promise<void>;
}

export function serveCommand(): Command {
  const command = new Command('serve').description('run the server');
  return withSettings(command).action(async () => {
    ensureThreads();
    const config = await settingsOf(command);
    prepareDataDirectory(config.data);
    await serve(config, async () => (await import('#server')).startServer(config));
    exitNow();
  });
}

/** Returns once the server has stopped. `signals` is the process; tests give their own. */
export async function serve(config: Pick<Config, 'data' | 'tls'>, start: () => Promise<ServedServer>, signals: NodeJS.EventEmitter = process): Promise<void> {
  // From the first moment on: a signal during the start stops the server when it has started, and further ones change nothing.
  const asked = new Promise<void>((resolve) => {
    signals.on('SIGTERM', () => resolve());
    signals.on('SIGINT', () => resolve());
  });
  const server = await start();
  const admin = await openAdmin(config, server);
  const { otlpHttp, otlpGrpc, console } = server.addresses;
  const scheme = config.tls === null ? 'http' : 'https';
  print(`tracekeep ready otlp-http=${scheme}://${addressText(otlpHttp)} otlp-grpc=${scheme}://${addressText(otlpGrpc)} console=${scheme}://${addressText(console)} data=${config.data}`);
  const link = firstLink(server.signIn, console, scheme);
  if (link !== null) note(`nobody has an account yet. Make the first one, within ten minutes, at:\n\n  ${link}\n\n  (a new link: tracekeep user link --data ${config.data})`);
  await asked;
  note('stopping: finishing what was taken');
  await admin?.close();
  await stopInTime(server);
}

/** Without the socket the server still serves; only the verbs that ask it do not work. */
async function openAdmin({ data, tls }: Pick<Config, 'data' | 'tls'>, server: ServedServer): Promise<AdminSocket | null> {
  const path = adminSocketPath(data);
  const [{ findStoredAudit }, { findStoredEvidence }, { findStoredTrace }, { tryOnStored }, { answerVerification }, { answerPolicyChange }, { answerSubject }] = await Promise.all([import('./stored-audit.ts'), import('./stored-evidence.ts'), import('./stored-trace.ts'), import('./stored-trial.ts'), import('./verify-store.ts'), import('./policy-change.ts'), import('./stored-subject.ts')]);
  try {
    return await startAdminSocket(path, {
      trace: (args) => findStoredTrace(server.queries, args),
      audit: (args) => findStoredAudit(server.queries, args),
      evidence: (args) => findStoredEvidence(server.queries, args),
      'policy-try': (args) => tryOnStored(server.queries, args),
      log: async () => server.publisher.status(),
      policy: (args) => answerPolicyChange(server.policies, args),
      subject: (args) => answerSubject(server.subjects, args),
      ...answerVerification(server.verified),
      'sign-in-link': (args) => answerLink(server.signIn, server.addresses.console, tls === null ? 'http' : 'https', args),
    });
  } catch (error) {
    note(`${errorText(error)}; "tracekeep trace", "tracekeep evidence export", "tracekeep audit", "tracekeep forget", "tracekeep verify", "tracekeep log" and "tracekeep user link" will not reach this server`);
    return null;
  }
}

async function stopInTime(server: ServedServer): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), LIMITS.drain_ms_max);
  });
  const outcome = await Promise.race([server.stop(), late]);
  clearTimeout(timer);
  if (outcome === 'late') {
    // Everything acknowledged is in the journal, so cutting the rest loses nothing.
    note(`stopped after ${LIMITS.drain_ms_max} ms without waiting for the rest`);
    exitWithoutTeardown();
  } else {
    note('stopped');
  }
}
